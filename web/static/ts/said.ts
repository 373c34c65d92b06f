// What viewers wrote: its language, and the small pictures between its words. Pure: no DOM.
import type { Part } from "./i18n";
import type { Comment } from "./wire.gen";

/** The language of a viewer's text, guessed where TikTok did not tell: Chinese and Japanese have glyphs of their own. */
export function script(text: string, told?: string): string | undefined {
  if (told && told !== "un") return told;
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return "ja";
  if (/\p{Script=Hangul}/u.test(text)) return "ko";
  if (/\p{Script=Thai}/u.test(text)) return "th";
  if (/\p{Script=Arabic}/u.test(text)) return "ar";
  return /\p{Script=Han}/u.test(text) ? "zh" : undefined;
}

/** Puts the small pictures of a comment between its words. Their places count code points. */
export function withEmotes(c: Comment): Part[] {
  if (!c.emotes?.length) return [c.comment];
  const runes = Array.from(c.comment);
  const parts: Part[] = [];
  let from = 0;
  for (const e of [...c.emotes].sort((a, b) => a.index - b.index)) {
    parts.push(runes.slice(from, e.index).join(""));
    if (e.image_url) parts.push({ picture: e.image_url });
    from = Math.max(from, e.index);
  }
  return [...parts, runes.slice(from).join("")].filter((p) => p !== "");
}
