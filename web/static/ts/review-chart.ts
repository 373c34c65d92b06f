// <review-chart>: a past session on one time axis. Click or walk to a minute to read it; drag to see a part.
import { html, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import uPlot from "uplot";
import { marksIn, minute, nearest, nextMark, seriesNames, type Axis, type AxisMark, type MarkKind, type Range, type SeriesName } from "./axis";
import { AxisElement, fitting, type Look } from "./plot-element";

const overviewHeight = 42;
const lanes = 20; // px above the plot for the names of programs, and below for small marks

const colours: Record<SeriesName, string> = { viewers: "--text", comments: "--people", diamonds: "--cue", likes: "--hold", follows: "--go" };
const drawn: readonly SeriesName[] = ["diamonds", "likes", "follows", "comments", "viewers"]; // the last is on top

const looks: Partial<Record<MarkKind, Look>> = {
  note: { colour: "--text-2", dash: [6, 2] }, pin: { colour: "--text-3", dash: [2, 2] }, scene: { colour: "--host", dash: [1, 2] },
  test: { colour: "--text-3", dash: [1, 3] },
};

/** Kinds that are small signs in the lane below the plot. */
const signs: Partial<Record<MarkKind, string>> = { answer: "--host", note: "--text", pin: "--text-2", test: "--text-3", alert: "--cue", scene: "--host", spike: "--cue" };

export class ReviewChart extends AxisElement {
  protected override readonly heights = { full: 268, narrow: 220 };
  axis!: Axis;
  /** Tells that another minute was chosen. */
  chosen: (start: number) => void = () => {};

  private readonly small = createRef<HTMLElement>();
  private overview: uPlot | undefined;
  private shown = new Set<SeriesName>(stored());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.overview?.destroy();
    this.overview = undefined;
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
    this.hold(nearest(this.starts, start) ?? 0);
  }

  protected override get length(): number {
    return this.starts.length;
  }

  private get starts(): number[] {
    return this.axis?.starts ?? [];
  }

  private values(name: SeriesName): (number | null)[] {
    return this.axis[name] ?? [];
  }

  /** The middle of a minute in seconds: there its numbers are drawn. */
  protected override second(index: number): number {
    return ((this.starts[index] ?? 0) + minute / 2) / 1000;
  }

  protected override ready(): boolean {
    return this.axis !== undefined;
  }

  protected override firstUpdated(): void {
    if (this.starts.length === 0) return;
    const data: uPlot.AlignedData = [this.starts.map((_, i) => this.second(i)), ...drawn.map((name) => this.bars(name))];
    this.begin(this.options(), data);
    this.overview = new uPlot(this.overviewOptions(), [data[0], this.values("viewers")], this.small.value!);
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

  protected override fit(width: number): void {
    super.fit(width);
    this.overview!.setSize({ width, height: overviewHeight });
    this.brush();
  }

  protected override repaint = (): void => {
    this.plot?.redraw(false);
    this.overview?.redraw(false);
  };

  protected override show(range: Range): void {
    super.show(range);
    this.brush();
  }

  /** The part in sight, on the strip below. */
  private brush(): void {
    const u = this.overview;
    if (!u) return;
    const left = u.valToPos(this.range.min, "x");
    const width = u.valToPos(this.range.max, "x") - left;
    u.setSelect({ left, width: this.wholeShown ? 0 : width, top: 0, height: overviewHeight }, false);
  }

  private options(): Omit<uPlot.Options, "width" | "height"> {
    const scale = (name: SeriesName): uPlot.Scale => ({ range: (_, __, max) => [0, Math.max(4, (max ?? 0) * (name === "viewers" ? 1.12 : 1.5))] });
    const series = (name: SeriesName): uPlot.Series => {
      const colour = () => this.colour(colours[name]);
      const common = { scale: name, stroke: colour, show: this.shown.has(name), points: { show: false }, spanGaps: false };
      if (name === "diamonds" || name === "follows") return { ...common, fill: colour, width: 0, paths: uPlot.paths.bars!({ size: [0.7, 14, 1] }) };
      return { ...common, width: name === "viewers" ? 2 : 1.4 };
    };
    const hidden = (name: SeriesName): uPlot.Axis => ({ scale: name, show: false });
    return {
      ...this.shared(), padding: [lanes, 22, 0, 0],
      scales: { x: { time: true, range: () => [this.range.min, this.range.max] }, ...Object.fromEntries(drawn.map((n) => [n, scale(n)])) },
      series: [{}, ...drawn.map(series)],
      axes: [
        this.timeAxis(lanes / 2, (s) => this.texts.minute(s * 1000)), { scale: "viewers", ...this.numbersAxis(11, 44, 44) },
        ...drawn.filter((n) => n !== "viewers").map(hidden),
      ],
      hooks: {
        drawClear: [(u) => this.behind(u)], draw: [(u) => this.above(u)],
        ready: [(u) => {
          u.over.addEventListener("click", (e) => this.clicked(u, e));
          u.over.addEventListener("dblclick", this.whole);
        }],
        setSelect: [this.dragged], setCursor: [this.pointed],
      },
    };
  }

  private overviewOptions(): uPlot.Options {
    return {
      width: this.small.value!.clientWidth || 800, height: overviewHeight, legend: { show: false }, padding: [2, 22, 0, 44],
      cursor: { y: false, x: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: true, range: () => [this.all.min, this.all.max] }, y: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.1)] } },
      series: [{}, { stroke: () => this.colour("--text-3"), fill: () => this.colour("--hover"), width: 1, points: { show: false } }],
      axes: [{ show: false }, { show: false }],
      hooks: {
        setSelect: [(u) => this.show(u.select.width > 4 ? this.selected(u) : this.all)],
      },
    };
  }

  private clicked(u: uPlot, e: MouseEvent): void {
    if (performance.now() - this.draggedAt < 300) return;
    const left = e.clientX - u.over.getBoundingClientRect().left;
    const index = nearest(this.starts, u.posToVal(left, "x") * 1000);
    if (index !== undefined) this.walk(index);
  }

  protected override walk(index: number): void {
    this.hold(index);
    this.chosen(this.starts[index]!);
  }

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

  private program(u: uPlot, m: AxisMark): void {
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    const x = Math.max(this.upright(u, m.from / 1000, { colour: "--host", dash: [3, 3] }), bbox.left);
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
    const x = look ? this.upright(u, m.from / 1000, look) : Math.round(u.valToPos((m.from + minute / 2) / 1000, "x", true));
    const y = bbox.top + bbox.height + (m.kind === "alert" ? 9 : 5) * pixel; // many minutes have both alerts and answers
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
    const known = value("comments") != null;
    const Minute = known ? this.texts.t("review.axis.minute", {
      Time: this.texts.minute(start), Viewers: told(value("viewers")), Count: value("comments")!, Diamonds: told(value("diamonds")),
      Likes: told(value("likes")), Follows: told(value("follows")),
    }) : this.texts.t("review.axis.unknown", { Time: this.texts.minute(start) });
    const Marks = this.marked(this.index);
    return Marks ? this.texts.t("review.axis.marked", { Minute, Marks }) : Minute;
  }

  /** What is marked in a minute, in words; "" for nothing. */
  private marked(index: number): string {
    const start = this.starts[index];
    if (start === undefined) return "";
    const t = this.texts;
    const named = (m: AxisMark) => {
      const Kind = t.t(`review.mark.${m.kind}`);
      if (m.kind === "alert" && m.label) return m.label; // it says how many
      return m.label ? t.t("review.axis.named", { Kind, Label: m.label }) : Kind;
    };
    return t.and([...new Set(marksIn(this.axis.marks, start).map(named))]);
  }

  private toNext(kind: MarkKind): void {
    const index = nextMark(this.starts, this.axis.marks, kind, this.index);
    if (index !== undefined) this.walk(index);
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const i = this.at ?? this.index;
    const start = this.starts[i];
    const value = (name: SeriesName) => (this.values(name)[i] == null ? "–" : t.number(this.values(name)[i]!));
    const kinds = (["program", "answer", "alert", "scene", "spike", "note", "pin", "test", "gap"] as const).filter((k) => this.axis.marks.some((m) => m.kind === k));
    return html`<div class="axis-keys">
        <span class="axis-time">${start === undefined ? "" : t.minute(start)}</span>
        ${seriesNames.map((name) => html`<button type="button" class="axis-key key-${name}" aria-pressed=${this.shown.has(name) ? "true" : "false"}
          @click=${() => this.toggle(name)}><i aria-hidden="true"></i>${t.t(`review.series.${name}`)} <b>${value(name)}</b></button>`)}
        <span class="axis-label" dir="auto">${this.marked(i)}</span>
        <button type="button" class="btn small quiet" ?hidden=${this.wholeShown} @click=${this.whole}>${t.t("review.axis.all")}</button>
      </div>
      <div class="axis-plot" role="slider" tabindex="0" aria-label=${t.t("review.axis.label")} aria-valuemin="0" aria-valuemax=${Math.max(0, this.starts.length - 1)}
        aria-valuenow=${this.index} aria-valuetext=${this.spoken()} @keydown=${this.pressed} ${ref(this.box)}></div>
      <div class="axis-overview" title=${t.t("review.axis.overview")} aria-hidden="true" ${ref(this.small)}></div>
      <ul class="axis-marks" ?hidden=${kinds.length === 0}>${kinds.map((k) => html`<li><button type="button" class="sign-${k}"
        aria-label=${t.t("review.axis.next", { Kind: t.t(`review.mark.${k}`) })} title=${t.t("review.axis.next", { Kind: t.t(`review.mark.${k}`) })}
        @click=${() => this.toNext(k)}><i aria-hidden="true"></i>${t.t(`review.mark.${k}`)}</button></li>`)}</ul>`;
  }
}

const storage = "review.series";

function stored(): SeriesName[] {
  const kept = localStorage.getItem(storage)?.split(" ");
  return kept ? seriesNames.filter((n) => kept.includes(n)) : ["viewers", "comments", "diamonds"];
}
