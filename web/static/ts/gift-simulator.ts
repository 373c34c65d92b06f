// <gift-simulator>: the button on the desk and the drawer it opens: send one thing, run scenarios, replay a past session. The
// drawer leaves the feed in sight, where what is sent shows up like everything else.
import { html, nothing, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { may } from "./access";
import { icon, LightElement } from "./element";
import type { Texts } from "./i18n";
import { script } from "./said";
import { dropBrokenPictures, pictureSrc } from "./pictures";
import { ScenarioEditor } from "./scenario-editor";
import { Refused, speeds, type Api, type Run, type Scenario, type SessionInfo, type Watch } from "./simulator-api";
import {
  giftSign, hows, kinds, mostAtOnce, paced, recall, Recorder, remember, slowestPace, stepOf, wrongFields, type CatalogueGift, type Form, type Wrong,
} from "./simulator-steps";
import type { User } from "./wire.gen";

const tabs = ["send", "scenarios", "replay"] as const;
type Tab = (typeof tabs)[number];

const firstGift = 5655; // a Rose: what most viewers know
const typing = 200; // ms of rest before the catalogue is searched
const hash = "#simulate"; // opens the drawer with the page

const storage = () => localStorage;

export class GiftSimulator extends LightElement {
  texts!: Texts;
  private api!: Api;
  private watch!: Watch;
  private unfollow: (() => void) | undefined;
  private started = false;
  private readonly drawer = createRef<HTMLDialogElement>();
  private readonly opener = createRef<HTMLButtonElement>();

  private shown = false;
  private tab: Tab = "send";
  private form: Form = recall(storage);
  private wrong: Wrong[] = [];
  private said: { text: string; bad: boolean } | undefined;
  private gifts: CatalogueGift[] = [];
  private query = "";
  private asking: ReturnType<typeof setTimeout> | undefined;
  private people: User[] = [];
  private recorder: Recorder | undefined;
  private scenarios: Scenario[] = [];
  private editor: ScenarioEditor | undefined;
  private deleting = 0; // the scenario whose deletion was asked for
  private sessions: SessionInfo[] | undefined;
  private chosen = 0; // session to replay
  private speed = 1;

  begin(api: Api, watch: Watch): void {
    this.api = api;
    this.watch = watch;
    if (!may("operator")) return;
    this.started = true;
    this.requestUpdate();
    if (location.hash === hash) void this.updateComplete.then(() => this.open());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    dropBrokenPictures(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unfollow?.();
  }

  protected override ready(): boolean {
    return this.started;
  }

  private open(): void {
    if (this.shown) return;
    this.shown = true;
    this.unfollow = this.watch.follow(() => this.requestUpdate());
    void this.findGifts();
    void this.attempt(async () => {
      this.scenarios = await this.api.scenarios();
    });
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.drawer.value!.show();
      this.drawer.value!.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();
    });
  }

  private close(): void {
    this.shown = false;
    this.unfollow?.();
    this.unfollow = undefined;
    this.drawer.value!.close();
    if (location.hash === hash) history.replaceState(null, "", location.pathname + location.search);
    this.requestUpdate();
    this.opener.value!.focus();
  }

  /** Does something and says if it failed. Answers whether it did not. */
  private async attempt(what: () => Promise<void>): Promise<boolean> {
    try {
      await what();
      return true;
    } catch (e) {
      const reason = e instanceof Refused ? e.words(this.texts) : this.texts.t("sim.offline");
      this.said = { text: this.texts.t("sim.failed", { Reason: reason }), bad: true };
      return false;
    } finally {
      this.requestUpdate();
    }
  }

  private async findGifts(): Promise<void> {
    await this.attempt(async () => {
      const q = this.query;
      const found = await this.api.gifts(q);
      if (q !== this.query) return;
      this.gifts = found;
      if (!this.form.gift && !q) this.form.gift = found.find((g) => g.id === firstGift) ?? found[0] ?? null;
    });
  }

  private async findPeople(): Promise<User[]> {
    const session = this.watch.status?.session;
    if (session) await this.attempt(async () => void (this.people = await this.api.people(session.id)));
    return this.people;
  }

  private change(change: Partial<Form>): void {
    this.form = { ...this.form, ...change };
    this.wrong = this.wrong.filter((w) => wrongFields(this.form).includes(w));
    this.said = undefined;
    remember(storage, this.form);
    this.requestUpdate();
  }

  private async send(e: Event): Promise<void> {
    e.preventDefault();
    this.wrong = wrongFields(this.form);
    const session = this.watch.status?.session;
    if (this.wrong.length > 0 || !session) {
      this.requestUpdate();
      await this.updateComplete;
      this.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    const step = stepOf(this.form, this.people);
    const sent = await this.attempt(async () => {
      await this.api.send(session.id, this.sentence(), step);
    });
    if (!sent) return;
    this.recorder?.add(step);
    this.said = { text: this.texts.t("sim.sent"), bad: false };
    this.requestUpdate();
    await this.watch.look();
  }

  /** What is sent, in a few words. */
  private sentence(): string {
    const f = this.form;
    if (f.kind === "gift") return `${f.own ? f.ownName : f.gift?.name} × ${this.texts.number(f.count)}`;
    const kind = this.texts.t(`sim.kind.${f.kind}`);
    return f.count > 1 && f.kind !== "viewers" ? `${kind} × ${this.texts.number(f.count)}` : kind;
  }

  private async rehearse(): Promise<void> {
    if (await this.attempt(async () => void (await this.api.rehearse()))) {
      location.hash = hash; // the page comes back with the drawer open: in a rehearsal it counts what is simulated
      location.reload();
    }
  }

  private key(e: KeyboardEvent): void {
    if (e.key === "Escape" && !e.defaultPrevented) {
      e.preventDefault();
      this.close();
    }
  }

  private tabKey(e: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!by) return;
    e.preventDefault();
    this.go(tabs[(tabs.indexOf(this.tab) + by + tabs.length) % tabs.length]!);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus());
  }

  private go(tab: Tab): void {
    this.tab = tab;
    this.said = undefined;
    if (tab === "replay") {
      void this.attempt(async () => {
        this.sessions = await this.api.sessions();
        this.chosen ||= this.sessions.find((s) => s.ended_at)?.id ?? this.sessions[0]?.id ?? 0;
      });
    }
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    return html`<button class="btn" ${ref(this.opener)} aria-expanded=${this.shown} @click=${() => (this.shown ? this.close() : this.open())}>
        ${icon("gift")} ${t.t("sim.open")}</button>
      <dialog class="drawer" ${ref(this.drawer)} aria-labelledby="sim-title" @keydown=${(e: KeyboardEvent) => this.key(e)}>
        ${this.shown ? this.inside() : nothing}
      </dialog>`;
  }

  private inside(): TemplateResult {
    const t = this.texts;
    return html`<header>
        <h2 id="sim-title">${t.t("sim.title")}</h2>
        <button class="btn quiet small" @click=${() => this.close()}>${icon("x")} ${t.t("sim.close")}</button>
      </header>
      <div class="tabs" role="tablist" aria-labelledby="sim-title" @keydown=${(e: KeyboardEvent) => this.tabKey(e)}>
        ${tabs.map((tab) => html`<button role="tab" id=${`sim-tab-${tab}`} aria-selected=${tab === this.tab} aria-controls="sim-panel"
          tabindex=${tab === this.tab ? 0 : -1} @click=${() => this.go(tab)}>${t.t(`sim.tab.${tab}`)}</button>`)}
      </div>
      <div class="panel-of" role="tabpanel" id="sim-panel" aria-labelledby=${`sim-tab-${this.tab}`}>
        ${this.tab === "replay" ? this.replayTab() : this.watch.status === undefined ? nothing
          : !this.watch.status.open ? this.nothingOpen()
          : this.tab === "send" ? this.sendTab() : this.scenarioTab()}
      </div>
      <p class=${this.said?.bad ? "told wrong" : "told"} role="status">${this.said ? html`${icon(this.said.bad ? "triangle-alert" : "check")} ${this.said.text}` : nothing}</p>`;
  }

  private nothingOpen(): TemplateResult {
    const t = this.texts;
    return html`<div class="empty">
      ${icon("flask-conical")}
      <h3>${t.t("sim.none.title")}</h3>
      <p>${t.t("sim.none.text")}</p>
      <button class="btn primary" @click=${() => void this.rehearse()}>${t.t("sim.rehearse")}</button>
    </div>`;
  }

  private into(): string {
    const { session, rehearsal } = this.watch.status!;
    return this.texts.t(rehearsal ? "sim.into.rehearsal" : "sim.into.live", { ID: session!.id });
  }

  private sendTab(): TemplateResult {
    const t = this.texts;
    const f = this.form;
    return html`<form class="form" @submit=${(e: Event) => void this.send(e)} novalidate>
      <div class="options" role="radiogroup" aria-label=${t.t("sim.kind")}>
        ${kinds.map((kind) => html`<label class="pick"><input type="radio" name="sim-kind" value=${kind} .checked=${kind === f.kind}
          @change=${() => this.change({ kind })}><span>${t.t(`sim.kind.${kind}`)}</span></label>`)}
      </div>
      ${f.kind === "gift" ? this.giftFields() : nothing}
      ${f.kind === "comment" ? this.text("text", "sim.text", f.text, (text) => ({ text }), t.t("sim.text.example")) : nothing}
      ${f.kind === "viewers" ? this.number("viewers", "sim.kind.viewers", f.viewers, (viewers) => ({ viewers }), [0, 10_000_000]) : this.whoFields()}
      ${f.kind === "viewers" ? nothing : html`<div class="pair-of">
        ${this.number("count", "sim.count", f.count, (count) => ({ count }), [1, mostAtOnce])}
        ${paced(f) ? this.number("pace", "sim.pace", f.pace, (pace) => ({ pace }), [0, slowestPace]) : nothing}
      </div>`}
      ${f.kind === "gift" ? this.howField() : nothing}
      <div class="at-hand"><button class="btn primary wide">${icon("send")} ${f.kind === "gift" && !f.own && f.gift
        ? t.t("sim.send.gift", { Count: f.count, Gift: f.gift.name }) : t.t("sim.send")}</button></div>
      ${this.recordLine()}
      <p class="hint">${this.into()} ${t.t("sim.lead")}</p>
    </form>
    ${this.runList()}`;
  }

  private giftFields(): TemplateResult {
    const t = this.texts;
    const f = this.form;
    if (f.own) {
      return html`<div class="trio">
          ${this.number("ownId", "sim.gift.id", f.ownId, (ownId) => ({ ownId }), [1, 2 ** 31 - 1])}
          ${this.text("ownName", "sim.gift.name", f.ownName, (ownName) => ({ ownName }))}
          ${this.number("ownPrice", "sim.gift.price", f.ownPrice, (ownPrice) => ({ ownPrice }), [0, 1_000_000])}
        </div>
        <button type="button" class="link-button" @click=${() => this.change({ own: false })}>${t.t("sim.gift.catalogue")}</button>`;
    }
    return html`<div class="field">
      <div class="over"><label for="sim-find">${t.t("sim.gift")}</label>
        <button type="button" class="link-button" @click=${() => this.change({ own: true })}>${t.t("sim.gift.own")}</button></div>
      <input id="sim-find" type="search" autocomplete="off" placeholder=${t.t("sim.gift.search")} .value=${this.query} @input=${(e: Event) => this.search(e)}
        @keydown=${(e: KeyboardEvent) => { if (e.key === "Enter") e.preventDefault(); }}>
      <div class="gifts" role="radiogroup" aria-label=${t.t("sim.gift")}>
        ${this.gifts.length === 0 && this.query ? html`<p class="soft">${t.t("sim.gift.none")}</p>` : nothing}
        ${this.gifts.map((g) => this.giftTile(g))}
      </div>
      ${this.reason("gift")}
    </div>`;
  }

  private giftTile(g: CatalogueGift): TemplateResult {
    const t = this.texts;
    return html`<label class="gift-tile" title=${`${g.name} · ${t.t("num.diamonds_of", { Count: g.diamond_count })} · ${g.id}`}>
      <input type="radio" name="sim-gift" value=${g.id} .checked=${g.id === this.form.gift?.id} @change=${() => this.choose(g)}>
      <span class="tile-in">${giftPicture(g)}<bdi lang=${script(g.name) ?? nothing}>${g.name}</bdi><i>${t.number(g.diamond_count)} ◆</i></span>
    </label>`;
  }

  private choose(gift: CatalogueGift): void {
    this.change({ gift, ...(gift.streakable || this.form.how !== "streak" ? {} : { how: "once" as const }) });
  }

  private search(e: Event): void {
    this.query = (e.target as HTMLInputElement).value;
    clearTimeout(this.asking);
    this.asking = setTimeout(() => void this.findGifts(), typing);
  }

  private whoFields(): TemplateResult {
    const t = this.texts;
    const f = this.form;
    return html`<div class="field">
      <div class="over"><label for="sim-who">${t.t("sim.who")}</label>
        <button type="button" class="link-button" @click=${() => void this.anybody()}>${icon("shuffle")} ${t.t("sim.who.random")}</button></div>
      <input id="sim-who" type="text" maxlength="100" autocomplete="off" dir="auto" list="sim-people" placeholder=${t.t("sim.who.placeholder")}
        .value=${f.crowd ? "" : f.who} ?disabled=${f.crowd} @focus=${() => void this.findPeople()}
        @input=${(e: Event) => this.change({ who: (e.target as HTMLInputElement).value })}>
      <datalist id="sim-people">${this.people.map((u) => html`<option value=${u.nickname || u.unique_id}></option>`)}</datalist>
      ${f.kind === "like" || (f.kind === "gift" && f.how !== "burst") ? nothing : html`<label class="tick"><input type="checkbox" .checked=${f.crowd}
        @change=${(e: Event) => this.change({ crowd: (e.target as HTMLInputElement).checked })}> ${t.t("sim.who.crowd")}</label>`}
    </div>`;
  }

  /** Somebody who was there lately. */
  private async anybody(): Promise<void> {
    const people = await this.findPeople();
    const one = people[Math.floor(Math.random() * people.length)];
    if (one) this.change({ who: one.nickname || one.unique_id, crowd: false });
  }

  private howField(): TemplateResult {
    const t = this.texts;
    const f = this.form;
    const streakable = f.own || (f.gift?.streakable ?? false);
    return html`<div class="field">
      <div class="radios three" role="radiogroup" aria-label=${t.t("sim.how")}>
        ${hows.map((how) => html`<label><input type="radio" name="sim-how" value=${how} .checked=${how === f.how} ?disabled=${how === "streak" && !streakable}
          @change=${() => this.change({ how, ...(how === "burst" ? {} : { crowd: false }) })}> ${t.t(`sim.how.${how}`)}</label>`)}
      </div>
      <p class="hint">${t.t(`sim.how.${f.how}.hint`)}</p>
      ${this.reason("how")}
    </div>`;
  }

  private recordLine(): TemplateResult {
    const t = this.texts;
    if (!this.recorder) {
      return html`<div class="record"><button type="button" class="btn small" title=${t.t("sim.record.hint")} @click=${() => this.record()}>
        ${icon("circle-dot")} ${t.t("sim.record")}</button></div>`;
    }
    const n = this.recorder.steps.length;
    return html`<div class="record on"><span>${icon("circle-dot")} ${n > 0 ? t.t("sim.recorded", { Count: n }) : t.t("sim.record.hint")}</span>
      ${n > 0 ? html`<button type="button" class="btn small" @click=${() => this.keep()}>${icon("save")} ${t.t("sim.keep")}</button>` : nothing}
      <button type="button" class="btn quiet small" @click=${() => this.record()}>${t.t("sim.record.stop")}</button></div>`;
  }

  private record(): void {
    this.recorder = this.recorder ? undefined : new Recorder();
    this.requestUpdate();
  }

  private keep(): void {
    this.edit({ id: 0, name: "", shipped: false, steps: this.recorder!.steps });
    this.recorder = undefined;
    this.go("scenarios");
  }

  private runList(): TemplateResult | typeof nothing {
    const t = this.texts;
    const { runs, session } = this.watch.status!;
    if (runs.length === 0) return nothing;
    const running = runs.filter((r) => r.state === "running");
    return html`<section class="runs" aria-label=${t.t("sim.runs")}>
      ${running.length > 1 ? html`<button class="btn small" @click=${() => void this.stop(session!.id)}>${icon("square")} ${t.t("sim.stop_all")}</button>` : nothing}
      <ul class="sim-list">${runs.slice(0, 6).map((r) => this.runLine(session!.id, r))}</ul>
    </section>`;
  }

  private runLine(session: number, r: Run): TemplateResult {
    const t = this.texts;
    const far = t.t("sim.progress", { Done: r.done, Total: r.total });
    return html`<li class=${r.state}><span><bdi>${r.name || t.t("sim.run.running")}</bdi>
        <small class="soft">${t.t(`sim.run.${r.state}`)} · ${far}</small>
        ${r.state === "running" ? html`<progress max=${r.total} value=${r.done} aria-label=${far}></progress>` : nothing}</span>
      ${r.state === "running" ? html`<button class="btn small" @click=${() => void this.stop(session, r.id)}>${icon("square")} ${t.t("sim.stop")}</button>` : nothing}</li>`;
  }

  private async stop(session: number, run?: number): Promise<void> {
    await this.attempt(() => this.api.stop(session, run));
    await this.watch.look();
  }

  private scenarioTab(): TemplateResult {
    const t = this.texts;
    if (this.editor) return this.editor.view(t);
    const { runs, session } = this.watch.status!;
    return html`<ul class="sim-list roomy">${this.scenarios.map((s) => {
      const run = runs.find((r) => r.scenario === s.id && r.state === "running");
      return html`<li><span><bdi>${s.name}</bdi> <small class="soft">${run ? t.t("sim.progress", { Done: run.done, Total: run.total }) : t.t("sim.steps", { Count: s.steps.length })}</small>
          ${run ? html`<progress max=${run.total} value=${run.done} aria-label=${t.t("sim.progress", { Done: run.done, Total: run.total })}></progress>` : nothing}</span>
        ${run ? html`<button class="btn small" @click=${() => void this.stop(session!.id, run.id)}>${icon("square")} ${t.t("sim.stop")}</button>`
          : html`<button class="btn small" @click=${() => void this.runScenario(session!.id, s)}>${icon("play")} ${t.t("sim.run")}</button>`}
        <button class="btn quiet small" @click=${() => this.edit(s)}>${icon("pencil")} ${t.t("sim.edit")}</button>
        <button class=${this.deleting === s.id ? "btn stop small" : "btn quiet small"} @click=${() => void this.forget(s)}>
          ${icon("trash-2")} ${t.t(this.deleting === s.id ? "sim.delete.sure" : "sim.delete")}</button></li>`;
    })}</ul>
    <button class="btn small" @click=${() => this.edit({ id: 0, name: "", shipped: false, steps: [{ event_type: "comment", data: { comment: t.t("sim.text.example") } }] })}>
      ${icon("plus")} ${t.t("sim.new")}</button>
    <p class="hint">${this.into()}</p>`;
  }

  private async runScenario(session: number, s: Scenario): Promise<void> {
    await this.attempt(async () => void (await this.api.run(session, s.id)));
    await this.watch.look();
  }

  private edit(s: Scenario): void {
    this.said = undefined;
    this.editor = new ScenarioEditor(s, {
      changed: () => this.requestUpdate(),
      done: (saved) => void this.edited(s, saved),
    });
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("#sim-name")?.focus());
  }

  private async edited(s: Scenario, saved: Pick<Scenario, "name" | "steps"> | undefined): Promise<void> {
    const ok = !saved || (await this.attempt(async () => {
      await this.api.save(s.id || undefined, saved);
      this.scenarios = await this.api.scenarios();
    }));
    if (ok) this.editor = undefined;
    this.requestUpdate();
  }

  private async forget(s: Scenario): Promise<void> {
    if (this.deleting !== s.id) {
      this.deleting = s.id;
      return this.requestUpdate();
    }
    this.deleting = 0;
    await this.attempt(async () => {
      await this.api.remove(s.id);
      this.scenarios = await this.api.scenarios();
    });
  }

  private replayTab(): TemplateResult {
    const t = this.texts;
    if (!this.sessions) return html``;
    if (this.sessions.length === 0) return html`<div class="empty">${icon("history")}<p>${t.t("sim.replay.none")}</p></div>`;
    return html`<form class="form" @submit=${(e: Event) => void this.replay(e)}>
      <p class="soft">${t.t("sim.replay.lead")}</p>
      <fieldset class="field past"><legend>${t.t("sim.replay.session")}</legend>
        ${this.sessions.map((s) => html`<label><input type="radio" name="sim-past" value=${s.id} .checked=${s.id === this.chosen} @change=${() => this.chooseSession(s.id)}>
          <span><b>${t.moment(s.started_at)}</b> ${s.title ? html`<bdi>${s.title}</bdi>` : nothing}
            <small class="soft">${s.origin === "replay" || s.origin === "simulated" ? html`<span class="tag">${t.t(`feed.tag.${s.origin}`)}</span> ` : nothing}${t.duration(Date.parse(s.ended_at ?? new Date().toISOString()) - Date.parse(s.started_at))}
              · ${t.t("sim.replay.events", { Count: s.last_seq })}</small></span></label>`)}
      </fieldset>
      <div class="radios four" role="radiogroup" aria-label=${t.t("sim.replay.speed")}>
        ${speeds.map((s) => html`<label><input type="radio" name="sim-speed" value=${s} .checked=${s === this.speed} @change=${() => { this.speed = s; this.requestUpdate(); }}> ${t.t("sim.replay.times", { Speed: s })}</label>`)}
      </div>
      <button class="btn primary wide">${icon("history")} ${t.t("sim.replay.start")}</button>
    </form>`;
  }

  private chooseSession(id: number): void {
    this.chosen = id;
    this.requestUpdate();
  }

  private async replay(e: Event): Promise<void> {
    e.preventDefault();
    await this.attempt(async () => {
      const started = await this.api.replay(this.chosen, this.speed);
      location.assign(`${location.pathname}?session=${started.id}`);
    });
  }

  private text(field: Wrong, word: "sim.text" | "sim.gift.name", value: string, change: (text: string) => Partial<Form>, placeholder = ""): TemplateResult {
    return html`<div class="field"><label for=${`sim-${field}`}>${this.texts.t(word)}</label>
      <input id=${`sim-${field}`} type="text" maxlength="300" autocomplete="off" dir="auto" placeholder=${placeholder} .value=${value}
        aria-invalid=${this.wrong.includes(field) ? "true" : nothing} aria-describedby=${this.wrong.includes(field) ? `sim-${field}-error` : nothing}
        @input=${(e: Event) => this.change(change((e.target as HTMLInputElement).value))}>${this.reason(field)}</div>`;
  }

  private number(field: Wrong, word: "sim.count" | "sim.pace" | "sim.gift.id" | "sim.gift.price" | "sim.kind.viewers", value: number,
    change: (n: number) => Partial<Form>, [from, to]: [number, number]): TemplateResult {
    return html`<div class="field"><label for=${`sim-${field}`}>${this.texts.t(word)}</label>
      <input id=${`sim-${field}`} type="number" inputmode="numeric" min=${from} max=${to} .value=${String(value)}
        aria-invalid=${this.wrong.includes(field) ? "true" : nothing} aria-describedby=${this.wrong.includes(field) ? `sim-${field}-error` : nothing}
        @change=${(e: Event) => this.change(change((e.target as HTMLInputElement).valueAsNumber))}>${this.reason(field, from, to)}</div>`;
  }

  private reason(field: Wrong, from = 0, to = 0): TemplateResult | typeof nothing {
    if (!this.wrong.includes(field)) return nothing;
    const t = this.texts;
    const text = field === "how" ? t.t("sim.error.streak", { Gift: this.form.gift?.name ?? "" })
      : to > 0 ? t.t("sim.error.number", { From: from, To: to }) : t.t(field === "gift" ? "sim.error.kind" : "sim.error.text");
    return html`<p class="wrong" id=${`sim-${field}-error`}>${icon("triangle-alert")} ${text}</p>`;
  }
}

/** A gift's picture, over a sign where there is none or it no longer loads. */
function giftPicture(g: CatalogueGift): TemplateResult {
  return html`<span class="gift-picture" aria-hidden="true">${giftSign(g.id)}${g.image_url
    ? html`<img src=${pictureSrc(g.image_url)} alt="" loading="lazy" data-optional>` : nothing}</span>`;
}
