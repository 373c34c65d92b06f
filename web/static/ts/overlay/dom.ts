// Pieces of an overlay's page: elements made of text, never of markup.
import { hueOf, initialOf } from "../faces";
import type { Part, Texts } from "../i18n";
import { userKey, userName } from "../numbers";
import { script } from "../said";
import type { User } from "../wire.gen";
import { fontsFor } from "./fonts";
import type { Line } from "./lines";

/** An element with classes and content. */
export function el(tag: string, classes: string, ...content: (Node | string)[]): HTMLElement {
  const e = document.createElement(tag);
  if (classes) e.className = classes;
  e.append(...content);
  return e;
}

/** Writes a text, in the direction and the letters of its language. What stands there already is left alone. */
export function write(e: HTMLElement, text: string, told?: string): void {
  if (e.textContent === text) return;
  e.textContent = text;
  speak(e, text, told);
}

/** An element with a text that somebody wrote. */
export function said(tag: string, classes: string, text: string, told?: string): HTMLElement {
  const e = el(tag, classes, text);
  speak(e, text, told);
  return e;
}

function speak(e: HTMLElement, text: string, told?: string): void {
  fontsFor(text);
  e.dir = "auto";
  const lang = script(text, told);
  if (lang) e.lang = lang;
  else e.removeAttribute("lang");
}

/** A sentence with pictures and pieces that have a look of their own. */
export function sentence(classes: string, parts: Part[], lang?: string): HTMLElement {
  const e = el("span", classes);
  const text = parts.map((p) => (typeof p === "string" ? p : "text" in p ? p.text : "")).join("");
  speak(e, text, lang);
  for (const p of parts) {
    if (typeof p === "string") e.append(p);
    else if ("text" in p) e.append(el("b", p.as, p.text));
    else e.append(...picture("emote", p.picture));
  }
  return e;
}

/** A picture of TikTok's, by way of our own server; nothing where it cannot be had. */
export function picture(classes: string, address: string | undefined): HTMLElement[] {
  if (!address?.startsWith("https://")) return [];
  const img = document.createElement("img");
  img.className = classes;
  img.alt = "";
  img.decoding = "async";
  img.draggable = false;
  img.onerror = () => img.remove();
  img.src = `${location.pathname.replace(/\/$/, "")}/picture?u=${encodeURIComponent(address)}`;
  return [img];
}

/** Somebody: a letter on a colour, and the picture over it where there is one. */
export function face(user: User | undefined): HTMLElement {
  const letter = el("span", "letter", initialOf(userName(user)));
  fontsFor(letter.textContent!);
  return el("span", `face hue-${hueOf(userKey(user))}`, letter, ...picture("", user?.profile_picture));
}

export function nameOf(user: User | undefined): HTMLElement {
  return said("bdi", `name hue-${hueOf(userKey(user))}`, userName(user));
}

/** How many of a gift, and what they are worth. */
export function worth(line: Line, texts: Texts): HTMLElement[] {
  const all: HTMLElement[] = [];
  if ((line.count ?? 0) > 1) all.push(el("b", "count", "×" + texts.number(line.count!)));
  if (line.diamonds) all.push(el("span", "diamonds", texts.number(line.diamonds)));
  return all;
}

/** Puts a class on an element or takes it off. */
export function mark(e: HTMLElement, classes: Record<string, boolean>): void {
  for (const [name, on] of Object.entries(classes)) e.classList.toggle(name, on);
}

/** Takes an element away, as its style has it, and for good after that: no event of an animation that a hidden page does not run. What
    still moves inside it ends too: the browser would make a frame for it every time until its own time is over, for nobody to see. */
export function leave(e: HTMLElement, speed: number): void {
  e.classList.add("leaving");
  setTimeout(() => {
    for (const a of e.getAnimations({ subtree: true })) a.cancel();
    e.remove();
  }, speed + 60);
}

/** Resolves in the frame after the next one: by then what was drawn is on screen. While OBS hides the source it does not. */
export function painted(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}
