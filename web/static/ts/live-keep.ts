// <live-keep>: what must not be missed, kept while the chat moves on.
import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { LightElement } from "./element";
import type { Texts } from "./i18n";
import { dropBrokenPictures } from "./pictures";
import { nextSecond } from "./pulse";
import { rowView } from "./row-view";
import { keeps, reach, Rows } from "./rows";
import type { LiveEvent } from "./wire.gen";

const shown = 30;
const spare = 170; // more that are kept: a moderator may take some of those shown away

export class LiveKeep extends LightElement {
  texts!: Texts;
  room = "";
  private readonly demo = "demo" in this.dataset;
  private readonly rows = new Rows(reach + shown + spare, keeps);
  private started = false;

  override connectedCallback(): void {
    super.connectedCallback();
    dropBrokenPictures(this);
  }

  begin(): void {
    this.rows.clear();
    this.requestUpdate();
  }

  add(events: LiveEvent[]): void {
    if (!this.started) this.requestUpdate();
    this.started = true;
    for (const e of events) {
      // Every tap of a streak, since nobody knows yet what it will be worth; and what takes rows away.
      if (!["gift", "question", "subscribe", "delete"].includes(e.event_type)) continue;
      this.rows.add(e);
      this.requestUpdate();
    }
  }

  protected override async scheduleUpdate(): Promise<void> {
    await nextSecond();
    await super.scheduleUpdate();
  }

  protected override ready(): boolean {
    return this.started;
  }

  protected override render(): TemplateResult {
    const kept = this.rows.list.filter(keeps).slice(-shown).reverse();
    if (kept.length === 0) return html`<p class="soft">${this.texts.t("live.keep.empty")}</p>`;
    return html`<ol class="keep">${repeat(kept, (row) => row.id, (row) => rowView(row, { texts: this.texts, plain: this.demo, room: this.room }))}</ol>`;
  }
}
