// The form in which a scenario's steps are changed.
import { html, type TemplateResult } from "lit";
import { icon } from "./element";
import type { Texts } from "./i18n";
import type { Scenario } from "./simulator-api";
import type { Step } from "./simulator-steps";

const types = ["comment", "gift", "like", "join", "follow", "share", "viewers", "question", "subscribe", "program", "live_pause", "live_resume"];

/** A step as it stands in the form: its data is text until it is saved. */
interface Draft extends Omit<Step, "data"> {
  text: string;
}

export interface EditorEvents {
  changed(): void;
  /** The scenario as it is to be kept; undefined: nothing is. */
  done(saved: { name: string; steps: Step[] } | undefined): void;
}

export class ScenarioEditor {
  private name: string;
  private readonly drafts: Draft[];
  private wrong = ""; // what is wrong, in words

  constructor(scenario: Scenario, private readonly events: EditorEvents) {
    this.name = scenario.name;
    this.drafts = scenario.steps.map(({ data, ...rest }) => ({ ...rest, text: JSON.stringify(data ?? {}, null, 1) }));
  }

  view(t: Texts): TemplateResult {
    return html`<form class="form editor" @submit=${(e: Event) => this.save(e, t)}>
      <div class="field"><label for="sim-name">${t.t("sim.name")}</label>
        <input id="sim-name" type="text" required maxlength="80" autocomplete="off" dir="auto" .value=${this.name}
          @input=${(e: Event) => { this.name = (e.target as HTMLInputElement).value; }}></div>
      <ol class="steps">${this.drafts.map((d, i) => this.step(d, i, t))}</ol>
      <button type="button" class="btn small" @click=${() => this.add()}>${icon("plus")} ${t.t("sim.step.add")}</button>
      ${this.wrong ? html`<p class="wrong" role="alert">${icon("triangle-alert")} ${this.wrong}</p>` : ""}
      <div class="acts">
        <button class="btn primary">${icon("save")} ${t.t("sim.save")}</button>
        <button type="button" class="btn quiet" @click=${() => this.events.done(undefined)}>${t.t("sim.cancel")}</button>
      </div>
    </form>`;
  }

  private step(d: Draft, i: number, t: Texts): TemplateResult {
    const choices = types.includes(d.event_type) ? types : [d.event_type, ...types];
    const number = (field: "delay_ms" | "repeat" | "every_ms" | "crowd", word: "sim.step.delay" | "sim.step.repeat" | "sim.step.every" | "sim.step.crowd", least: number) =>
      html`<label>${t.t(word)} <input type="number" inputmode="numeric" min=${least} .value=${String(d[field] ?? least)}
        @change=${(e: Event) => { d[field] = Math.max(least, Math.trunc((e.target as HTMLInputElement).valueAsNumber) || least); }}></label>`;
    return html`<li>
      <fieldset><legend>${t.t("sim.step", { Number: i + 1 })}</legend>
        <label>${t.t("sim.step.type")} <select @change=${(e: Event) => { d.event_type = (e.target as HTMLSelectElement).value; this.events.changed(); }}>
          ${choices.map((type) => html`<option value=${type} ?selected=${type === d.event_type}>${type}</option>`)}</select></label>
        ${number("delay_ms", "sim.step.delay", 0)} ${number("repeat", "sim.step.repeat", 1)} ${number("every_ms", "sim.step.every", 0)}
        ${d.event_type === "gift"
          ? html`<label class="tick"><input type="checkbox" .checked=${d.streak ?? false} @change=${(e: Event) => { d.streak = (e.target as HTMLInputElement).checked; }}> ${t.t("sim.step.streak")}</label>`
          : number("crowd", "sim.step.crowd", 0)}
        <label class="whole">${t.t("sim.step.data")}
          <textarea rows="3" spellcheck="false" dir="ltr" .value=${d.text} @input=${(e: Event) => { d.text = (e.target as HTMLTextAreaElement).value; }}></textarea></label>
        <span class="acts">
          ${i > 0 ? html`<button type="button" class="btn quiet small" @click=${() => this.up(i)}>${t.t("sim.step.up")}</button>` : ""}
          ${this.drafts.length > 1 ? html`<button type="button" class="btn quiet small" @click=${() => this.remove(i)}>${t.t("sim.step.remove")}</button>` : ""}
        </span>
      </fieldset></li>`;
  }

  private add(): void {
    this.drafts.push({ event_type: "comment", delay_ms: 1_000, text: '{\n "comment": "…"\n}' });
    this.events.changed();
  }

  private up(i: number): void {
    this.drafts.splice(i - 1, 2, this.drafts[i]!, this.drafts[i - 1]!);
    this.events.changed();
  }

  private remove(i: number): void {
    this.drafts.splice(i, 1);
    this.events.changed();
  }

  private save(e: Event, t: Texts): void {
    e.preventDefault();
    const steps: Step[] = [];
    this.wrong = "";
    for (const [i, d] of this.drafts.entries()) {
      const data = object(d.text);
      if (!data) {
        this.wrong = t.t("sim.step.wrong", { Number: i + 1 });
        return this.events.changed();
      }
      steps.push(stepOfDraft(d, data));
    }
    this.events.done({ name: this.name, steps });
  }
}

function stepOfDraft({ text: _, ...d }: Draft, data: Record<string, unknown>): Step {
  const step: Step = { event_type: d.event_type, data };
  if (d.delay_ms) step.delay_ms = d.delay_ms;
  if ((d.repeat ?? 1) > 1) step.repeat = d.repeat!;
  if (d.every_ms) step.every_ms = d.every_ms;
  if (d.event_type === "gift" && d.streak) step.streak = true;
  if (d.crowd && !step.streak) step.crowd = d.crowd;
  return step;
}

/** A JSON object, or undefined. An empty text is an empty one. */
export function object(text: string): Record<string, unknown> | undefined {
  try {
    const v = JSON.parse(text.trim() || "{}") as unknown;
    return typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
