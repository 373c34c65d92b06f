// A countdown that gifts extend.
import type { TimerOptions, TimerState } from "../wire.gen";
import { everySecond, span } from "./clock";
import { el, leave, mark, said, write } from "./dom";
import type { Stage, View } from "./view";

const stays = 4000; // ms that an addition is to be seen
const last = 60_000; // ms: from here on every second counts

export class Timer implements View<"timer"> {
  readonly root = el("section", "timer plate");
  private readonly title = el("h1", "timer-title");
  private readonly left = el("b", "timer-left");
  private readonly over = el("p", "timer-over");
  private readonly marked = el("span", "mark");
  private added: HTMLElement | undefined;
  private options: TimerOptions | undefined;
  private state: TimerState | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly stage: Stage) {
    this.root.append(this.title, this.left, this.over, this.marked);
    this.root.hidden = true;
    everySecond(this.stage.clock, (now) => this.tick(now));
  }

  setup(options: TimerOptions): void {
    this.options = options;
    if (this.state) this.show(this.state, true);
  }

  show(state: TimerState, fresh: boolean): void {
    const before = this.state;
    this.state = state;
    const { texts } = this.stage;
    this.root.hidden = false;
    write(this.title, state.title ?? "");
    write(this.over, state.over ? state.over_text || texts.t("stage.timer.over") : "");
    write(this.marked, state.rehearsal ? texts.t("stage.mark.rehearsal") : "");
    mark(this.root, { rehearsal: state.rehearsal ?? false, over: state.over ?? false, standing: !state.running && !state.over });
    if (!fresh && this.options?.show_added && state.added_ms > 0 && before && state.total_ms > before.total_ms) this.tell(state);
    this.tick(this.stage.clock.now());
  }

  clear(): void {
    this.state = undefined;
    this.root.hidden = true;
  }

  private tick(now: number): void {
    const { state } = this;
    if (!state) return;
    const left = Math.max(0, state.running ? (state.ends_ms ?? now) - now : (state.left_ms ?? 0));
    write(this.left, state.over ? "" : span(left, true));
    mark(this.root, { soon: state.running && left > 0 && left <= last });
  }

  /** Says what was added, and by whom. What comes while it is to be seen changes it in place. */
  private tell(state: TimerState): void {
    const { texts } = this.stage;
    const time = state.added_ms < 60_000 ? texts.t("stage.timer.seconds", { Count: Math.round(state.added_ms / 1000) }) : span(state.added_ms);
    const words = [el("b", "", "+" + time), ...(state.added_by ? [said("bdi", "name", state.added_by)] : [])];
    if (this.added) this.added.replaceChildren(...words);
    else this.root.append((this.added = el("span", "timer-added", ...words)));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.added) leave(this.added, this.stage.speed);
      this.added = undefined;
    }, stays);
  }
}
