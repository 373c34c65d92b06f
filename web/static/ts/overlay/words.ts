// The overlay's own words, in the language of its options.
import english from "../../../catalog/en.json?stage";
import japanese from "../../../catalog/ja.json?stage";
import vietnamese from "../../../catalog/vi.json?stage";
import chinese from "../../../catalog/zh.json?stage";
import { Texts } from "../i18n";

const catalogues: Record<string, Record<string, string | Record<string, string>>> = { en: english, ja: japanese, vi: vietnamese, zh: chinese };

/** What html's lang attribute says of a language of the catalogue. */
const tags: Record<string, string> = { zh: "zh-Hans" };

let made: { lang: string; texts: Texts } | undefined;

export function wordsOf(lang: string | undefined): Texts {
  const known = lang && lang in catalogues ? lang : "en";
  if (made?.lang !== known) made = { lang: known, texts: new Texts(known, catalogues[known]!) };
  return made.texts;
}

export function tagOf(texts: Texts): string {
  return tags[texts.lang] ?? texts.lang;
}
