// <program-desk>: the show's run-down, what is on and for how long, and what the host was told. <program-bar> is the part of it that a
// phone keeps under the thumb.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { script } from "./said";
import { icon, LightElement } from "./element";
import type { Key, Texts } from "./i18n";
import { again, ahead, clockTime, nextItem, preview, type Action, type Call, type Desk, type Item } from "./program";
import { Refused, type ProgramWatch } from "./program-watch";
import type { RunDownEditor } from "./run-down-editor";

const callsShown = 2; // the newest, and what failed

const icons: Record<Action, string> = { start: "play", resume: "play", pause: "pause", finish: "square" };

/** What both parts do: change the show, and ask before one program takes another's place. */
abstract class ProgramElement extends LightElement {
  texts!: Texts;
  protected watch!: ProgramWatch;
  protected asked: Item | undefined; // whose start waits for an answer
  protected said = ""; // why something was not done
  protected doing = false;

  begin(watch: ProgramWatch): void {
    this.watch = watch;
    watch.follow(() => this.requestUpdate());
  }

  /** Once a second: time passes. */
  tick(): void {
    if (this.watch?.desk?.program) this.requestUpdate();
  }

  protected override ready(): boolean {
    return this.watch?.desk !== undefined;
  }

  /** Whether the reader may change the show now. */
  protected get changes(): boolean {
    return this.watch.changes && this.watch.desk!.open;
  }

  protected name(text: string): TemplateResult {
    return html`<bdi lang=${script(text) ?? nothing}>${text}</bdi>`;
  }

  /** Does something, once at a time, and says if it failed. */
  protected async attempt(what: () => Promise<void>): Promise<void> {
    if (this.doing) return;
    this.doing = true;
    this.said = "";
    this.requestUpdate();
    try {
      await what();
    } catch (e) {
      this.said = this.texts.t("program.failed_to", { Reason: e instanceof Refused ? e.words(this.texts) : this.texts.t("program.offline") });
    } finally {
      this.doing = false;
      this.requestUpdate();
    }
  }

  protected act(action: Action): void {
    this.asked = undefined;
    void this.attempt(() => this.watch.change(action));
  }

  /** Starts an item, or asks first. */
  protected start(item: Item): void {
    if (this.watch.desk!.phase === "idle") {
      void this.attempt(() => this.watch.change("start", item));
      return;
    }
    this.asked = item;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(".ask .primary")?.focus());
  }

  private answer(yes: boolean): void {
    const item = this.asked;
    this.asked = undefined;
    this.requestUpdate();
    if (yes && item) void this.attempt(() => this.watch.change("start", item, true));
    else void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-start="${item?.id}"]`)?.focus());
  }

  protected question(desk: Desk): TemplateResult | typeof nothing {
    const item = this.asked;
    if (!item || !desk.program) return nothing;
    const words = this.texts.t("program.ask", { On: desk.program.name, Time: clockTime(this.watch.seconds), Name: item.name });
    return html`<div class="ask" role="group" aria-label=${words} @keydown=${(e: KeyboardEvent) => e.key === "Escape" && this.answer(false)}>
      <p>${words}</p>
      <div class="on-acts"><button class="btn primary" @click=${() => this.answer(true)}>${icon("play")} ${this.texts.t("program.ask.yes")}</button>
        <button class="btn" @click=${() => this.answer(false)}>${this.texts.t("program.cancel")}</button></div>
    </div>`;
  }

  protected button(action: Action, look: string): TemplateResult {
    return html`<button class=${look} data-do=${action} ?disabled=${this.doing} @click=${() => this.act(action)}>${icon(icons[action])} ${this.texts.t(`program.${action}`)}</button>`;
  }

  protected startButton(item: Item): TemplateResult {
    return html`<button class="btn primary" data-do="start" data-start=${item.id} ?disabled=${this.doing} @click=${() => this.start(item)}>
      ${icon("play")} <span>${this.texts.t("program.start.name", { Name: item.name })}</span></button>`;
  }

  protected acts(desk: Desk): TemplateResult | typeof nothing {
    if (!this.changes) return nothing;
    const next = nextItem(desk);
    return html`<div class="on-acts">${desk.actions.map((a) => a === "start" ? (next ? this.startButton(next) : nothing) : this.button(a, a === "resume" ? "btn primary" : "btn"))}</div>`;
  }

  protected complaint(): TemplateResult {
    return html`<p class="wrong" role="alert">${this.said ? html`${icon("triangle-alert")} ${this.said}` : nothing}</p>`;
  }
}

export class ProgramDesk extends ProgramElement {
  private editing = false;

  protected override render(): TemplateResult {
    const desk = this.watch.desk!;
    if (this.editing) return this.editor();
    return html`${this.question(desk)}
      ${this.onAir(desk)}
      ${this.asked ? nothing : this.acts(desk)}
      ${this.complaint()}
      ${this.hint(desk)}
      ${this.preview(desk)}
      ${this.calls(desk)}
      ${this.runDown(desk)}
      ${this.links()}`;
  }

  protected override updated(): void {
    const done = this.closest(".program-box")?.querySelector("h2 span");
    const items = this.watch.desk!.items;
    if (done) done.textContent = items.length ? this.texts.t("program.done_of", { Done: items.filter((i) => i.state === "done").length, Total: items.length }) : "";
  }

  private onAir(desk: Desk): TemplateResult {
    const t = this.texts;
    const on = desk.program;
    if (!on) return html`<p class="soft">${t.t(desk.open ? "program.none" : "program.closed")}</p>`;
    const seconds = this.watch.seconds;
    const planned = on.planned_seconds;
    const over = planned > 0 && seconds > planned;
    return html`<div class=${`on-air${over ? " overtime" : ""}${on.paused ? " paused" : ""}`}>
      <div class="on-name"><b>${this.name(on.name)}</b>${on.type ? html`<span class="tag">${t.t(`program.type.${on.type}`)}</span>` : nothing}
        ${on.paused ? html`<span class="tag wait">${t.t("program.paused")}</span>` : nothing}</div>
      <div class="on-time"><b class="on-clock">${clockTime(seconds)}</b>
        ${planned ? html`<span class="soft">${t.t("program.planned", { Time: clockTime(planned) })}</span>
          <span class="on-left">${over ? t.t("program.over", { Time: clockTime(seconds - planned) }) : t.t("program.left", { Time: clockTime(planned - Math.floor(seconds)) })}</span>` : nothing}</div>
      ${planned ? html`<progress max=${planned} value=${Math.min(Math.floor(seconds), planned)} aria-label=${t.t("program.planned", { Time: clockTime(planned) })}></progress>` : nothing}
    </div>`;
  }

  private hint(desk: Desk): TemplateResult | typeof nothing {
    if (!desk.open) return nothing;
    if (!desk.host) return html`<p class="hint">${this.texts.t("program.nobody")}</p>`;
    return desk.host.paused ? html`<p class="hint wait">${this.texts.t("program.host_paused")}</p>` : nothing;
  }

  private runDown(desk: Desk): TemplateResult {
    const t = this.texts;
    if (desk.items.length === 0) return html`<p class="soft run-down-empty">${t.t("program.empty")}</p>`;
    return html`<ol class="run-down" aria-label=${t.t("program.run_down")}>${repeat(ahead(desk.items), (i) => i.id, (i) => html`<li class=${i.state} aria-current=${i.state === "on" ? "step" : nothing}>
      <span class="item-mark">${i.state === "on" ? icon("circle-dot") : i.state === "done" ? icon("check") : nothing}<span class="hidden">${t.t(`program.state.${i.state}`)}</span></span>
      <span class="item-name">${this.name(i.name)} <small>${t.t(`program.type.${i.type}`)}</small></span>
      <span class="item-time">${this.length(i)}</span>
      ${this.changes && i.state !== "on" ? html`<button class="btn small quiet" data-start=${i.id} ?disabled=${this.doing} aria-label=${t.t("program.start.name", { Name: i.name })}
        @click=${() => this.start(i)}>${icon("play")} ${t.t("program.start")}</button>` : nothing}
    </li>`)}</ol>`;
  }

  private length(i: Item): string {
    if (i.state === "done") return clockTime(i.ran_seconds ?? 0);
    return i.planned_seconds ? this.texts.t("program.planned", { Time: clockTime(i.planned_seconds) }) : this.texts.t("program.open_end");
  }

  private calls(desk: Desk): TemplateResult {
    const shown = desk.calls.filter((c, n) => n === 0 || c.state === "failed").slice(0, callsShown);
    return html`<ul class="calls" ?hidden=${shown.length === 0} aria-live="polite">${repeat(shown, (c) => `${c.session_id}-${c.seq}`, (c) => this.call(desk, c))}</ul>`;
  }

  private call(desk: Desk, c: Call): TemplateResult {
    const t = this.texts;
    const said = c.clips?.map((clip) => clip.speech).join(" ");
    return html`<li class=${`call tone-${tones[c.state]}`} data-state=${c.state} data-seq=${c.seq}>
      <div class="call-what"><span class="call-state">${t.t(`program.call.${c.state}`)}</span>
        <span class="call-name">${t.t(`program.${c.program.action}`)} · ${this.name(c.program.programName)}</span>
        <span class="call-took">${tookText(c.took_ms, t)}</span></div>
      ${said ? html`<p class="call-said" lang=${script(said) ?? nothing} dir="auto">${said}</p>` : nothing}
      ${this.why(c)}
      ${this.changes && again(desk, c) ? html`<button class="btn small" ?disabled=${this.doing} @click=${() => void this.attempt(() => this.watch.retry(c))}>${icon("send")} ${t.t("program.retry")}</button>` : nothing}
    </li>`;
  }

  private why({ state, error }: Call): TemplateResult | typeof nothing {
    if (!error) return nothing;
    const t = this.texts;
    const words = state === "skipped" ? (t.find(`skip.${error.why}`) ?? error.why) : t.find(`program.why.${error.why}`);
    return html`${words ? html`<p class="call-why">${words}</p>` : nothing}
      ${error.detail ? html`<p class="call-detail" lang="en" dir="ltr">${error.detail}</p>` : nothing}
      ${error.retry_at ? html`<p class="call-why">${t.t("program.again", { Time: t.clock(error.retry_at) })}</p>` : nothing}`;
  }

  private preview(desk: Desk): TemplateResult | typeof nothing {
    if (!desk.open || !desk.host) return nothing;
    return html`<details class="preview" @toggle=${(e: Event) => (e.target as HTMLDetailsElement).open && (e.target as HTMLElement).scrollIntoView({ block: "nearest" })}><summary>${this.texts.t("program.preview")}</summary>
      <p class="soft" dir="ltr">POST ${desk.host.url}</p>
      ${preview(desk, this.watch.seconds).map((e) => html`<h3>${this.texts.t(`program.${(e.data as { action: Action }).action}` satisfies Key)}</h3>
        <pre dir="ltr" tabindex="0">${JSON.stringify(e, null, 2)}</pre>`)}
    </details>`;
  }

  private links(): TemplateResult {
    const t = this.texts;
    const log = `/rooms/${encodeURIComponent(this.dataset["room"]!)}/program${this.watch.desk!.session_id ? `?session=${this.watch.desk!.session_id}` : ""}#log`;
    return html`<p class="program-links">${this.watch.changes ? html`<button class="link-button" data-edit @click=${() => this.edit(true)}>${icon("pencil")} ${t.t("program.edit")}</button>` : nothing}
      <a href=${log}>${icon("history")} ${t.t("program.log")}</a></p>`;
  }

  private edit(on: boolean): void {
    this.editing = on;
    this.asked = undefined;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(on ? "run-down-editor [name=name]" : "[data-edit]")?.focus());
  }

  private editor(): TemplateResult {
    return html`<run-down-editor .texts=${this.texts} .watch=${this.watch as RunDownEditor["watch"]} .items=${this.watch.desk!.items}
      @keydown=${(e: KeyboardEvent) => e.key === "Escape" && this.edit(false)}></run-down-editor>
      <button class="btn wide" data-edit-done @click=${() => this.edit(false)}>${icon("check")} ${this.texts.t("program.edit.done")}</button>`;
  }
}

/** 430 ms, and 1.2 s from a second on. The server's took is the same. */
function tookText(ms: number | undefined, t: Texts): string {
  if (!ms) return "";
  return ms < 1000 ? t.t("program.took_ms", { Count: ms }) : t.t("unit.seconds", { Count: Math.round(ms / 100) / 10 });
}

const tones: Record<Call["state"], string> = {
  answered: "go", waiting: "wait", asking: "wait", failed: "hold", skipped: "none", unanswered: "none", untold: "none",
};

/** What is on, and what may happen to it: a line above the phone's bar of views. */
export class ProgramBar extends ProgramElement {
  protected override render(): TemplateResult {
    const desk = this.watch.desk!;
    const on = desk.program;
    this.hidden = !desk.open || (!on && (!this.changes || !nextItem(desk)));
    const over = on && on.planned_seconds > 0 && this.watch.seconds > on.planned_seconds;
    return html`${on ? html`<span class=${over ? "bar-on overtime" : "bar-on"}>${this.name(on.name)} <b>${clockTime(this.watch.seconds)}</b></span>` : nothing}
      ${this.acts(desk)}${this.said ? this.complaint() : nothing}`;
  }
}
