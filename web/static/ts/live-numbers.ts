// <live-numbers> and <top-gifters>: the session's numbers, moving.
import { html, nothing, type TemplateResult } from "lit";
import { script } from "./describe";
import { face, LightElement } from "./element";
import type { Texts } from "./i18n";
import { userName } from "./numbers";
import type { Board } from "./score";

export class LiveNumbers extends LightElement {
  texts!: Texts;
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
    return html`<dl class="now">
      ${this.number("viewers", n.viewers, t.t("num.viewers"), n.viewers_peak === null ? "" : t.t("num.peak", { Count: n.viewers_peak }))}
      ${this.number("diamonds", n.diamonds, t.t("num.diamonds"), t.t("num.gifts", { Count: n.gifts }))}
      ${this.number("rate", perMinute, t.t("num.rate"), t.t("num.comments", { Count: n.comments }))}
      ${this.number("likes", n.likes, t.t("num.likes"))}
      ${this.number("follows", n.follows, t.t("num.follows"))}
      ${this.number("shares", n.shares, t.t("num.shares"))}
    </dl>
    <p class="soft joins" data-number="joins">${t.t("num.joins", { Count: n.joins })}</p>`;
  }

  private number(name: string, n: number | null, word: string, beside = ""): TemplateResult {
    if (n === null) {
      return html`<div class="number" data-number=${name}><dt>${word}</dt>
        <dd class="none"><b aria-hidden="true">–</b><span class="hidden">${this.texts.t("num.none")}</span><em></em></dd></div>`;
    }
    return html`<div class="number ${name === "diamonds" ? "money" : ""}" data-number=${name}>
      <dt>${word}</dt><dd><b title=${this.texts.number(n)} data-value=${n}>${this.texts.short(n)}</b><em>${beside}</em></dd></div>`;
  }
}

export class TopGifters extends LightElement {
  texts!: Texts;
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
      <bdi lang=${script(userName(g.user)) ?? nothing}>${userName(g.user)}</bdi>
      <b title=${t.t("num.diamonds_of", { Count: g.diamonds })}>${t.short(g.diamonds)} <i aria-hidden="true">◆</i></b></li>`)}</ol>`;
  }
}
