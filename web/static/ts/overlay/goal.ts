// A goal: how far, how much, and which step of the ladder.
import type { GoalOptions, GoalState } from "../wire.gen";
import { el, mark, picture, write } from "./dom";
import { icon, type Icon } from "./icons";
import type { Stage, View } from "./view";

const icons: Record<GoalState["metric"], Icon> = { diamonds: "gem", likes: "heart", follows: "userPlus", shares: "share", gift: "gift" };

export class Goal implements View<"goal"> {
  readonly root = el("section", "goal plate");
  private readonly art = el("span", "goal-art");
  private readonly title = el("span", "goal-title");
  private readonly numbers = el("span", "goal-numbers");
  private readonly fill = el("i", "goal-fill");
  private readonly percent = el("span", "goal-percent");
  private readonly steps = el("span", "goal-steps");
  private readonly marked = el("span", "mark");
  private options: GoalOptions | undefined;
  private state: GoalState | undefined;

  constructor(private readonly stage: Stage) {
    const head = el("div", "goal-head", this.art, this.title, this.numbers);
    this.root.append(head, el("div", "goal-bar", this.fill, this.percent), this.steps, this.marked);
    this.root.hidden = true;
  }

  setup(options: GoalOptions): void {
    this.options = options;
    if (this.state) this.draw(this.state);
  }

  show(state: GoalState, fresh: boolean): void {
    const before = this.state;
    this.state = state;
    this.draw(state);
    const climbed = before !== undefined && !fresh && (state.step > before.step || (state.reached ?? false) !== (before.reached ?? false));
    if (climbed && !this.stage.calm) {
      this.root.animate([{ transform: "scale(1)" }, { transform: "scale(1.05)" }, { transform: "scale(1)" }], { duration: 400, easing: "ease-out" });
    }
  }

  clear(): void {
    this.root.hidden = true;
  }

  private draw(state: GoalState): void {
    const { texts } = this.stage;
    this.root.hidden = false;
    this.art.replaceChildren(icon(icons[state.metric]), ...picture("gift-picture", state.gift?.image_url));
    write(this.title, state.title || texts.t(`stage.goal.${state.metric}`));
    write(this.numbers, this.options?.numbers ? `${texts.short(state.value)} / ${texts.short(state.target)}` : "");
    const part = portion(state);
    this.fill.style.transform = `translateX(${(part - 1) * 100}%)`;
    write(this.percent, state.reached ? texts.t("stage.goal.reached") : this.options?.percent ? `${Math.floor(part * 100)} %` : "");
    this.steps.replaceChildren(...pips(state));
    write(this.marked, state.rehearsal ? texts.t("stage.mark.rehearsal") : "");
    mark(this.root, { reached: state.reached ?? false, rehearsal: state.rehearsal ?? false });
  }
}

/** How much of this step of the ladder is done, 0 to 1. */
export function portion(s: GoalState): number {
  const all = s.target - s.from;
  if (s.reached || all <= 0) return 1;
  return Math.min(1, Math.max(0, (s.value - s.from) / all));
}

/** A small mark for each step of a ladder. */
function pips(s: GoalState): HTMLElement[] {
  if (s.steps < 2) return [];
  return Array.from({ length: s.steps }, (_, i) => el("i", i + 1 < s.step || s.reached ? "done" : i + 1 === s.step ? "now" : ""));
}
