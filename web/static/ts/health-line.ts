// <health-line> and <health-note>: how the room is connected, in a pill and in sentences, and whether this page still hears.
import { html, nothing, type TemplateResult } from "lit";
import { icon, LightElement } from "./element";
import { stopwatch, type Texts } from "./i18n";
import type { Health, Link } from "./live";
import { everySecond } from "./pulse";
import { vitals, type Seen, type Vital } from "./vitals";
import type { LiveEvent } from "./wire.gen";

const tones: Record<string, string> = {
  live: "go", waiting: "ready", connecting: "wait", silent: "wait", reconnecting: "wait", paused: "wait", limited: "wait", blocked: "hold", stopped: "hold", demo: "host",
};

const patience = 2_000; // ms a connection may take before anybody is told

/** What both elements are told. */
class HealthElement extends LightElement {
  texts!: Texts;
  protected health: Health | undefined;
  protected link: Link = { state: "connecting" };
  protected linkSince = Date.now();
  private wasOpen = false;

  private rest: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.rest = everySecond(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.rest?.();
  }

  showHealth(health: Health): void {
    const news = health.state !== this.health?.state || health.reason !== this.health.reason;
    this.health = health;
    if (news) this.requestUpdate(); // the rest can wait for the next second
  }

  showLink(link: Link): void {
    if (link.state === "open") this.wasOpen = true;
    if (link.state === "open" || this.link.state === "open") this.linkSince = Date.now();
    this.link = link;
    this.requestUpdate();
  }

  /** The page has lost the server, or never reached it, for longer than a blink. */
  protected get offline(): boolean {
    return this.link.state !== "open" && Date.now() - this.linkSince > patience && (this.wasOpen || this.link.state === "waiting");
  }

  protected override ready(): boolean {
    return this.health !== undefined || (this.offline && this.texts !== undefined);
  }

  protected get state(): string {
    const state = this.health?.state || this.dataset["state"] || "idle";
    return state === "live" && "demo" in this.dataset ? "demo" : state; // what is made up must not pass for a LIVE
  }
}

export class HealthLine extends HealthElement {
  last = 0; // when the newest event came, by the reader's clock

  /** Something arrived from the room. The first event of a session is when its clock starts. */
  heard(events: LiveEvent[]): void {
    this.last = Date.now();
    if (events[0]?.seq === 1) this.dataset["started"] = events[0].data.timestamp;
  }

  protected override render(): TemplateResult {
    return html`<span class="pill tone-${tones[this.state] ?? "none"} ${this.offline ? "stale" : ""}" data-state=${this.state}><i aria-hidden="true"></i>${
      this.word()}${this.clock()}</span>
      <span class="facts">${this.facts()}</span>${this.page()}`;
  }

  private word(): string {
    const t = this.texts;
    const until = this.state === "limited" && this.health?.retry_at;
    if (until) return t.t("state.limited.until", { Time: t.minute(until) });
    return t.find(`state.${this.state}.${this.health?.reason}`) ?? t.find("state." + this.state) ?? this.state;
  }

  private clock(): TemplateResult | typeof nothing {
    const from = Date.parse(this.dataset["started"] ?? "");
    if (Number.isNaN(from) || !["live", "silent", "demo"].includes(this.state)) return nothing;
    return html` <span class="clock">${stopwatch(Date.now() - from)}</span>`;
  }

  private facts(): TemplateResult[] {
    const t = this.texts;
    const facts: TemplateResult[] = [];
    const way = t.find("health.way." + this.health?.way);
    if (way && this.state !== "demo") facts.push(html`<span>${way}</span>`);
    const heard = this.last || Date.parse(this.health?.heard_at ?? "");
    if (heard && ["live", "silent", "demo", "paused", "reconnecting"].includes(this.state)) {
      facts.push(html`<span>${t.parts("health.heard", { Ago: { text: t.ago(Date.now() - heard), as: "name" } }).map((p) =>
        typeof p === "string" ? p : "text" in p ? html`<b>${p.text}</b>` : "")}</span>`);
    }
    return facts;
  }

  /** This page's own connection: only a loss is loud. */
  private page(): TemplateResult {
    const t = this.texts;
    if (!this.offline) return html`<span class="link ok" role="status">${icon("check")}${t.t(this.link.state === "open" ? "panel.open" : "panel.connecting")}</span>`;
    const next = this.link.state === "waiting" ? t.t("panel.next", { Time: t.duration(this.link.next - Date.now()) }) : "";
    return html`<span class="link lost" role="status">${icon("wifi-off")}${t.t("panel.waiting")}</span><span class="facts"><span>${next}</span></span>`;
  }
}

/** How loud the sentences are; the server has the same list. */
const looks: Record<string, string> = {
  idle: "told", waiting: "told", stopped: "told hold", silent: "told wait", reconnecting: "told wait", limited: "told wait", blocked: "told hold",
};

export class HealthNote extends HealthElement {
  /** What the page itself knows of the connection. */
  seen: () => Seen = () => ({ state: this.state, heard: 0, behind: 0, open: true });

  get now(): string {
    return this.state;
  }

  protected override updated(): void {
    this.className = `box ${this.offline ? "told hold" : (looks[this.state] ?? "")}`;
  }

  protected override render(): TemplateResult {
    return html`<h2>${this.texts.t("health.label")}</h2>${this.offline ? html`<p>${this.texts.t("panel.lost")}</p>` : this.sentences()}${this.signs()}`;
  }

  private signs(): TemplateResult | typeof nothing {
    if (!this.health) return nothing;
    return html`<dl class="vitals">${vitals(this.health, this.seen(), this.texts).map((v) => this.sign(v))}</dl>`;
  }

  /** What is not well says why and what to do; what is well, only when somebody asks. */
  private sign(v: Vital): TemplateResult {
    const bad = v.well ? "" : "bad";
    const more = v.more ? html`<details><summary>${v.value}</summary><p>${v.advice}</p><ul>${v.more.map(([name, n]) => html`<li><bdi>${name}</bdi> ${n}</li>`)}</ul></details>` : v.value;
    return html`<div class=${bad} data-vital=${v.name} title=${v.well && v.advice && !v.more ? v.advice : nothing}><dt>${v.word}</dt>
      <dd>${v.well ? nothing : icon("triangle-alert")}${more}</dd>${v.well || !v.advice ? nothing : html`<dd class="why">${v.advice}</dd>`}</div>`;
  }

  /** What is going on; where something is wrong, what, and what to do; and when it goes on by itself. */
  private sentences(): TemplateResult {
    const t = this.texts;
    if (!this.health) return html`<p>${t.find("health." + this.state) ?? ""}</p>`;
    const { reason, retry_at, message } = this.health;
    const wrong = reason && reason !== "offline" && reason !== "stopped" ? reason : undefined;
    const said = (wrong && t.find("reason." + wrong)) ?? t.find("health." + this.state) ?? message ?? "";
    const advice = wrong ? (t.find("advice." + wrong) ?? this.health.advice) : undefined;
    const next = retry_at && Date.parse(retry_at) > Date.now() ? t.t("health.next", { Time: t.clock(retry_at) }) : undefined;
    return html`<p>${said}</p>${advice ? html`<p>${advice}</p>` : nothing}${next ? html`<p>${next}</p>` : nothing}`;
  }
}
