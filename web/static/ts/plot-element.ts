// What our charts have in common: as wide as their box, in the colours of the page, and with the numbers of what is pointed at.
import { createRef } from "lit/directives/ref.js";
import uPlot from "uplot";
import { holding, stepTo, tickStep, zoomed, type Range } from "./axis";
import { LightElement } from "./element";
import { ticks } from "./history";
import type { Texts } from "./i18n";

/** A dashed or whole line, and its colour's name. */
export interface Look {
  colour: string;
  dash: number[];
}

/** An element with a plot in its box. */
export abstract class PlotElement extends LightElement {
  texts!: Texts;
  protected readonly box = createRef<HTMLElement>();
  protected plot: uPlot | undefined;
  protected at: number | undefined; // index under the pointer

  private readonly resized = new ResizeObserver(() => this.resize());
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");

  override connectedCallback(): void {
    super.connectedCallback();
    this.dark.addEventListener("change", this.repaint);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.dark.removeEventListener("change", this.repaint);
    this.resized.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  /** How high a plot of a width is, in px. */
  protected abstract tall(width: number): number;

  /** Makes the plot, in the box that has just been drawn. */
  protected begin(options: Omit<uPlot.Options, "width" | "height">, data: uPlot.AlignedData): void {
    const width = this.box.value!.clientWidth || 300;
    this.plot = new uPlot({ ...options, width, height: this.tall(width) }, data, this.box.value!);
    this.resized.observe(this.box.value!);
  }

  private resize(): void {
    const width = this.box.value?.clientWidth ?? 0;
    if (width > 0 && this.plot && this.plot.width !== width) this.fit(width);
  }

  protected fit(width: number): void {
    this.plot!.setSize({ width, height: this.tall(width) });
  }

  protected repaint = (): void => this.plot?.redraw(false);

  protected colour(name: string): string {
    return getComputedStyle(this).getPropertyValue(name).trim();
  }

  protected get font(): string {
    return getComputedStyle(this).fontFamily;
  }

  /** A hook for the cursor: the element's own words follow it. */
  protected pointed = (u: uPlot): void => {
    const at = u.cursor.idx ?? undefined;
    if (this.at === at) return;
    this.at = at;
    this.requestUpdate();
  };

  /** The axis of numbers, at the left. */
  protected numbersAxis(letters: number, size: number, space: number): uPlot.Axis {
    return {
      stroke: () => this.colour("--text-3"), font: `${letters}px ${this.font}`, size, gap: letters === 11 ? 4 : 3, ticks: { show: false }, space,
      grid: { stroke: () => this.colour("--line"), width: 1 }, values: (_, at) => at.map((n) => (Number.isInteger(n) ? this.texts.short(n) : "")),
    };
  }

  /** A line from the top of the plot to its foot; returns where, in the canvas's px. */
  protected upright(u: uPlot, seconds: number, look: Look, most = Infinity): number {
    const { ctx, bbox } = u;
    const x = Math.min(Math.round(u.valToPos(seconds, "x", true)), most);
    ctx.strokeStyle = this.colour(look.colour);
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(look.dash.map((n) => n * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    return x;
  }
}

const high = 600; // px: charts of this width or more are drawn at their full height

/** A plot of a stretch of time that is walked along with keys, and of which a part can be looked at more closely. */
export abstract class AxisElement extends PlotElement {
  protected index = 0; // of the minute that was walked to
  protected range: Range = { min: 0, max: 1 }; // what is in sight
  protected all: Range = { min: 0, max: 1 };
  protected draggedAt = -1_000; // the click that ends dragging is none

  /** How many minutes there are, where one stands in seconds, and what walking to it does. */
  protected abstract get length(): number;
  protected abstract second(index: number): number;
  protected abstract walk(index: number): void;
  protected abstract readonly heights: { full: number; narrow: number };

  protected override tall(width: number): number {
    return width < high ? this.heights.narrow : this.heights.full;
  }

  protected get wholeShown(): boolean {
    return this.range.max - this.range.min >= this.all.max - this.all.min;
  }

  protected show(range: Range): void {
    this.range = range;
    this.plot?.setScale("x", range);
    this.requestUpdate();
  }

  protected whole = (): void => this.show(this.all);

  /** Shows a minute, if need be by moving what is in sight. */
  protected hold(index: number): void {
    this.index = index;
    this.show(holding(this.range, this.all, this.second(index)));
  }

  /** What is selected on a plot, in seconds, within what there is. */
  protected selected(u: uPlot): Range {
    const min = Math.max(this.all.min, u.posToVal(u.select.left, "x"));
    return { min, max: Math.min(this.all.max, u.posToVal(u.select.left + u.select.width, "x")) };
  }

  /** A hook for a stretch that was drawn with the pointer. */
  protected dragged = (u: uPlot): void => {
    if (u.select.width <= 8) return;
    const range = this.selected(u);
    this.show(zoomed(range, this.all, 1, (range.min + range.max) / 2));
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.draggedAt = performance.now();
  };

  protected pressed = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const index = stepTo(e.key, this.index, this.length);
    const factor = { "+": 0.5, "=": 0.5, "-": 2 }[e.key];
    if (index !== undefined) this.walk(index);
    else if (factor) this.show(zoomed(this.range, this.all, factor, this.second(this.index)));
    else if (e.key === "Escape") this.whole();
    else return;
    e.preventDefault();
  };

  /** What such charts share of their plot. */
  protected shared(): Pick<uPlot.Options, "legend" | "cursor"> {
    return { legend: { show: false }, cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false, dist: 8 } } };
  }

  /** The axis of time. below is kept free between the plot and its words. */
  protected timeAxis(below: number, word: (seconds: number) => string): uPlot.Axis {
    return {
      stroke: () => this.colour("--text-3"), font: `11px ${this.font}`, size: 26 + below, gap: below > 0 ? below + 2 : 4, ticks: { show: false }, grid: { show: false },
      splits: (u, _, min, max) => ticks(min, max, tickStep({ min, max }, u.width / 90)), values: (_, at) => at.map(word),
    };
  }
}

/** As much of a text as has room, by whole letters and never less than least of them. */
export function fitting(ctx: CanvasRenderingContext2D, text: string, room: number, least = 0): string {
  if (ctx.measureText(text).width <= room) return text;
  const letters = [...new Intl.Segmenter().segment(text)].map((s) => s.segment);
  while (letters.length > least && ctx.measureText(letters.join("") + "…").width > room) letters.pop();
  return letters.length > 0 ? letters.join("") + "…" : "";
}
