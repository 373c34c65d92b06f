// What our custom elements have in common.
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { script } from "./said";
import { hueOf, initialOf } from "./faces";
import { userKey, userName } from "./numbers";
import { loadedPicture } from "./loaded-picture";
import { pictureSrc } from "./pictures";
import type { User } from "./wire.gen";

/**
 * An element in the page's own DOM, under the page's own styles. It leaves what the server printed alone until it is ready to
 * show something newer.
 */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Whether there is something to show. */
  protected ready(): boolean {
    return true;
  }

  protected override shouldUpdate(): boolean {
    return this.ready();
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated) this.replaceChildren();
  }
}

/** A picture of the sprite, decoration beside a word. */
export function icon(name: string): TemplateResult {
  return html`<svg class="icon" aria-hidden="true"><use href="${document.documentElement.dataset["icons"]}#${name}"></use></svg>`;
}

/**
 * The same, made of the picture's own source and drawn in place: in rows that come by the dozen, each one of the sprite would have the
 * browser look for the file and then lay the page out once more.
 */
export function drawn(source: string): TemplateResult {
  const svg = source.replace(/^[^]*<svg[^>]*>/, `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">`);
  return html(Object.assign([svg], { raw: [svg] }));
}

/** Somebody: a letter on a colour, and the picture over it where there is one. */
export function face(user: User | undefined): TemplateResult {
  const picture = pictureSrc(user?.profile_picture);
  return html`<span class="face hue-${hueOf(userKey(user))}" aria-hidden="true">${initialOf(userName(user))}${loadedPicture(picture, "")}</span>`;
}

/** A viewer's name, which leads to what is known of them. In a list that is walked with the arrow keys it is no stop of its own. */
export function who(room: string, user: User | undefined, name: string, stop = true): TemplateResult {
  const lang = script(name) ?? nothing;
  const key = userKey(user);
  if (!room || !key) return html`<bdi class="who" lang=${lang}>${name}</bdi>`;
  return html`<a class="who" href=${cardURL(room, key)} data-viewer tabindex=${stop ? nothing : "-1"}><bdi lang=${lang}>${name}</bdi></a>`;
}

export function cardURL(room: string, key: string): string {
  return `/rooms/${encodeURIComponent(room)}/viewers/${encodeURIComponent(key)}`;
}
