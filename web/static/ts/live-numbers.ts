// <live-numbers> and <top-gifters>: the session's numbers, moving.
import { html, nothing, type TemplateResult } from "lit";
import { face, LightElement, who } from "./element";
import type { Flow, History, Minute } from "./history";
import type { Texts } from "./i18n";
import { userName } from "./numbers";
import type { Board } from "./score";

export class LiveNumbers extends LightElement {
  texts!: Texts;
  history!: History;
  private board: Board | undefined;

  show(board: Board | undefined): void {
    this.board = board;
    this.requestUpdate();
  }

  protected override ready(): boolean {
    return this.board !== undefined;
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const { totals: n, perMinute } = this.board!;
    const now = Date.now();
    const before = this.history.viewersBefore(now);
    const flow = (of: (m: Minute) => number) => this.flow(this.history.flow(now, of));
    const rate = this.history.flow(now, (m) => m.comments);
    return html`<dl class="now">
      ${this.number("viewers", n.viewers, t.t("num.viewers"), n.viewers_peak === null ? "" : t.t("num.peak", { Count: n.viewers_peak }),
        n.viewers !== null && before !== undefined ? this.change(n.viewers - before) : nothing)}
      ${this.number("diamonds", n.diamonds, t.t("num.diamonds"), t.t("num.gifts", { Count: n.gifts }), flow((m) => m.diamonds))}
      ${this.number("rate", perMinute, t.t("num.rate"), t.t("num.comments", { Count: n.comments }),
        rate?.before === undefined ? nothing : this.change(rate.last - rate.before))}
      ${this.number("likes", n.likes, t.t("num.likes"), "", flow((m) => m.likes))}
      ${this.number("follows", n.follows, t.t("num.follows"), "", flow((m) => m.follows))}
      ${this.number("shares", n.shares, t.t("num.shares"), "", flow((m) => m.shares))}
    </dl>
    <p class="soft joins" data-number="joins">${t.t("num.joins", { Count: n.joins })} · ${t.t("num.likes_here", { Count: n.likes_recorded })}</p>
    ${this.tiktok()}`;
  }

  /** TikTok's own totals, beside what we recorded. */
  private tiktok(): TemplateResult | typeof nothing {
    const t = this.texts;
    const { visits, followers, likes } = this.board!.totals;
    const told: string[] = [];
    if (visits) told.push(t.t("num.tiktok.visits", { Count: t.short(visits) }));
    if (likes) told.push(t.t("num.tiktok.likes", { Count: t.short(likes) }));
    if (followers) told.push(t.t("num.tiktok.followers", { Count: t.short(followers) }));
    return told.length > 0 ? html`<p class="soft tiktok" data-number="tiktok">${t.t("num.tiktok", { List: told.join(" · ") })}</p>` : nothing;
  }

  /** A change against a minute ago: by sign, by word and by colour. */
  private change(by: number): TemplateResult {
    const t = this.texts;
    const word = by === 0 ? t.t("num.same") : t.t(by > 0 ? "num.more" : "num.fewer", { Count: Math.abs(by) });
    const sign = by === 0 ? "±0" : by > 0 ? "▲ " : "▼ ";
    return html`<em class="change ${by > 0 ? "up" : by < 0 ? "down" : ""}" title=${word}><span aria-hidden="true">${sign}${by === 0 ? "" : t.short(Math.abs(by))}</span><span
      class="hidden">${word}</span></em>`;
  }

  /** What a total grew by in the last full minute, and whether that was more than in the one before. */
  private flow(f: Flow | undefined): TemplateResult | typeof nothing {
    const t = this.texts;
    if (!f) return nothing;
    const by = f.before === undefined ? 0 : f.last - f.before;
    const word = f.before === undefined || by === 0 ? "" : t.t(by > 0 ? "num.more" : "num.fewer", { Count: Math.abs(by) });
    return html`<em class="change ${by > 0 ? "up" : by < 0 ? "down" : ""}" title=${word || nothing}>${t.t("num.per_minute", { Count: t.short(f.last) })}<span
      aria-hidden="true">${by > 0 ? " ▲" : by < 0 ? " ▼" : ""}</span><span class="hidden"> ${word}</span></em>`;
  }

  private number(name: string, n: number | null, word: string, beside: string, change: TemplateResult | typeof nothing): TemplateResult {
    if (n === null) {
      return html`<div class="number" data-number=${name}><dt>${word}</dt>
        <dd class="none"><b aria-hidden="true">–</b><span class="hidden">${this.texts.t("num.none")}</span><em></em></dd></div>`;
    }
    return html`<div class="number ${name === "diamonds" ? "money" : ""}" data-number=${name}>
      <dt>${word}</dt><dd><b title=${this.texts.number(n)} data-value=${n}>${this.texts.short(n)}</b>${change}<em>${beside}</em></dd></div>`;
  }
}

export class TopGifters extends LightElement {
  texts!: Texts;
  room = "";
  private board: Board | undefined;

  show(board: Board | undefined): void {
    this.board = board;
    this.requestUpdate();
  }

  protected override ready(): boolean {
    return this.board?.gifters !== undefined;
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const top = this.board!.gifters!.filter((g) => g.diamonds > 0);
    if (top.length === 0) return html`<p class="soft">${t.t("num.gifters.empty")}</p>`;
    return html`<ol class="rank">${top.map((g, i) => html`<li>
      <span class="place">${i + 1}</span>${face(g.user)}
      ${who(this.room, g.user, userName(g.user))}
      <b title=${t.t("num.diamonds_of", { Count: g.diamonds })}>${t.short(g.diamonds)} <i aria-hidden="true">◆</i></b></li>`)}</ol>`;
  }
}
