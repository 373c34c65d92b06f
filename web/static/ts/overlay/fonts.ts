// Fonts that weigh megabytes come when a text needs them, cut into pieces of which the browser fetches those it uses. The style
// sheet names the system's own fonts before them: nothing is fetched where a machine has what it takes.

interface Extra {
  family: string;
  needs: RegExp;
  load: () => Promise<{ default: [url: string, unicodeRange: string][] }>;
}

const extras: Extra[] = [
  { family: "Showcaller SC", needs: /\p{Script=Han}/u, load: () => import("@fontsource/noto-sans-sc/600.css?faces") },
  { family: "Showcaller JP", needs: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, load: () => import("@fontsource/noto-sans-jp/600.css?faces") },
  { family: "Showcaller KR", needs: /\p{Script=Hangul}/u, load: () => import("@fontsource/noto-sans-kr/600.css?faces") },
  { family: "Showcaller Emoji", needs: /\p{Extended_Pictographic}|\p{Regional_Indicator}/u, load: () => import("@fontsource/noto-color-emoji/400.css?faces") },
];

/** Has the fonts ready that a text may need. */
export function fontsFor(text: string): void {
  for (let i = extras.length - 1; i >= 0; i--) {
    const extra = extras[i]!;
    if (!extra.needs.test(text)) continue;
    extras.splice(i, 1);
    void add(extra);
  }
}

async function add(extra: Extra): Promise<void> {
  try {
    const faces = await extra.load();
    for (const [url, unicodeRange] of faces.default) {
      const source = `url("${url}") format("woff2")`;
      document.fonts.add(new FontFace(extra.family, source, { unicodeRange, weight: "100 900", display: "swap" }));
      if (/1f1e6/i.test(unicodeRange) && extra.family === "Showcaller Emoji") { // Windows has every emoji but flags
        document.fonts.add(new FontFace("Showcaller Flags", source, { unicodeRange, weight: "100 900", display: "swap" }));
      }
    }
  } catch {
    extras.push(extra); // the server is away; the next text asks again
  }
}
