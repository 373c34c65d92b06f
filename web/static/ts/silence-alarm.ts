// <silence-alarm>: says loudly that nothing arrives although viewers are there. In words, in colour and in the window's title.
import { html, nothing, type TemplateResult } from "lit";
import { may } from "./access";
import { icon, LightElement } from "./element";
import type { Texts } from "./i18n";

const flash = 1_000; // ms; far below three flashes a second

export class SilenceAlarm extends LightElement {
  texts!: Texts;
  room = "";
  private state: { ms: number; viewers: number } | undefined;
  private flashing: ReturnType<typeof setInterval> | undefined;
  private readonly title0 = document.title;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.quiet();
  }

  show(state: { ms: number; viewers: number } | undefined): void {
    if (!state && !this.state) return;
    this.state = state;
    if (!state) this.quiet();
    else this.flashing ??= setInterval(() => this.flash(), flash);
    this.requestUpdate();
  }

  private flash(): void {
    const said = `⚠ ${this.texts.t("silence.title")}`;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.title = !still && document.title.startsWith("⚠") ? this.title0 : `${said} · ${this.title0}`;
  }

  private quiet(): void {
    clearInterval(this.flashing);
    this.flashing = undefined;
    document.title = this.title0;
  }

  /** The sentence stands still, so that it is read out once; the clock beside it moves in silence. */
  protected override render(): TemplateResult | typeof nothing {
    const t = this.texts;
    if (!this.state) return nothing;
    return html`<div class="alarm">${icon("triangle-alert")}<div><p><b>${t.t("silence.title")}</b> <span aria-hidden="true">${t.duration(this.state.ms)}</span></p>
      <p>${t.t("silence.text")} ${t.t("silence.advice")}</p></div>
      ${may("operator") ? html`<form method="post" action=${`/rooms/${encodeURIComponent(this.room)}/connect`}><input type="hidden" name="back"
        value=${location.pathname}><button class="btn small">${t.t("silence.reconnect")}</button></form>` : nothing}</div>`;
  }
}
