// A few of the show's numbers in a row.
import type { CounterItem, CounterOptions, CounterState } from "../wire.gen";
import { el, mark, write } from "./dom";
import { icon, type Icon } from "./icons";
import type { Stage, View } from "./view";

const icons: Record<CounterItem, Icon> = {
  viewers: "eye", peak: "trending", likes: "heart", diamonds: "gem", gifts: "gift", follows: "userPlus", shares: "share", comments: "message",
};

export class Counter implements View<"counter"> {
  readonly root = el("section", "counter");
  private readonly numbers = new Map<CounterItem, HTMLElement>();
  private readonly marked = el("span", "mark");
  private state: CounterState | undefined;

  constructor(private readonly stage: Stage) {
    this.root.hidden = true;
  }

  setup(options: CounterOptions): void {
    this.numbers.clear();
    this.root.replaceChildren(...options.items.map((item) => this.draw(item, options)), this.marked);
    if (this.state) this.show(this.state);
  }

  show(state: CounterState): void {
    this.state = state;
    const { texts } = this.stage;
    this.root.hidden = false;
    for (const [item, number] of this.numbers) {
      const value = state.values[item];
      write(number, value === undefined ? "–" : texts.short(value)); // TikTok has not told yet, and 0 would be a claim
    }
    write(this.marked, state.rehearsal ? texts.t("stage.mark.rehearsal") : "");
    mark(this.root, { rehearsal: state.rehearsal ?? false, ended: !state.live });
  }

  clear(): void {
    this.root.hidden = true;
  }

  private draw(item: CounterItem, options: CounterOptions): HTMLElement {
    const number = el("b", "counter-number");
    this.numbers.set(item, number);
    const root = el("div", `count-item plate of-${item}`);
    if (options.icons) root.append(icon(icons[item]));
    root.append(number);
    if (options.labels) root.append(el("span", "counter-label", this.stage.texts.t(`stage.counter.${item}`)));
    return root;
  }
}
