// <pin-strip>: what the team keeps on top of the feed, on every desk of the room.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { may } from "./access";
import { script } from "./said";
import { icon, LightElement, who } from "./element";
import type { Texts } from "./i18n";
import { userName } from "./numbers";
import { team } from "./rows";
import type { EventOf, LiveEvent } from "./wire.gen";

export class PinStrip extends LightElement {
  texts!: Texts;
  room = "";
  private readonly pins = new Map<number, EventOf<"pin">>(); // by the number of what is pinned, the oldest first
  private readonly off = new Set<number>(); // numbers of pin events seen, so that an old list does not undo a new one
  private started = false;

  begin(): void {
    this.pins.clear();
    this.off.clear();
    this.started = true;
    this.requestUpdate();
  }

  add(events: LiveEvent[]): void {
    for (const e of events) {
      if (e.event_type !== "pin" || e.data.method !== team || !e.cause || this.off.has(e.seq)) continue;
      this.off.add(e.seq);
      this.pins.delete(e.cause);
      if (e.data.action === "pin") this.pins.set(e.cause, e);
      this.requestUpdate();
    }
  }

  /** What was pinned before this page has loaded, in order. */
  load(marks: LiveEvent[]): void {
    const since = [...this.pins.values()];
    this.pins.clear();
    for (const e of marks) this.off.delete(e.seq);
    this.add(marks);
    const last = marks.at(-1)?.seq ?? 0;
    for (const e of since) if (e.seq > last) this.pins.set(e.cause!, e);
    this.started = true;
    this.requestUpdate();
  }

  protected override ready(): boolean {
    return this.started;
  }

  private take(seq: number): void {
    this.dispatchEvent(new CustomEvent("pin", { detail: { seq, on: false } }));
  }

  protected override render(): TemplateResult | typeof nothing {
    const t = this.texts;
    if (this.pins.size === 0) return nothing;
    return html`<h3>${icon("pin")}${t.t("feed.pins")}</h3><ul>${repeat([...this.pins.entries()].reverse(), ([seq]) => seq, ([seq, e]) => html`<li>
      <span class="text">${e.data.pinned_user ? html`${who(this.room, e.data.pinned_user, userName(e.data.pinned_user))} ` : nothing}<span dir="auto"
        lang=${script(e.data.text ?? "") ?? nothing}>${e.data.text}</span></span>
      ${may("moderator") ? html`<button type="button" title=${t.t("feed.unpin.do")} @click=${() => this.take(seq)}>${icon("x")}<span
        class="hidden">${t.t("feed.unpin.do")}</span></button>` : nothing}</li>`)}</ul>`;
  }
}
