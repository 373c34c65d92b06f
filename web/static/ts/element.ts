// What our custom elements have in common.
import { html, LitElement, type TemplateResult } from "lit";
import { hueOf, initialOf } from "./faces";
import { userKey, userName } from "./numbers";
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

/** Somebody: a letter on a colour, and the picture over it where there is one. */
export function face(user: User | undefined): TemplateResult {
  const picture = user?.profile_picture ?? "";
  return html`<span class="face hue-${hueOf(userKey(user))}" aria-hidden="true">${initialOf(userName(user))}${picture.startsWith("https://")
    ? html`<img src=${picture} alt="" loading="lazy" referrerpolicy="no-referrer" data-optional>`
    : ""}</span>`;
}
