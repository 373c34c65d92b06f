// <story-talk>: says something to a story as one of its inputs, and shows what it makes of it while it answers.
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { icon, LightElement } from "./element";
import { HostApi, Refusal } from "./host-api";
import { answeredBy, clipList, guarded } from "./host-views";
import type { Texts } from "./i18n";
import { type Answer, type Clip, type FieldError, LiveStreamClient, type StoryEvent, StoryError } from "./story-client";
import { talkEvent, type TalkField, talkFields, type TalkType, talkTypes } from "./talk";

export class StoryTalk extends LightElement {
  texts!: Texts;
  private readonly story = this.dataset["story"]!;
  private readonly client = new LiveStreamClient({ storyId: this.story });
  private type: TalkType = "user_chat";
  private typed: Record<TalkType, Record<string, string>> = { user_chat: {}, gift_event: { giftCount: "1" }, program_event: {}, simple_text: {} };
  private dry = false;
  private asking: AbortController | undefined;
  private input: StoryEvent | undefined; // as the story read it
  private clips: Clip[] = [];
  private answer: Answer | undefined;
  private wrong: Record<string, string> = {}; // by field; "" is the whole

  protected override ready(): boolean {
    return this.texts !== undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking?.abort();
  }

  /** What somebody chose and typed before the script came is not lost. */
  protected override willUpdate(): void {
    const form = this.hasUpdated ? null : this.querySelector("form");
    if (form) {
      const had = new FormData(form);
      this.type = talkTypes.find((t) => t === had.get("type")) ?? this.type;
      for (const f of talkFields[this.type]) this.typed[this.type][f.name] = String(had.get(f.name) ?? "");
      this.dry = had.has("dry");
    }
    super.willUpdate();
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    return html`<p class="soft">${t.t("talk.lead")}</p>
      <div class="talk-types" role="group" aria-label=${t.t("talk.type")}>${talkTypes.map((type) => html`<button type="button" class="chip"
        aria-pressed=${type === this.type ? "true" : "false"} @click=${() => this.choose(type)}>${t.find("talk.type." + type)}</button>`)}</div>
      <form class="form" novalidate @submit=${(e: Event) => void this.send(e)}>
        ${this.wrong[""] ? html`<p class="wrong" role="alert">${icon("triangle-alert")} ${this.wrong[""]}</p>` : nothing}
        <div class="talk-fields">${talkFields[this.type].map((f) => this.field(f))}</div>
        <div class="talk-send">
          <label class="tick"><input type="checkbox" .checked=${live(this.dry)} @change=${(e: Event) => (this.dry = (e.target as HTMLInputElement).checked)}> ${t.t("talk.dry")}</label>
          <button class="btn primary" ?disabled=${this.asking !== undefined}>${icon("send")} ${t.t("talk.send")}</button>
        </div>
      </form>
      <div aria-live="polite">${this.said()}</div>`;
  }

  private field(f: TalkField): TemplateResult {
    const t = this.texts;
    const id = "talk-" + f.name;
    const wrong = this.wrong[f.name];
    const value = this.typed[this.type][f.name] ?? "";
    const set = (e: Event) => (this.typed[this.type][f.name] = (e.target as HTMLInputElement).value);
    const described = wrong ? id + "-error" : nothing;
    const invalid = wrong ? "true" : nothing;
    const control = f.choices
      ? html`<select id=${id} aria-describedby=${described} @change=${set}>${f.choices.map((c) => html`<option value=${c}
          ?selected=${c === value}>${t.find(f.prefix + (c || "none"))}</option>`)}</select>`
      : f.long ? html`<textarea id=${id} rows="2" dir="auto" aria-invalid=${invalid} aria-describedby=${described} .value=${live(value)} @input=${set}
          @keydown=${(e: KeyboardEvent) => e.key === "Enter" && (e.ctrlKey || e.metaKey) && void this.send(e)}></textarea>`
      : html`<input id=${id} type="text" dir="auto" autocomplete="off" inputmode=${f.numeric ? "decimal" : nothing} aria-invalid=${invalid}
          aria-describedby=${described} .value=${live(value)} @input=${set}>`;
    return html`<div class="field ${f.long ? "whole" : ""}"><label for=${id}>${t.t(f.word)}</label>${control}
      ${wrong ? html`<p class="wrong" id="${id}-error">${icon("triangle-alert")} ${wrong}</p>` : nothing}</div>`;
  }

  /** What the story read, what it says while it says it, and who it was. */
  private said(): TemplateResult | typeof nothing {
    const t = this.texts;
    if (!this.input) return nothing;
    const a = this.answer;
    return html`<div class="talk-answer">
      <details open><summary>${t.t("talk.input")}</summary><pre tabindex="0">${JSON.stringify(this.input, null, 2)}</pre></details>
      ${clipList(this.clips)}
      ${a ? html`${answeredBy(a.responder, a.fallback, t)}<p class="soft answer-by">${t.t("talk.took", { Milliseconds: a.took_ms })}</p>${guarded(a.guarded, t)}`
        : this.asking ? html`<p class="soft thinking">${t.t("talk.thinking")}</p>` : nothing}</div>`;
  }

  private choose(type: TalkType): void {
    this.type = type;
    this.wrong = {};
    this.requestUpdate();
  }

  private async send(e: Event): Promise<void> {
    e.preventDefault();
    if (this.asking) return; // a double click
    this.asking = new AbortController();
    this.wrong = {};
    this.clips = [];
    this.input = this.answer = undefined;
    this.requestUpdate();
    const event = talkEvent(this.type, this.typed[this.type]);
    try {
      if (this.dry) await this.rehearse(event);
      else await this.ask(event, this.asking.signal);
    } catch (err) {
      if (!this.isConnected) return;
      this.refused(err);
    } finally {
      this.asking = undefined;
      this.requestUpdate();
    }
  }

  private async ask(event: StoryEvent, signal: AbortSignal): Promise<void> {
    for await (const p of this.client.streamEvent(event, { signal })) {
      if (p.type === "start") this.input = p.event;
      if (p.type === "clip") this.clips = [...this.clips, p.clip];
      if (p.type === "finish") {
        this.answer = p.answer;
        this.clips = p.answer.clips;
      }
      this.requestUpdate();
    }
  }

  /** A dry run comes whole: nothing of it is stored, so nothing is streamed. */
  private async rehearse(event: StoryEvent): Promise<void> {
    const answer = await new HostApi(this.story).direct({ action: "dry_run", input: event });
    if (!answer) return;
    this.input = answer.event;
    this.answer = answer;
    this.clips = answer.clips;
  }

  private refused(err: unknown): void {
    const t = this.texts;
    const { code, fields } = err instanceof StoryError || err instanceof Refusal ? err : { code: "other", fields: [] };
    for (const f of fields) {
      const name = f.path.split(".").at(-1) ?? "";
      const known = talkFields[this.type].some((field) => field.name === name);
      this.wrong[known ? name : ""] ??= known ? words(f, t) : `${f.path}: ${words(f, t)}`;
    }
    if (fields.length > 0) this.wrong[""] ??= t.t("talk.wrong");
    else this.wrong[""] = t.find("talk.error." + code) ?? t.t("talk.error.other");
  }
}

/** What is wrong with a field, in the reader's language, and where it stands in the event. */
function words(f: FieldError, t: Texts): string {
  const text = f.rule && t.find("rule." + f.rule, f.args);
  return text ? `${text} (${f.path.replace(/^input\./, "")})` : f.message;
}

