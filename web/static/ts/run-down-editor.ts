// <run-down-editor>: the show's programs in their order, to add, change, move and remove.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { script } from "./said";
import { icon, LightElement } from "./element";
import type { Texts } from "./i18n";
import { clockTime, minutesText, programTypes, readMinutes, type Item } from "./program";
import { Refused, type ProgramWatch } from "./program-watch";
import type { ProgramType } from "./story-client";

interface Form {
  id: number; // 0: a new one
  name: string;
  type: ProgramType;
  minutes: string;
}

const nobody: Form = { id: 0, name: "", type: "singing", minutes: "" };

export class RunDownEditor extends LightElement {
  static override properties = { items: { attribute: false }, texts: { attribute: false }, watch: { attribute: false } };
  declare texts: Texts;
  declare watch: ProgramWatch;
  declare items: Item[];
  private added: Form = nobody;
  private changed: Form | undefined;
  private wrong: Record<string, string> = {}; // by the id of the field
  private said = "";

  protected override render(): TemplateResult {
    const t = this.texts;
    return html`${this.items.length === 0 ? html`<p class="soft">${t.t("program.empty")}</p>` : nothing}
      <ol class="run-down-edit">${repeat(this.items, (i) => i.id, (i, n) => this.row(i, n))}</ol>
      <h3>${t.t("program.add.title")}</h3>
      ${this.form(this.added, (f) => (this.added = f))}
      <p class="wrong" role="alert">${this.said ? html`${icon("triangle-alert")} ${this.said}` : nothing}</p>`;
  }

  private row(i: Item, n: number): TemplateResult {
    const t = this.texts;
    const open = this.changed?.id === i.id;
    return html`<li>
      <div class="item-line"><span class="item-name"><bdi lang=${script(i.name) ?? nothing}>${i.name}</bdi> <small>${t.t(`program.type.${i.type}`)}</small></span>
        <span class="item-time">${i.planned_seconds ? clockTime(i.planned_seconds) : t.t("program.open_end")}</span></div>
      <div class="item-acts">
        ${this.button("up", i, n === 0, () => this.move(i, n - 1))}
        ${this.button("down", i, n === this.items.length - 1, () => this.move(i, n + 1))}
        ${this.button("change", i, false, () => this.open(open ? undefined : i), open)}
        ${this.button("remove", i, false, () => this.take(i, n))}
      </div>
      ${open ? this.form(this.changed!, (f) => (this.changed = f)) : nothing}
    </li>`;
  }

  private button(what: "up" | "down" | "change" | "remove", i: Item, off: boolean, act: () => void, expanded?: boolean): TemplateResult {
    return html`<button type="button" class="link-button" data-item=${`${what}-${i.id}`} ?disabled=${off} aria-expanded=${expanded ?? nothing}
      aria-label=${this.texts.t(`program.${what}.name`, { Name: i.name })} @click=${act}>${this.texts.t(`program.${what}`)}</button>`;
  }

  private form(f: Form, set: (f: Form) => void): TemplateResult {
    const t = this.texts;
    const id = (field: string) => (f.id ? `${field}-${f.id}` : field);
    const change = (c: Partial<Form>) => {
      set({ ...f, ...c });
      this.requestUpdate();
    };
    const value = (e: Event) => (e.target as HTMLInputElement).value;
    const error = (field: string) => {
      const text = this.wrong[id(field)];
      return text ? html`<p class="wrong" id=${`${id(field)}-error`}>${icon("triangle-alert")} ${text}</p>` : nothing;
    };
    const bad = (field: string) => this.wrong[id(field)] !== undefined;
    return html`<form class="form item-form" novalidate @submit=${(e: Event) => void this.save(e, f)}>
      <div class="field item-name-field"><label for=${id("name")}>${t.t("program.name")}</label>
        <input id=${id("name")} name="name" type="text" maxlength="100" autocomplete="off" dir="auto" .value=${f.name} aria-invalid=${bad("name") || nothing}
          aria-describedby=${bad("name") ? `${id("name")}-error` : nothing} @input=${(e: Event) => change({ name: value(e) })}>${error("name")}</div>
      <div class="field"><label for=${id("type")}>${t.t("program.type")}</label>
        <select id=${id("type")} name="type" @change=${(e: Event) => change({ type: value(e) as ProgramType })}>
          ${programTypes.map((type) => html`<option value=${type} ?selected=${type === f.type}>${t.t(`program.type.${type}`)}</option>`)}</select></div>
      <div class="field"><label for=${id("minutes")}>${t.t("program.minutes")}</label>
        <input id=${id("minutes")} name="minutes" type="text" inputmode="decimal" autocomplete="off" placeholder=${t.t("program.open_end")} .value=${f.minutes}
          aria-invalid=${bad("minutes") || nothing} aria-describedby=${bad("minutes") ? `${id("minutes")}-error` : nothing}
          @input=${(e: Event) => change({ minutes: value(e) })}>${error("minutes")}</div>
      <button class="btn">${f.id ? html`${icon("save")} ${t.t("program.save")}` : html`${icon("plus")} ${t.t("program.add")}`}</button>
    </form>`;
  }

  private open(i: Item | undefined): void {
    this.changed = i && { id: i.id, name: i.name, type: i.type, minutes: minutesText(i.planned_seconds) };
    this.requestUpdate();
    if (i) this.focusOn(`#name-${i.id}`);
  }

  private async save(e: Event, f: Form): Promise<void> {
    e.preventDefault();
    const field = (name: string) => (f.id ? `${name}-${f.id}` : name);
    const planned_seconds = readMinutes(f.minutes);
    this.wrong = {};
    if (!f.name.trim()) this.wrong[field("name")] = this.texts.t("program.error.name");
    if (planned_seconds === undefined) this.wrong[field("minutes")] = this.texts.t("program.error.minutes");
    if (planned_seconds === undefined || !f.name.trim()) {
      this.requestUpdate();
      this.focusOn("[aria-invalid=true]");
      return;
    }
    const item = { name: f.name.trim(), type: f.type, planned_seconds };
    await this.attempt(async () => {
      if (f.id) {
        await this.watch.changeItem(f.id, item);
        this.changed = undefined;
        this.focusOn(`[data-item="change-${f.id}"]`);
        return;
      }
      await this.watch.addItem(item);
      this.added = { ...nobody, type: f.type };
      this.focusOn("#name");
    });
  }

  private move(i: Item, place: number): void {
    const way = place > this.items.indexOf(i) ? "down" : "up";
    void this.attempt(async () => {
      await this.watch.changeItem(i.id, { place });
      this.focusOn(`[data-item="${way}-${i.id}"]:not(:disabled), [data-item="${way === "up" ? "down" : "up"}-${i.id}"]`);
    });
  }

  private take(i: Item, n: number): void {
    void this.attempt(async () => {
      await this.watch.removeItem(i.id);
      const next = this.watch.desk!.items[Math.min(n, this.watch.desk!.items.length - 1)];
      this.focusOn(next ? `[data-item="remove-${next.id}"]` : "#name");
    });
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    this.said = "";
    try {
      await what();
    } catch (e) {
      this.said = this.texts.t("program.failed_to", { Reason: e instanceof Refused ? e.words(this.texts) : this.texts.t("program.offline") });
    }
    this.requestUpdate();
  }

  /** The focus goes where somebody goes on, once it is drawn. */
  private focusOn(selector: string): void {
    setTimeout(() => this.querySelector<HTMLElement>(selector)?.focus());
  }
}
