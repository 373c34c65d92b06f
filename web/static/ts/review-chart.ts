// <review-chart>: a past session on one time axis. Click or walk to a minute to read it; drag to see a part.
import { html, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import uPlot from "uplot";
import { holding, minute, nearest, seriesNames, stepTo, tickStep, zoomed, type Axis, type AxisMark, type MarkKind, type Range, type SeriesName } from "./axis";
import { LightElement } from "./element";
import { ticks } from "./history";
import type { Texts } from "./i18n";

const height = 268;
const narrow = 220;
const overviewHeight = 42;
const lanes = 20; // px above the plot for the names of programs, and below for small marks

const colours: Record<SeriesName, string> = { viewers: "--text", comments: "--people", diamonds: "--cue", likes: "--hold", follows: "--go" };
const drawn: readonly SeriesName[] = ["diamonds", "likes", "follows", "comments", "viewers"]; // the last is on top

interface Look {
  colour: string;
  dash: number[];
}

const looks: Partial<Record<MarkKind, Look>> = {
  note: { colour: "--text-2", dash: [6, 2] }, pin: { colour: "--text-3", dash: [2, 2] }, scene: { colour: "--host", dash: [1, 2] },
  alert: { colour: "--cue", dash: [1, 3] }, test: { colour: "--text-3", dash: [1, 3] },
};

/** Kinds that are small signs in the lane below the plot. */
const signs: Partial<Record<MarkKind, string>> = { answer: "--host", note: "--text", pin: "--text-2", test: "--text-3", alert: "--cue", scene: "--host", spike: "--cue" };

export class ReviewChart extends LightElement {
  texts!: Texts;
  axis!: Axis;
  /** Tells that another minute was chosen. */
  chosen: (start: number) => void = () => {};

  private readonly box = createRef<HTMLElement>();
  private readonly small = createRef<HTMLElement>();
  private plot: uPlot | undefined;
  private overview: uPlot | undefined;
  private shown = new Set<SeriesName>(stored());
  private at: number | undefined; // index under the pointer
  private index = 0; // of the chosen minute
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
    this.overview?.destroy();
    this.plot = this.overview = undefined;
  }

  /** Takes what the page holds. */
  load(axis: Axis): void {
    this.axis = axis;
    const starts = this.starts;
    this.index = nearest(starts, axis.selected) ?? 0;
    this.all = { min: (starts[0] ?? 0) / 1000, max: ((starts.at(-1) ?? 0) + minute) / 1000 };
    this.range = this.all;
    this.requestUpdate();
  }

  /** The page shows another minute: the axis follows. */
  select(start: number): void {
    this.index = nearest(this.starts, start) ?? 0;
    this.show(holding(this.range, this.all, this.middle(this.index)));
    this.requestUpdate();
  }

  private get starts(): number[] {
    return this.axis?.starts ?? [];
  }

  private values(name: SeriesName): (number | null)[] {
    return this.axis[name] ?? [];
  }

  /** The middle of a minute in seconds: there its numbers are drawn. */
  private middle(index: number): number {
    return ((this.starts[index] ?? 0) + minute / 2) / 1000;
  }

  protected override ready(): boolean {
    return this.axis !== undefined;
  }

  protected override firstUpdated(): void {
    if (this.starts.length === 0) return;
    const data: uPlot.AlignedData = [this.starts.map((_, i) => this.middle(i)), ...drawn.map((name) => this.bars(name))];
    this.plot = new uPlot(this.options(), data, this.box.value!);
    this.overview = new uPlot(this.overviewOptions(), [data[0], this.values("viewers")], this.small.value!);
    this.resized.observe(this.box.value!);
    this.show(this.range);
  }

  protected override updated(): void {
    drawn.forEach((name, i) => {
      const on = this.shown.has(name);
      if (this.plot && this.plot.series[i + 1]!.show !== on) this.plot.setSeries(i + 1, { show: on });
    });
    this.plot?.redraw(false);
  }

  /** A minute without diamonds has no bar. */
  private bars(name: SeriesName): (number | null)[] {
    const list = this.values(name);
    return name === "diamonds" || name === "follows" ? list.map((n) => n || null) : list;
  }

  private resize(): void {
    const width = this.box.value?.clientWidth ?? 0;
    if (width === 0 || !this.plot || this.plot.width === width) return;
    this.plot.setSize({ width, height: width < 600 ? narrow : height });
    this.overview!.setSize({ width, height: overviewHeight });
    this.brush();
  }

  private repaint = (): void => {
    this.plot?.redraw(false);
    this.overview?.redraw(false);
  };

  private colour(name: string): string {
    return getComputedStyle(this).getPropertyValue(name).trim();
  }

  private get font(): string {
    return getComputedStyle(this).fontFamily;
  }

  private show(range: Range): void {
    this.range = range;
    this.plot?.setScale("x", range);
    this.brush();
  }

  /** The part in sight, on the strip below. */
  private brush(): void {
    const u = this.overview;
    if (!u) return;
    const left = u.valToPos(this.range.min, "x");
    const width = u.valToPos(this.range.max, "x") - left;
    const whole = this.range.max - this.range.min >= this.all.max - this.all.min;
    u.setSelect({ left, width: whole ? 0 : width, top: 0, height: overviewHeight }, false);
  }

  private options(): uPlot.Options {
    const width = this.box.value!.clientWidth || 800;
    const scale = (name: SeriesName): uPlot.Scale => ({ range: (_, __, max) => [0, Math.max(4, (max ?? 0) * (name === "viewers" ? 1.12 : 1.5))] });
    const series = (name: SeriesName): uPlot.Series => {
      const colour = () => this.colour(colours[name]);
      const common = { scale: name, stroke: colour, show: this.shown.has(name), points: { show: false }, spanGaps: false };
      if (name === "diamonds" || name === "follows") return { ...common, fill: colour, width: 0, paths: uPlot.paths.bars!({ size: [0.7, 14, 1] }) };
      return { ...common, width: name === "viewers" ? 2 : 1.4 };
    };
    const hidden = (name: SeriesName): uPlot.Axis => ({ scale: name, show: false });
    return {
      width, height: width < 600 ? narrow : height, legend: { show: false }, padding: [lanes, 14, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false, dist: 8 } },
      scales: { x: { time: true, range: () => [this.range.min, this.range.max] }, ...Object.fromEntries(drawn.map((n) => [n, scale(n)])) },
      series: [{}, ...drawn.map(series)],
      axes: [
        {
          stroke: () => this.colour("--text-3"), font: `11px ${this.font}`, size: 26 + lanes / 2, gap: lanes / 2 + 2, ticks: { show: false }, grid: { show: false },
          splits: (u, _, min, max) => ticks(min, max, tickStep({ min, max }, u.width / 90)), values: (_, at) => at.map((s) => this.texts.minute(s * 1000)),
        },
        {
          scale: "viewers", stroke: () => this.colour("--text-3"), font: `11px ${this.font}`, size: 44, gap: 4, ticks: { show: false }, space: 44,
          grid: { stroke: () => this.colour("--line"), width: 1 }, values: (_, at) => at.map((n) => (Number.isInteger(n) ? this.texts.short(n) : "")),
        },
        ...drawn.filter((n) => n !== "viewers").map(hidden),
      ],
      hooks: {
        drawClear: [(u) => this.behind(u)], draw: [(u) => this.above(u)],
        ready: [(u) => {
          u.over.addEventListener("click", (e) => this.clicked(u, e));
          u.over.addEventListener("dblclick", () => this.show(this.all));
        }],
        setSelect: [(u) => this.dragged(u)],
        setCursor: [(u) => {
          if (this.at === (u.cursor.idx ?? undefined)) return;
          this.at = u.cursor.idx ?? undefined;
          this.requestUpdate();
        }],
      },
    };
  }

  private overviewOptions(): uPlot.Options {
    return {
      width: this.small.value!.clientWidth || 800, height: overviewHeight, legend: { show: false }, padding: [2, 14, 0, 44],
      cursor: { y: false, x: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: true, range: () => [this.all.min, this.all.max] }, y: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.1)] } },
      series: [{}, { stroke: () => this.colour("--text-3"), fill: () => this.colour("--hover"), width: 1, points: { show: false } }],
      axes: [{ show: false }, { show: false }],
      hooks: {
        setSelect: [(u) => {
          if (u.select.width > 4) this.show(bounded(u, this.all));
          else this.show(this.all);
          this.requestUpdate();
        }],
      },
    };
  }

  /** A stretch of the plot was drawn with the pointer. */
  private dragged(u: uPlot): void {
    if (u.select.width <= 8) return;
    this.show(zoomed(bounded(u, this.all), this.all, 1, (u.posToVal(u.select.left, "x") + u.posToVal(u.select.left + u.select.width, "x")) / 2));
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.draggedAt = performance.now();
    this.requestUpdate();
  }

  private draggedAt = -1_000; // the click that ends dragging is none

  private clicked(u: uPlot, e: MouseEvent): void {
    if (performance.now() - this.draggedAt < 300) return;
    const left = e.clientX - u.over.getBoundingClientRect().left;
    const index = nearest(this.starts, u.posToVal(left, "x") * 1000);
    if (index !== undefined) this.choose(index);
  }

  private choose(index: number): void {
    this.index = index;
    this.show(holding(this.range, this.all, this.middle(index)));
    this.requestUpdate();
    this.chosen(this.starts[index]!);
  }

  private pressed = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const index = stepTo(e.key, this.index, this.starts.length);
    const factor = { "+": 0.5, "=": 0.5, "-": 2 }[e.key];
    if (index !== undefined) this.choose(index);
    else if (factor) this.show(zoomed(this.range, this.all, factor, this.middle(this.index)));
    else if (e.key === "Escape") this.show(this.all);
    else return;
    e.preventDefault();
    this.requestUpdate();
  };

  /** What lies behind the numbers: programs, what is unknown, and the chosen minute. */
  private behind(u: uPlot): void {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, 0, bbox.width, u.ctx.canvas.height);
    ctx.clip();
    const band = (from: number, to: number, colour: string) => {
      const left = u.valToPos(from / 1000, "x", true);
      ctx.fillStyle = colour;
      ctx.fillRect(left, bbox.top, Math.max(u.valToPos(to / 1000, "x", true) - left, 2 * devicePixelRatio), bbox.height);
    };
    let even = false;
    for (const m of this.axis.marks) {
      if (m.kind === "program" && (even = !even)) band(m.from, m.to, this.colour("--host-soft"));
    }
    const start = this.starts[this.index];
    if (start !== undefined) band(start, start + minute, this.colour("--cue-band"));
    for (const m of this.axis.marks) if (m.kind === "gap") band(m.from, m.to, this.colour("--hold-band"));
    ctx.restore();
  }

  /** What stands over the numbers: the names of programs, lines, and the small signs below. */
  private above(u: uPlot): void {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, 0, bbox.width, ctx.canvas.height);
    ctx.clip();
    for (const m of this.axis.marks) {
      if (m.kind === "program") this.program(u, m);
      else if (m.kind === "gap") this.gap(u, m);
      else if (m.kind === "spike") this.spike(u, m);
      else this.sign(u, m);
    }
    ctx.restore();
  }

  private line(u: uPlot, at: number, look: Look): number {
    const { ctx, bbox } = u;
    const x = Math.round(u.valToPos(at / 1000, "x", true));
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

  private program(u: uPlot, m: AxisMark): void {
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    const x = Math.max(this.line(u, m.from, { colour: "--host", dash: [3, 3] }), bbox.left);
    const room = u.valToPos(m.to / 1000, "x", true) - x - 8 * pixel;
    if (room < 12 * pixel) return;
    ctx.fillStyle = this.colour("--host");
    ctx.font = `600 ${11 * pixel}px ${this.font}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.fillText(fitting(ctx, m.label ?? "", room), x + 4 * pixel, bbox.top - 6 * pixel);
  }

  /** A stretch of which nothing is known: a dashed line where the numbers would be. */
  private gap(u: uPlot, m: AxisMark): void {
    const { ctx, bbox } = u;
    const from = u.valToPos(m.from / 1000, "x", true);
    const to = Math.max(u.valToPos(m.to / 1000, "x", true), from + 2 * devicePixelRatio);
    const y = bbox.top + bbox.height - devicePixelRatio;
    ctx.strokeStyle = this.colour("--hold");
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(from, y);
    ctx.lineTo(to, y);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  private spike(u: uPlot, m: AxisMark): void {
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    const x = u.valToPos((m.from + minute / 2) / 1000, "x", true);
    ctx.fillStyle = this.colour("--cue");
    ctx.beginPath();
    ctx.moveTo(x - 4 * pixel, bbox.top);
    ctx.lineTo(x + 4 * pixel, bbox.top);
    ctx.lineTo(x, bbox.top + 6 * pixel);
    ctx.fill();
  }

  private sign(u: uPlot, m: AxisMark): void {
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    const look = looks[m.kind];
    const x = look ? this.line(u, m.from, look) : Math.round(u.valToPos((m.from + minute / 2) / 1000, "x", true));
    const y = bbox.top + bbox.height + 6 * pixel;
    ctx.fillStyle = this.colour(signs[m.kind] ?? "--text-3");
    ctx.beginPath();
    if (m.kind === "note") ctx.rect(x - 3 * pixel, y - 3 * pixel, 6 * pixel, 6 * pixel);
    else if (m.kind === "scene" || m.kind === "alert") ctx.moveTo(x, y - 4 * pixel), ctx.lineTo(x + 4 * pixel, y + 3 * pixel), ctx.lineTo(x - 4 * pixel, y + 3 * pixel);
    else ctx.arc(x, y, 2.2 * pixel, 0, 7);
    ctx.fill();
  }

  private toggle(name: SeriesName): void {
    if (this.shown.has(name)) this.shown.delete(name);
    else this.shown.add(name);
    localStorage.setItem(storage, [...this.shown].join(" "));
    this.requestUpdate();
  }

  /** The chosen minute in words, for those who cannot see the chart. */
  private spoken(): string {
    const start = this.starts[this.index];
    if (start === undefined) return "";
    const value = (name: SeriesName) => this.values(name)[this.index];
    const told = (n: number | null | undefined) => (n == null ? "–" : this.texts.number(n));
    if (value("comments") == null) return this.texts.t("review.axis.unknown", { Time: this.texts.minute(start) });
    return this.texts.t("review.axis.minute", {
      Time: this.texts.minute(start), Viewers: told(value("viewers")), Comments: told(value("comments")), Diamonds: told(value("diamonds")),
      Likes: told(value("likes")), Follows: told(value("follows")),
    });
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const i = this.at ?? this.index;
    const start = this.starts[i];
    const whole = this.range.max - this.range.min >= this.all.max - this.all.min;
    const value = (name: SeriesName) => (this.values(name)[i] == null ? "–" : t.number(this.values(name)[i]!));
    const kinds = (["program", "answer", "alert", "scene", "spike", "note", "pin", "test", "gap"] as const).filter((k) => this.axis.marks.some((m) => m.kind === k));
    const label = this.at === undefined ? undefined : this.axis.marks.find((m) => m.label && m.kind !== "program" && start !== undefined && m.from >= start && m.from < start + minute)?.label;
    return html`<div class="axis-keys">
        <span class="axis-time">${start === undefined ? "" : t.minute(start)}</span>
        ${seriesNames.map((name) => html`<button type="button" class="axis-key key-${name}" aria-pressed=${this.shown.has(name) ? "true" : "false"}
          @click=${() => this.toggle(name)}><i aria-hidden="true"></i>${t.t(`review.series.${name}`)} <b>${value(name)}</b></button>`)}
        <span class="axis-label" dir="auto">${label ?? ""}</span>
        <button type="button" class="btn small quiet" ?hidden=${whole} @click=${() => this.show(this.all)}>${t.t("review.axis.all")}</button>
      </div>
      <div class="axis-plot" role="slider" tabindex="0" aria-label=${t.t("review.axis.label")} aria-valuemin="0" aria-valuemax=${Math.max(0, this.starts.length - 1)}
        aria-valuenow=${this.index} aria-valuetext=${this.spoken()} @keydown=${this.pressed} ${ref(this.box)}></div>
      <div class="axis-overview" title=${t.t("review.axis.overview")} aria-hidden="true" ${ref(this.small)}></div>
      <ul class="axis-marks" ?hidden=${kinds.length === 0}>${kinds.map((k) => html`<li class="sign-${k}"><i aria-hidden="true"></i>${t.t(`review.mark.${k}`)}</li>`)}</ul>`;
  }
}

/** What is selected on a plot, in seconds, within what there is. */
function bounded(u: uPlot, all: Range): Range {
  const min = Math.max(all.min, u.posToVal(u.select.left, "x"));
  return { min, max: Math.min(all.max, u.posToVal(u.select.left + u.select.width, "x")) };
}

/** As much of a text as has room, by whole letters. */
function fitting(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  const letters = [...new Intl.Segmenter().segment(text)].map((s) => s.segment);
  while (letters.length > 0 && ctx.measureText(letters.join("") + "…").width > room) letters.pop();
  return letters.length > 0 ? letters.join("") + "…" : "";
}

const storage = "review.series";

function stored(): SeriesName[] {
  const kept = localStorage.getItem(storage)?.split(" ");
  return kept ? seriesNames.filter((n) => kept.includes(n)) : ["viewers", "comments", "diamonds"];
}
