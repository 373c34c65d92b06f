// The time axis of a past session: its minutes and what is marked on it. Pure: no DOM.

export const minute = 60_000;

/** The numbers that can be drawn. */
export const seriesNames = ["viewers", "comments", "diamonds", "likes", "follows"] as const;
export type SeriesName = (typeof seriesNames)[number];

export type MarkKind = "program" | "gap" | "answer" | "alert" | "scene" | "test" | "note" | "pin" | "spike";

/** Something on the axis, in ms since the epoch; to is from where it has no length. */
export interface AxisMark {
  kind: MarkKind;
  from: number;
  to: number;
  label?: string;
}

/** What the server prints into the page. A number that is null is not known. */
export type Axis = Record<SeriesName, (number | null)[] | null> & {
  from: number;
  to: number;
  starts: number[] | null;
  marks: AxisMark[];
  selected: number;
};

/** The minute a moment is in, or the nearest one there is; undefined where there is none. */
export function nearest(starts: number[], at: number): number | undefined {
  if (starts.length === 0) return undefined;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What is marked in a minute: what lasts, if it lasts then; of the rest what begins in it. */
export function marksIn(marks: readonly AxisMark[], start: number): AxisMark[] {
  return marks.filter((m) => m.from < start + minute && Math.max(m.to, m.from + 1) > start);
}

/** The next minute, as an index, in which a mark of a kind begins; after the last comes the first. undefined if there is none. */
export function nextMark(starts: number[], marks: readonly AxisMark[], kind: MarkKind, from: number): number | undefined {
  const all = marks.filter((m) => m.kind === kind).map((m) => nearest(starts, m.from)).filter((i) => i !== undefined).sort((a, b) => a - b);
  return all.find((i) => i > from) ?? all[0];
}

/** Where a key leads to from a minute, as an index; undefined if the key means nothing here. */
export function stepTo(key: string, from: number, count: number): number | undefined {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: 10, PageUp: -10, Home: -count, End: count };
  const step = steps[key];
  return step === undefined || count === 0 ? undefined : Math.min(count - 1, Math.max(0, from + step));
}

/** A stretch of the axis, in seconds. */
export interface Range {
  min: number;
  max: number;
}

const closest = 5 * 60; // seconds: nobody needs to see less at once

/** A stretch half or twice as long around a moment, within what there is. */
export function zoomed(range: Range, all: Range, factor: number, around: number): Range {
  const length = Math.min(all.max - all.min, Math.max(closest, (range.max - range.min) * factor));
  const part = range.max > range.min ? (around - range.min) / (range.max - range.min) : 0.5;
  const min = Math.min(all.max - length, Math.max(all.min, around - length * part));
  return { min, max: min + length };
}

/** The stretch moved, if need be, so that a moment is in it. */
export function holding(range: Range, all: Range, at: number): Range {
  if (at >= range.min && at <= range.max) return range;
  const length = range.max - range.min;
  const min = Math.min(all.max - length, Math.max(all.min, at - length / 2));
  return { min, max: min + length };
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480]; // minutes

/** How far apart the ticks of an axis stand, in seconds, where so many have room. */
export function tickStep(range: Range, room: number): number {
  const want = (range.max - range.min) / 60 / Math.max(1, room);
  return (steps.find((s) => s >= want) ?? 24 * 60) * 60;
}
