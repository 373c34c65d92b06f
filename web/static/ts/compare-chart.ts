// <compare-chart>: one number of several sessions, minute by minute, on one axis. Drag to see a part; walk along it with the arrow keys.
import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import type uPlot from "uplot";
import { AxisElement } from "./plot-element";
import { apart, lastKnown, placeText, type CompareAxis } from "./places";

const label = 12; // px between the numbers at the ends of lines

/** How the lines are drawn: three colours that mean nothing elsewhere, whole and dashed, and each has its number at its end. */
const looks = [[], [6, 4]].flatMap((dash: number[]) => ["--lane-a", "--lane-b", "--lane-c"].map((colour) => ({ colour, dash })));

export class CompareChart extends AxisElement {
  protected override readonly heights = { full: 280, narrow: 220 };
  private axis: CompareAxis | undefined;
  private off = new Set<number>();

  /** Takes what the page holds. */
  load(axis: CompareAxis): void {
    this.axis = axis;
    this.all = { min: axis.from * 60, max: (axis.from + Math.max(1, this.length - 1)) * 60 };
    this.range = this.all;
    this.requestUpdate();
  }

  protected override get length(): number {
    return this.axis!.lines[0]?.values.length ?? 0;
  }

  /** The seconds at which an index stands: the ticks count in them. */
  protected override second(index: number): number {
    return (this.axis!.from + index) * 60;
  }

  protected override ready(): boolean {
    return this.axis !== undefined;
  }

  protected override firstUpdated(): void {
    if (this.length === 0) return;
    const places = Array.from({ length: this.length }, (_, i) => this.second(i));
    this.begin(this.options(), [places, ...this.axis!.lines.map((l) => l.values)]);
  }

  protected override updated(): void {
    this.axis!.lines.forEach((_, i) => {
      const on = !this.off.has(i);
      if (this.plot && this.plot.series[i + 1]!.show !== on) this.plot.setSeries(i + 1, { show: on });
    });
  }

  private place(index: number): string {
    return placeText(this.axis!.from + index, this.axis!.align === "clock");
  }

  private options(): Omit<uPlot.Options, "width" | "height"> {
    const byClock = this.axis!.align === "clock";
    return {
      ...this.shared(), padding: [8, 22, 0, 0],
      scales: { x: { time: false, range: () => [this.range.min, this.range.max] }, y: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.1)] } },
      series: [{}, ...this.axis!.lines.map((_, i) => {
        const look = looks[i % looks.length]!;
        return { stroke: () => this.colour(look.colour), width: 1.8, dash: look.dash, points: { show: false }, spanGaps: false };
      })],
      axes: [this.timeAxis(0, (s) => placeText(s / 60, byClock)), this.numbersAxis(11, 50, 44)],
      hooks: {
        draw: [(u) => this.numbers(u)], ready: [(u) => u.over.addEventListener("dblclick", this.whole)],
        setSelect: [this.dragged], setCursor: [this.pointed],
      },
    };
  }

  /** The number of each session at the end of its line, and a line where the zero is that sessions have in common. */
  private numbers(u: uPlot): void {
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    ctx.save();
    if (this.axis!.align.startsWith("program:") && this.range.min <= 0 && this.range.max >= 0) this.upright(u, 0, { colour: "--host", dash: [3, 3] });
    const last = Math.floor(this.range.max / 60) - this.axis!.from;
    const ends = this.axis!.lines.flatMap((line, i) => {
      const end = this.off.has(i) ? undefined : lastKnown(line.values, last);
      if (end === undefined || this.second(end) < this.range.min) return [];
      return [{ i, x: u.valToPos(this.second(end), "x", true), y: u.valToPos(line.values[end]!, "y", true) }];
    });
    ctx.font = `650 ${11 * pixel}px ${this.font}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    apart(ends, 16 * pixel, label * pixel, bbox.top).forEach((y, at) => {
      const { i, x } = ends[at]!;
      ctx.fillStyle = this.colour(looks[i % looks.length]!.colour);
      ctx.fillText(String(i + 1), x + 5 * pixel, y);
    });
    ctx.restore();
  }

  protected override walk(index: number): void {
    this.at = undefined;
    this.hold(index);
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
    if (this.length === 0) return html`<p class="soft">${t.t("compare.axis.none")}</p>`;
    return html`<div class="axis-keys">
        <span class="axis-time">${this.place(i)}</span>
        ${this.axis!.lines.map((line, lane) => html`<button type="button" class="axis-key lane-key" aria-pressed=${this.off.has(lane) ? "false" : "true"}
          @click=${() => this.toggle(lane)}><span class="lane lane-${lane}">${lane + 1}</span><span class="lane-of">${line.name}</span> <b>${this.value(lane, i)}</b></button>`)}
        <button type="button" class="btn small quiet" ?hidden=${this.wholeShown} @click=${this.whole}>${t.t("compare.axis.all")}</button>
      </div>
      <div class="axis-plot" role="slider" tabindex="0" aria-label=${t.t("compare.axis.label")} aria-valuemin="0" aria-valuemax=${this.length - 1}
        aria-valuenow=${this.index} aria-valuetext=${this.spoken()} @keydown=${this.pressed} ${ref(this.box)}></div>`;
  }
}
