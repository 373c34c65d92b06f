// What is on, for how long, what time it is, and how long until something begins.
import type { ProgramOptions, ProgramState } from "../wire.gen";
import { everySecond, span } from "./clock";
import { el, mark, write } from "./dom";
import { icon } from "./icons";
import { tagOf } from "./words";
import type { Stage, View } from "./view";

export class Program implements View<"program"> {
  readonly root = el("section", "program plate");
  private readonly type = el("span", "program-type");
  private readonly name = el("h1", "program-name");
  private readonly elapsed = el("b", "program-elapsed");
  private readonly clock = el("b", "program-clock");
  private readonly label = el("span", "program-label");
  private readonly left = el("b", "program-left");
  private readonly countdown = el("div", "program-countdown", this.label, this.left);
  private readonly marked = el("span", "mark");
  private options: ProgramOptions | undefined;
  private state: ProgramState | undefined;
  private time: Intl.DateTimeFormat | undefined;

  constructor(private readonly stage: Stage) {
    const times = el("div", "program-times", el("span", "program-ran", icon("clock"), this.elapsed), this.clock);
    this.root.append(el("div", "program-main", this.type, this.name, times), this.countdown, this.marked);
    this.root.hidden = true;
    everySecond(this.stage.clock, (now) => this.tick(now));
  }

  setup(options: ProgramOptions): void {
    this.options = options;
    this.time = clockOf(options, tagOf(this.stage.texts));
    this.draw();
  }

  show(state: ProgramState): void {
    this.state = state;
    this.draw();
  }

  clear(): void {
    this.state = undefined;
    this.root.hidden = true;
  }

  private draw(): void {
    const { options, state } = this;
    if (!options || !state) return;
    const { texts } = this.stage;
    write(this.name, options.title ? state.name : "");
    write(this.type, options.type && state.name ? (texts.find("stage.program." + (state.program_type ?? "other")) ?? "") : "");
    write(this.label, state.label || options.label || texts.t("stage.program.countdown"));
    write(this.marked, state.rehearsal ? texts.t("stage.mark.rehearsal") : "");
    mark(this.root, { rehearsal: state.rehearsal ?? false, paused: state.paused ?? false });
    this.tick(this.stage.clock.now());
  }

  private tick(now: number): void {
    const { options, state } = this;
    if (!options || !state) return;
    const ran = state.paused ? state.elapsed_ms : state.started_ms && now - state.started_ms;
    const left = options.countdown && state.countdown_ms ? state.countdown_ms - now : 0;
    write(this.elapsed, options.elapsed && state.name ? span(ran ?? 0) : "");
    write(this.clock, options.clock ? (this.time?.format(now) ?? "") : "");
    write(this.left, left > 0 ? span(left, true) : "");
    this.countdown.hidden = left <= 0;
    this.root.hidden = [this.name, this.type, this.elapsed, this.clock, this.left].every((e) => e.textContent === "");
  }
}

/** The time of day where the show is. A zone this browser has never heard of is passed over. */
function clockOf(options: ProgramOptions, lang: string): Intl.DateTimeFormat {
  const form = { hour: "numeric", minute: "2-digit", hourCycle: options.hour12 ? "h12" : "h23" } as const;
  try {
    return new Intl.DateTimeFormat(lang, { ...form, timeZone: options.zone });
  } catch {
    return new Intl.DateTimeFormat(lang, form);
  }
}
