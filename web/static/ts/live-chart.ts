// <live-chart>: viewers, comments and diamonds of the last hour, with our own marks on the same axis.
import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import uPlot from "uplot";
import { series, startOf, step, ticks, type History, type Mark } from "./history";
import { fitting, PlotElement, type Look } from "./plot-element";

const height = 132;
const redraw = 4_000; // ms between two drawings of one minute: its last bar grows
const nameRows = 3; // of programs' names; more would hide the lines

/** A program's mark in a few letters. */
function programSign({ action, label }: Mark): string {
  const sign = { start: "▸", finish: "■", pause: "❙❙", resume: "▸▸" }[action ?? ""] ?? "";
  return action === "pause" || action === "resume" ? sign : `${sign} ${label}`.trim();
}

const looks: Record<string, Look> = {
  program: { colour: "--host", dash: [3, 3] }, test: { colour: "--text-3", dash: [1, 3] }, note: { colour: "--text-2", dash: [6, 2] },
};

export class LiveChart extends PlotElement {
  history!: History;
  private marks: Mark[] = [];
  private shown = ""; // what is drawn: the minute and the version of the history
  private drawn = 0; // when
  private turns = -1; // of the history, then
  private data: uPlot.AlignedData = [[], [], [], []];

  /** Draws anew if anything has changed. */
  show(now: number): void {
    const shown = `${startOf(now)} ${this.history.version}`;
    if (shown === this.shown || document.hidden) return;
    if (now - this.drawn < redraw && this.history.turns === this.turns && startOf(now) === startOf(this.drawn)) return;
    this.shown = shown;
    this.drawn = now;
    this.turns = this.history.turns;
    this.marks = this.history.marks(now);
    this.data = series(this.history.hour(now), now);
    this.requestUpdate();
  }

  protected override ready(): boolean {
    return this.shown !== "";
  }

  protected override firstUpdated(): void {
    this.begin(this.options(), this.data);
  }

  protected override updated(): void {
    if (this.plot && this.plot.data !== this.data) this.plot.setData(this.data);
  }

  protected override tall(): number {
    return height;
  }

  private options(): Omit<uPlot.Options, "width" | "height"> {
    const line = (name: string, scale: string, width: number): uPlot.Series => ({
      scale, stroke: () => this.colour(name), width, points: { show: false }, spanGaps: false,
    });
    const hidden = (scale: string): uPlot.Axis => ({ scale, show: false });
    const fromZero: uPlot.Scale = { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.15)] };
    return {
      legend: { show: false }, padding: [8, 14, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: { x: { time: true }, viewers: fromZero, comments: fromZero, diamonds: { range: (_, __, max) => [0, Math.max(10, (max ?? 0) * 1.6)] } },
      series: [
        {},
        { scale: "diamonds", fill: () => this.colour("--cue"), stroke: () => this.colour("--cue"), width: 0, points: { show: false }, paths: uPlot.paths.bars!({ size: [0.7, 8, 1] }) },
        line("--people", "comments", 1.4), line("--text", "viewers", 1.8),
      ],
      axes: [
        {
          stroke: () => this.colour("--text-3"), font: `10px ${this.font}`, size: 25, gap: 6, ticks: { show: false }, grid: { show: false },
          splits: (_, __, min, max) => ticks(min, max, step(min, max)), values: (_, at) => at.map((s) => this.texts.minute(s * 1000)),
        },
        { scale: "viewers", ...this.numbersAxis(10, 34, 36) },
        hidden("comments"), hidden("diamonds"),
      ],
      hooks: { drawClear: [(u) => this.bands(u)], draw: [(u) => this.lines(u)], setCursor: [this.pointed] },
    };
  }

  /** What is unknown, behind everything. */
  private bands(u: uPlot): void {
    const { ctx, bbox } = u;
    ctx.save();
    for (const m of this.marks) {
      if (m.kind !== "gap") continue;
      const from = Math.max(bbox.left, u.valToPos(m.from / 1000, "x", true));
      const to = Math.min(bbox.left + bbox.width, u.valToPos(m.to / 1000, "x", true));
      ctx.fillStyle = this.colour("--hold-band");
      ctx.fillRect(from, bbox.top, Math.max(to - from, 2 * devicePixelRatio), bbox.height);
    }
    ctx.restore();
  }

  /** Programs, tests and notes, over everything. */
  private lines(u: uPlot): void {
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
    ctx.clip();
    ctx.font = `${10 * pixel}px ${this.font}`;
    ctx.textAlign = "left"; // whatever the axes left behind
    const taken: number[] = []; // up to where each row of names is written
    for (const m of this.marks) {
      const look = looks[m.kind];
      if (!look) continue;
      const x = this.upright(u, m.from / 1000, look, bbox.left + bbox.width); // the minute at hand has no column yet
      if (m.kind !== "program") continue;
      ctx.fillStyle = this.colour(look.colour);
      const name = fitting(ctx, programSign(m), 90 * pixel, 1);
      const width = ctx.measureText(name).width + 3 * pixel;
      const from = x + width > bbox.left + bbox.width ? x - width : x + 3 * pixel; // at the edge it stands before its line
      let row = 0;
      while (row < nameRows && (taken[row] ?? 0) > from) row++;
      if (row === nameRows) continue; // its line is there, and the list below names it
      ctx.fillText(name, from, bbox.top + (8 + 11 * row) * pixel);
      taken[row] = from + width + 3 * pixel;
    }
    ctx.restore();
  }

  protected override render(): TemplateResult {
    const t = this.texts;
    const [times, diamonds, comments, viewers] = this.data as [number[], ...(number | null)[][]];
    const now = times.length - 1;
    const i = this.at ?? Math.max(0, comments?.[now - 1] == null ? now : now - 1); // the last full minute if there is one, until somebody points at another
    const value = (list: (number | null)[] | undefined) => (list?.[i] == null ? "–" : t.number(list[i]));
    const known = (viewers ?? []).filter((n) => n !== null) as number[];
    const label = known.length === 0 ? t.t("chart.empty") : t.t("chart.label", {
      From: t.number(known[0]!), To: t.number(known.at(-1)!), Peak: t.number(Math.max(...known)),
      Diamonds: t.number((diamonds ?? []).reduce<number>((sum, n) => sum + (n ?? 0), 0)),
    });
    const key = (name: string, word: string, list: (number | null)[] | undefined) =>
      html`<div class="key-${name}"><dt>${word}</dt><dd>${value(list)}</dd></div>`;
    return html`<div role="img" aria-label=${label} ${ref(this.box)}></div>
      <dl class="legend"><div class="key-time"><dt class="hidden">${t.t("chart.minute")}</dt><dd>${times.length ? t.minute(times[i]! * 1000) : ""}</dd></div>
        ${key("viewers", t.t("num.viewers"), viewers)}${key("comments", t.t("chart.comments"), comments)}${key("diamonds", t.t("num.diamonds"), diamonds)}</dl>
      ${this.legend()}${this.programs(times[i])}`;
  }

  /** The programs by name and time: those of the minute that is pointed at to read, all of them to hear. */
  private programs(minute: number | undefined): TemplateResult {
    const t = this.texts;
    const all = this.marks.filter((m) => m.kind === "program");
    const words = (m: Mark) => `${t.minute(m.from)} ${t.find(`feed.program.${m.action}`, { Name: m.label }) ?? m.label}`;
    const here = this.at === undefined ? [] : all.filter((m) => startOf(m.from) / 1000 === minute);
    return html`<p class="marked" ?hidden=${here.length === 0}>${here.map(words).join(" · ")}</p>
      <ul class="hidden" aria-label=${t.t("chart.mark.program")} ?hidden=${all.length === 0}>${all.map((m) => html`<li>${words(m)}</li>`)}</ul>`;
  }

  /** Which of our marks are on the chart. */
  private legend(): TemplateResult {
    const kinds = (["program", "gap", "test", "note"] as const).filter((k) => this.marks.some((m) => m.kind === k));
    return html`<ul class="marks" ?hidden=${kinds.length === 0}>${kinds.map((k) => html`<li class="mark-${k}">${this.texts.t(`chart.mark.${k}`)}</li>`)}</ul>`;
  }
}
