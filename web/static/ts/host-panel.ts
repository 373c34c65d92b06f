// <host-panel>: what the AI host says, what waits and why, what was skipped and why, and what the operator can do about it.
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { may } from "./access";
import { script } from "./said";
import { icon, LightElement } from "./element";
import { by, canMute, hostRefusal, itemText, position, rankIcons, skipWords, spoken, stageText, waitText, type Host } from "./host";
import { HostApi, Refusal, type Order } from "./host-api";
import { answeredBy, clipList, guarded, why } from "./host-views";
import type { Texts } from "./i18n";
import { everySecond, nextBeat } from "./pulse";
import type { Answer } from "./story-client";
import type { QueueItem, QueueTurn, SkippedItem } from "./wire.gen";

const languages = ["en", "vi", "zh", "ja"];

export class HostPanel extends LightElement {
  texts!: Texts;
  room = "";
  private readonly demo = "demo" in this.dataset;
  private host: Host | null | undefined; // null: the room has none
  private ahead = 0; // ms the server's clock is ahead of ours
  private due = false; // there is something newer to show with the next beat
  private still: (() => void) | undefined; // ends the counting down
  private typed = "";
  private tried: Answer | undefined;
  private told = "";
  private wrong = "";
  private busy = false;

  /** What the socket tells of the room's host; at is the server's time. */
  show(host: Host | null, at: string): void {
    this.ahead = Date.parse(at) - Date.now();
    if (host?.story_id !== this.host?.story_id) this.tried = undefined;
    this.host = host;
    if (!this.hasUpdated) return this.requestUpdate();
    if (this.due) return;
    this.due = true;
    void nextBeat().then(() => {
      this.due = false;
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.rest();
  }

  private rest(): void {
    this.still?.();
    this.still = undefined;
  }

  /** A room without a host keeps what the server printed: there one can be chosen. */
  protected override ready(): boolean {
    return this.host !== undefined && (this.host !== null || this.hasUpdated || !this.querySelector(".host-none"));
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated) this.typed = this.querySelector("textarea")?.value ?? "";
    super.willUpdate();
  }

  /** Only what is being said, or counts down, needs a clock. */
  protected override updated(): void {
    const language = this.querySelector<HTMLSelectElement>("#host-language");
    if (language && language !== document.activeElement) language.value = this.host?.language ?? "";
    const moves = this.host?.state === "speaking" || this.host?.waiting.some((item) => item.until);
    if (moves) this.still ??= everySecond(() => this.requestUpdate());
    else this.rest();
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const host = this.host;
    if (!host) {
      return html`<h2 id="host-title">${t.t("host.title")}</h2>
        <div class="host-none"><h3>${t.t("host.none.title")}</h3><p class="soft">${t.t("host.none.text")}</p>
          ${may("operator") ? html`<a class="btn" href="">${t.t("host.bind")}</a>` : nothing}</div>`;
    }
    const who = by(host, t);
    return html`<h2 id="host-title">${t.t("host.title")} <span><bdi lang=${script(host.name ?? "") ?? nothing}>${host.name}</bdi>${who ? ` · ${who}` : ""}</span></h2>
      ${host.now ? this.saying(host.now, host) : this.resting(host)}
      ${why(spoken(host)?.fallback, t)}${guarded(spoken(host)?.guarded, t)}
      ${this.controls(host)}${may("operator") ? this.sayBox() : this.status()}${this.lists(host)}${this.foot(host)}`;
  }

  private saying(now: QueueTurn, host: Host): TemplateResult {
    const t = this.texts;
    const clips = now.clips ?? [];
    const { clip, said } = position(now, this.now());
    const of = t.t("host.clip", { Number: clip + 1, Total: clips.length });
    return html`<div class="saying ${host.state}" data-state=${host.state}>
      <p class="saying-head"><span>${t.find("host.state." + host.state)}${clips.length > 1 ? ` · ${of}` : ""}</span>${clips[clip]
        ? html`<small class="stage">${stageText(clips[clip])}</small>` : nothing}</p>
      ${clips.length === 0 ? nothing : html`<p class="speech" dir="auto" lang=${script(clips.map((c) => c.speech).join(" ")) ?? nothing}>${clips.map((c, i) =>
          html`<span aria-current=${i === clip ? "true" : nothing}>${c.speech}</span> `)}</p>
        <progress max="1" .value=${said} aria-label=${of}></progress>`}
      ${now.rank === "say" ? nothing : html`<p class="saying-to">${this.what(now)}</p>`}
    </div>`;
  }

  private resting(host: Host): TemplateResult {
    const t = this.texts;
    const last = host.last?.clips?.map((c) => c.speech).join(" ");
    const said = last ? html`<p class="saying-last"><b>${t.t("host.last")}</b> <span dir="auto" lang=${script(last) ?? nothing}>${last}</span></p>`
      : host.state === "listening" ? html`<p class="soft">${t.t("host.idle")}</p>` : nothing;
    return html`<div class="saying at-rest ${host.state}" data-state=${host.state}><p class="saying-head">${t.find("host.state." + host.state)}</p>${said}</div>`;
  }

  /** Who it is of, and what. */
  private what(item: QueueItem): TemplateResult {
    const t = this.texts;
    const made = item.rehearsal && !this.demo ? html`<span class="tag origin">${t.t("feed.tag.simulated")}</span> ` : nothing;
    const name = item.who ? html`<bdi class="who" lang=${script(item.who) ?? nothing}>${item.who}</bdi> ` : nothing;
    return html`${icon(rankIcons[item.rank] ?? "ellipsis")}<span class="hidden">${t.find("host.rank." + item.rank)}</span> ${made}${name}<span
      dir="auto" lang=${script(item.text ?? "") ?? nothing}>${itemText(item, t)}</span>`;
  }

  private controls(host: Host): TemplateResult {
    const t = this.texts;
    const now = host.now;
    return html`${may("moderator") ? html`<div class="host-acts">
        <button class="btn small ${host.paused ? "primary" : ""}" @click=${() => this.order({ action: host.paused ? "resume" : "pause" })}>
          ${icon(host.paused ? "play" : "pause")} ${t.t(host.paused ? "host.resume" : "host.pause")}</button>
        <button class="btn small" ?disabled=${!now} @click=${() => this.order({ action: "skip", seq: now?.reply || now?.seq || 0 })}>
          ${icon("skip-forward")} ${t.t("host.skip")}</button>
        <button class="btn small" aria-pressed=${host.muted ? "true" : "false"} @click=${() => this.order({ action: host.muted ? "unmute" : "mute" })}>
          ${icon(host.muted ? "volume-2" : "volume-x")} ${t.t(host.muted ? "host.unmute" : "host.mute")}</button>
      </div>` : nothing}
      ${host.paused && host.state !== "paused" ? html`<p class="host-note">${t.t("host.paused")}</p>` : host.muted ? html`<p class="host-note">${t.t("host.muted")}</p>` : nothing}`;
  }

  private sayBox(): TemplateResult {
    const t = this.texts;
    const a = this.tried;
    return html`<form class="host-say" @submit=${(e: Event) => e.preventDefault()}>
        <label class="hidden" for="host-text">${t.t("host.say")}</label>
        <textarea id="host-text" rows="2" maxlength="360" dir="auto" placeholder=${t.t("host.say")} .value=${live(this.typed)} aria-invalid=${this.wrong ? "true" : nothing}
          aria-describedby="host-told" @input=${(e: Event) => this.type((e.target as HTMLTextAreaElement).value)}
          @keydown=${(e: KeyboardEvent) => e.key === "Enter" && !e.shiftKey && !e.isComposing && this.send(e, "say")}></textarea>
        <div class="host-send">
          <button class="btn small" title=${t.t("host.say.hint")} @click=${(e: Event) => this.send(e, "say")}>${icon("mic")} ${t.t("host.say.submit")}</button>
          <button class="btn small quiet" title=${t.t("host.try.hint")} @click=${(e: Event) => this.send(e, "dry_run")}>${icon("flask-conical")} ${t.t("host.try")}</button>
          ${this.status()}
        </div>
      </form>
      ${a ? html`<div class="tried"><h3>${t.t("host.try.title")}</h3>
        <button class="item-act" title=${t.t("host.try.close")} @click=${() => this.close()}>${icon("x")}<span class="hidden">${t.t("host.try.close")}</span></button>
        ${clipList(a.clips)}${answeredBy(a.responder, a.fallback, t)}${guarded(a.guarded, t)}</div>` : nothing}`;
  }

  /** What became of the last order. */
  private status(): TemplateResult {
    return html`<span id="host-told" role="status" class=${this.wrong ? "wrong" : "soft"}>${this.wrong || this.told}</span>`;
  }

  private lists(host: Host): TemplateResult {
    const t = this.texts;
    const { waiting, skipped, more } = host;
    return html`<div class="host-lists" tabindex="0" role="region" aria-label=${t.t("host.waiting")}>
      <h3>${t.t("host.waiting")} ${waiting.length > 0 ? html`<span>${t.number(waiting.length + more)}</span>` : nothing}</h3>
      ${waiting.length === 0 ? html`<p class="soft">${t.t("host.waiting.none")}</p>`
        : html`<ol class="waiting">${repeat(waiting, key, (item) => this.waits(item, host))}</ol>`}
      ${more > 0 ? html`<p class="soft">${t.t("host.more", { Count: more })}</p>` : nothing}
      ${skipped.length === 0 ? nothing : html`<h3>${t.t("host.skipped")}</h3>
        <ol class="skipped">${repeat(skipped, (s) => key(s) + s.at, (s) => this.wasSkipped(s, host))}</ol>`}
    </div>`;
  }

  private waits(item: QueueItem, host: Host): TemplateResult {
    const t = this.texts;
    const name = { Name: item.who ?? "" };
    const drop = item.rank === "say" ? t.t("host.drop.words") : t.t("host.drop", name);
    return html`<li data-seq=${item.seq ?? 0} data-why=${item.why ?? ""}><div class="what">${this.what(item)}</div><small>${waitText(item, this.now(), t)}</small>
      ${item.seq && item.rank !== "notice" ? this.act("x", drop, { action: "skip", seq: item.seq }) : nothing}
      ${canMute(item, host) ? this.act("volume-x", t.t("host.mute.viewer", name), { action: "mute", viewer: item.viewer! }) : nothing}</li>`;
  }

  private wasSkipped(s: SkippedItem, host: Host): TemplateResult {
    const t = this.texts;
    const muted = s.reason === "muted" && s.viewer && host.muted_viewers?.includes(s.viewer);
    return html`<li data-seq=${s.seq ?? 0} data-reason=${s.reason}><div class="what">${this.what(s)}</div><small>${skipWords(s, t)}</small>
      ${muted ? this.act("volume-2", t.t("host.unmute.viewer", { Name: s.who ?? "" }), { action: "unmute", viewer: s.viewer! }) : nothing}</li>`;
  }

  /** A button that keeps the host quiet about one thing: whoever moderates may. */
  private act(picture: string, word: string, order: Order): TemplateResult | typeof nothing {
    if (!may("moderator")) return nothing;
    return html`<button class="item-act" data-act=${order.action} title=${word} @click=${() => this.order(order)}>${icon(picture)}<span class="hidden">${word}</span></button>`;
  }

  private foot(host: Host): TemplateResult {
    const t = this.texts;
    const own = `/stories/${encodeURIComponent(host.story_id)}`;
    const muted = host.muted_viewers?.length ?? 0;
    return html`<div class="host-foot">${may("operator") ? this.languages(host) : nothing}
      ${muted ? html`<a href="${own}#muted">${t.t("host.muted.viewers", { Count: muted })}</a>` : nothing}
      <a class="settings" href=${own}>${t.t("host.settings")}</a></div>`;
  }

  private languages(host: Host): TemplateResult {
    const t = this.texts;
    return html`<label for="host-language">${t.t("host.language")}</label>
      <select id="host-language" @change=${(e: Event) => this.speak((e.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${!host.language}>${t.t("host.language.auto")}</option>
        ${languages.map((l) => html`<option value=${l} lang=${l} ?selected=${host.language === l}>${new Intl.DisplayNames([l], { type: "language" }).of(l)}</option>`)}
      </select>`;
  }

  private now(): number {
    return Date.now() + this.ahead;
  }

  private type(text: string): void {
    this.typed = text;
    if (this.wrong || this.told) this.say("", "");
  }

  private say(told: string, wrong: string): void {
    this.told = told;
    this.wrong = wrong;
    this.requestUpdate();
  }

  private close(): void {
    this.tried = undefined;
    this.requestUpdate();
    this.querySelector<HTMLElement>("#host-text")?.focus();
  }

  private send(e: Event, action: "say" | "dry_run"): void {
    e.preventDefault();
    const text = this.typed.trim();
    if (!text) return this.say("", this.texts.find(`host.error.${action}.invalid`)!);
    if (this.busy) return; // a double click, or a held key
    void this.order(action === "say" ? { action, text } : { action, input: { message: text } });
  }

  private async order(order: Order): Promise<void> {
    const story = this.host?.story_id;
    if (!story) return;
    this.busy = true;
    try {
      const answer = await new HostApi(story).direct(order);
      if (order.action === "say") this.typed = "";
      if (answer) this.tried = answer;
      this.say(order.action === "say" ? this.texts.t("host.said") : "", "");
    } catch (err) {
      this.refused(order.action, err);
    } finally {
      this.busy = false;
    }
  }

  private async speak(language: string): Promise<void> {
    const story = this.host?.story_id;
    if (story) await new HostApi(story).language(language).catch((err: unknown) => this.refused("language", err));
  }

  /** What is over already need not be skipped: that is no fault. */
  private refused(action: string, err: unknown): void {
    if (action === "skip" && err instanceof Refusal && err.code === "conflict") return;
    this.say("", hostRefusal(action, err, this.texts));
  }
}

function key(item: QueueItem): string {
  return `${item.rank}/${item.seq ?? 0}/${item.since}`;
}
