// When the host's mouth is open, and how much of the subtitles is said. Pure: no DOM.

const step = 20; // ms that a number of the envelope stands for

/** How far a mouth is open at a time of a clip that has a voice, 0 to 1: by how loud it is then, and a little before and after. */
export function heard(envelope: number[], ms: number): number {
  const at = Math.floor(ms / step);
  const near = [envelope[at - 1], envelope[at], envelope[at + 1]].filter((n) => n !== undefined);
  if (near.length === 0) return 0;
  return near.reduce((sum, n) => sum + n, 0) / near.length / 100;
}

const silent = /[\s\p{P}\p{S}\p{Extended_Pictographic}]/u;
const vowel = /[aeiouyæøœаеёиоуыэюя]/;

/** The same of a clip without a voice: open at vowels, and once for each character of a script that has syllables. */
export function timed(letters: string[], length: number, ms: number): number {
  const place = (ms / Math.max(1, length)) * letters.length;
  const letter = letters[Math.floor(place)];
  if (letter === undefined || silent.test(letter)) return 0;
  const swing = Math.sin(Math.PI * (place % 1));
  const base = letter.normalize("NFD")[0]!.toLowerCase();
  if (base < "\u0250" || (base >= "\u0400" && base < "\u0530")) return vowel.test(base) ? 0.75 + 0.25 * swing : 0.25;
  return 0.2 + 0.8 * swing;
}

/** A text in pieces that light up one after the other: words, also where no spaces stand between them. */
export function pieces(text: string, lang?: string): string[] {
  return [...new Intl.Segmenter(lang, { granularity: "word" }).segment(text)].reduce<string[]>((all, s) => {
    const last = all.length - 1;
    if (s.isWordLike || last < 0) all.push(s.segment); // spaces and full stops belong to the word before them
    else all[last] += s.segment;
    return all;
  }, []);
}

/** The characters of a text as a person counts them. */
export function letters(text: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map((s) => s.segment);
}

/** How many pieces are said when so much of the whole is, 0 to 1. The one being said counts. */
export function saidOf(all: string[], part: number): number {
  const total = all.reduce((sum, p) => sum + p.length, 0);
  let sum = 0;
  for (let i = 0; i < all.length; i++) {
    if (sum >= part * total) return i;
    sum += all[i]!.length;
  }
  return all.length;
}
