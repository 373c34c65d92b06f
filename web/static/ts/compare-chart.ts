// <compare-chart>: one number of several sessions, minute by minute, on one axis. Drag to see a part; walk along it with the arrow keys.
import { html, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import uPlot from "uplot";
import { holding, stepTo, tickStep, zoomed, type Range } from "./axis";
import { LightElement } from "./element";
import { ticks } from "./history";
import type { Texts } from "./i18n";
import { apart, lastKnown, placeText, type CompareAxis } from "./places";

const height = 280;
const narrow = 220;
const label = 12; // px between the numbers at the ends of lines

/** How the lines are drawn: three colours that mean nothing elsewhere, whole and dashed, and each has its number at its end. */
const looks = [[], [6, 4]].flatMap((dash: number[]) => ["--lane-a", "--lane-b", "--lane-c"].map((colour) => ({ colour, dash })));

export class CompareChart extends LightElement {
  texts!: Texts;
  private axis: CompareAxis | undefined;
  private readonly box = createRef<HTMLElement>();
  private plot: uPlot | undefined;
  private at: number | undefined; // index under the pointer
  private index = 0; // of the minute that keys have walked to
  private off = new Set<number>();
  private range: Range = { min: 0, max: 1 };
  private all: Range = { min: 0, max: 1 };
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

  /** Takes what the page holds. */
  load(axis: CompareAxis): void {
    this.axis = axis;
    this.all = { min: axis.from * 60, max: (axis.from + Math.max(1, this.length - 1)) * 60 };
    this.range = this.all;
    this.requestUpdate();
  }

  private get length(): number {
    return this.axis!.lines[0]?.values.length ?? 0;
  }

  /** The seconds at which an index stands: the ticks count in them. */
  private second(index: number): number {
    return (this.axis!.from + index) * 60;
  }

  protected override ready(): boolean {
    return this.axis !== undefined;
  }

  protected override firstUpdated(): void {
    if (this.length === 0) return;
    const places = Array.from({ length: this.length }, (_, i) => this.second(i));
    this.plot = new uPlot(this.options(), [places, ...this.axis!.lines.map((l) => l.values)], this.box.value!);
    this.resized.observe(this.box.value!);
  }

  protected override updated(): void {
    this.axis!.lines.forEach((_, i) => {
      const on = !this.off.has(i);
      if (this.plot && this.plot.series[i + 1]!.show !== on) this.plot.setSeries(i + 1, { show: on });
    });
  }

  private resize(): void {
    const width = this.box.value?.clientWidth ?? 0;
    if (width > 0 && this.plot && this.plot.width !== width) this.plot.setSize({ width, height: width < 600 ? narrow : height });
  }

  private repaint = (): void => this.plot?.redraw(false);

  private colour(name: string): string {
    return getComputedStyle(this).getPropertyValue(name).trim();
  }

  private show(range: Range): void {
    this.range = range;
    this.plot?.setScale("x", range);
  }

  private place(index: number): string {
    return placeText(this.axis!.from + index, this.axis!.align === "clock");
  }

  private options(): uPlot.Options {
    const font = `11px ${getComputedStyle(this).fontFamily}`;
    const width = this.box.value!.clientWidth || 800;
    const byClock = this.axis!.align === "clock";
    return {
      width, height: width < 600 ? narrow : height, legend: { show: false }, padding: [8, 22, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false, dist: 8 } },
      scales: { x: { time: false, range: () => [this.range.min, this.range.max] }, y: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.1)] } },
      series: [{}, ...this.axis!.lines.map((_, i) => {
        const look = looks[i % looks.length]!;
        return { stroke: () => this.colour(look.colour), width: 1.8, dash: look.dash, points: { show: false }, spanGaps: false };
      })],
      axes: [
        {
          stroke: () => this.colour("--text-3"), font, size: 26, gap: 4, ticks: { show: false }, grid: { show: false },
          splits: (u, _, min, max) => ticks(min, max, tickStep({ min, max }, u.width / 90)), values: (_, at) => at.map((s) => placeText(s / 60, byClock)),
        },
        {
          stroke: () => this.colour("--text-3"), font, size: 50, gap: 4, ticks: { show: false }, space: 44, grid: { stroke: () => this.colour("--line"), width: 1 },
          values: (_, at) => at.map((n) => (Number.isInteger(n) ? this.texts.short(n) : "")),
        },
      ],
      hooks: {
        draw: [(u) => this.numbers(u)],
        ready: [(u) => u.over.addEventListener("dblclick", () => this.whole())],
        setSelect: [(u) => this.dragged(u)],
        setCursor: [(u) => {
          if (this.at === (u.cursor.idx ?? undefined)) return;
          this.at = u.cursor.idx ?? undefined;
          this.requestUpdate();
        }],
      },
    };
  }

  /** The number of each session at the end of its line, and a line where the zero is that sessions have in common. */
  private numbers(u: uPlot): void {
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    ctx.save();
    if (this.axis!.align.startsWith("program:") && this.range.min <= 0 && this.range.max >= 0) {
      const x = Math.round(u.valToPos(0, "x", true));
      ctx.strokeStyle = this.colour("--host");
      ctx.lineWidth = pixel;
      ctx.setLineDash([3 * pixel, 3 * pixel]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    const last = Math.floor(this.range.max / 60) - this.axis!.from;
    const ends = this.axis!.lines.flatMap((line, i) => {
      const end = this.off.has(i) ? undefined : lastKnown(line.values, last);
      if (end === undefined || this.second(end) < this.range.min) return [];
      return [{ i, x: u.valToPos(this.second(end), "x", true), y: u.valToPos(line.values[end]!, "y", true) }];
    });
    ctx.font = `650 ${11 * pixel}px ${getComputedStyle(this).fontFamily}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    apart(ends, 16 * pixel, label * pixel, bbox.top).forEach((y, at) => {
      const { i, x } = ends[at]!;
      ctx.fillStyle = this.colour(looks[i % looks.length]!.colour);
      ctx.fillText(String(i + 1), x + 5 * pixel, y);
    });
    ctx.restore();
  }

  /** A stretch of the plot was drawn with the pointer. */
  private dragged(u: uPlot): void {
    if (u.select.width <= 8) return;
    const min = Math.max(this.all.min, u.posToVal(u.select.left, "x"));
    const max = Math.min(this.all.max, u.posToVal(u.select.left + u.select.width, "x"));
    this.show(zoomed({ min, max }, this.all, 1, (min + max) / 2));
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.requestUpdate();
  }

  private whole = (): void => {
    this.show(this.all);
    this.requestUpdate();
  };

  private pressed = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const index = stepTo(e.key, this.index, this.length);
    const factor = { "+": 0.5, "=": 0.5, "-": 2 }[e.key];
    if (index !== undefined) this.walk(index);
    else if (factor) this.show(zoomed(this.range, this.all, factor, this.second(this.index)));
    else if (e.key === "Escape") this.show(this.all);
    else return;
    e.preventDefault();
    this.requestUpdate();
  };

  private walk(index: number): void {
    this.index = index;
    this.at = undefined;
    this.show(holding(this.range, this.all, this.second(index)));
    const left = this.plot?.valToPos(this.second(index), "x");
    if (left !== undefined) this.plot!.setCursor({ left, top: 10 }, false);
  }

  private toggle(i: number): void {
    if (this.off.has(i)) this.off.delete(i);
    else this.off.add(i);
    this.requestUpdate();
  }

  private value(i: number, index: number): string {
    const n = this.axis!.lines[i]!.values[index];
    return n == null ? "–" : this.texts.number(n);
  }

  /** The minute that keys have walked to in words, for those who cannot see the chart. */
  private spoken(): string {
    const shown = this.axis!.lines.map((l, i) => ({ l, i })).filter(({ i }) => !this.off.has(i));
    const each = shown.map(({ l, i }) => this.texts.t("compare.axis.of", { Name: l.name, Value: this.value(i, this.index) }));
    return this.texts.t("compare.axis.minute", { Time: this.place(this.index), Values: this.texts.and(each) });
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const i = this.at ?? this.index;
    const whole = this.range.max - this.range.min >= this.all.max - this.all.min;
    if (this.length === 0) return html`<p class="soft">${t.t("compare.axis.none")}</p>`;
    return html`<div class="axis-keys">
        <span class="axis-time">${this.place(i)}</span>
        ${this.axis!.lines.map((line, lane) => html`<button type="button" class="axis-key lane-key" aria-pressed=${this.off.has(lane) ? "false" : "true"}
          @click=${() => this.toggle(lane)}><span class="lane lane-${lane}">${lane + 1}</span><span class="lane-of">${line.name}</span> <b>${this.value(lane, i)}</b></button>`)}
        <button type="button" class="btn small quiet" ?hidden=${whole} @click=${this.whole}>${t.t("compare.axis.all")}</button>
      </div>
      <div class="axis-plot" role="slider" tabindex="0" aria-label=${t.t("compare.axis.label")} aria-valuemin="0" aria-valuemax=${this.length - 1}
        aria-valuenow=${this.index} aria-valuetext=${this.spoken()} @keydown=${this.pressed} ${ref(this.box)}></div>`;
  }
}
