// <rehearsal-bar>: says that what the desk shows is a rehearsal or a replay, how far it is, and lets one pause and end it.
import { html, nothing, type TemplateResult } from "lit";
import { may } from "./access";
import { icon, LightElement } from "./element";
import type { Texts } from "./i18n";
import { Refused, speeds, type Api, type Watch } from "./simulator-api";

export class RehearsalBar extends LightElement {
  texts!: Texts;
  private api!: Api;
  private watch!: Watch;
  private unfollow = () => {};
  private problem = "";
  private readonly session = Number(this.dataset["session"]);
  private readonly pinned = new URLSearchParams(location.search).has("session");

  begin(api: Api, watch: Watch): void {
    this.api = api;
    this.watch = watch;
    this.unfollow = watch.follow(() => {
      const now = watch.status?.session;
      // The room went on with something else: the page counts differently from then on.
      if (!this.pinned && now && now.id > this.session) return location.reload();
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unfollow();
  }

  protected override ready(): boolean {
    return this.watch?.status !== undefined;
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const { playback: p, open, session } = this.watch.status!;
    if (!open || session?.id !== this.session) return html`<span class="says">${icon("flask-conical")} ${t.t("sim.bar.over")}</span>`;
    if (!p) {
      return html`<span class="says">${icon("flask-conical")} ${t.t("sim.bar.rehearsal")}</span>${may("operator") ? html`<span class="acts">${this.endButton()}</span>` : nothing}${this.said()}`;
    }
    return html`<span class="says">${icon("history")} ${t.t("sim.bar.replay", { ID: p.of, Speed: p.speed })}
        <progress max=${p.total} value=${p.played} aria-label=${t.t("sim.progress", { Done: p.played, Total: p.total })}></progress></span>
      ${may("operator") ? html`<span class="acts">
        <select aria-label=${t.t("sim.replay.speed")} @change=${(e: Event) => void this.change({ speed: Number((e.target as HTMLSelectElement).value) })}>
          ${speeds.map((s) => html`<option value=${s} ?selected=${s === p.speed}>${t.t("sim.replay.times", { Speed: s })}</option>`)}
          ${speeds.includes(p.speed) ? nothing : html`<option value=${p.speed} selected>${t.t("sim.replay.times", { Speed: p.speed })}</option>`}
        </select>
        <button class="btn small" @click=${() => void this.change({ paused: !p.paused })}>
          ${icon(p.paused ? "play" : "pause")} ${t.t(p.paused ? "sim.bar.resume" : "sim.bar.pause")}</button>
        ${this.endButton()}
      </span>` : nothing}${this.said()}`;
  }

  /** Why what was asked for last was not done. */
  private said(): TemplateResult {
    return html`<span class="problem" role="status">${this.problem}</span>`;
  }

  private endButton(): TemplateResult {
    return html`<button class="btn small" @click=${() => void this.end()}>${icon("square")} ${this.texts.t("sim.bar.end")}</button>`;
  }

  private async change(c: { paused?: boolean; speed?: number }): Promise<void> {
    await this.ask(() => this.api.playback(this.session, c));
  }

  private async end(): Promise<void> {
    await this.ask(() => this.api.end(this.session));
  }

  /** Does it, or says why not. What has ended already is said by the next look. */
  private async ask(change: () => Promise<unknown>): Promise<void> {
    this.problem = "";
    try {
      await change();
    } catch (e) {
      const over = e instanceof Refused && (e.code === "conflict" || e.code === "not_found");
      const reason = e instanceof Refused ? e.words(this.texts) : this.texts.t("sim.offline");
      if (!over) this.problem = this.texts.t("program.failed_to", { Reason: reason });
    }
    await this.watch.look();
    this.requestUpdate();
  }
}
