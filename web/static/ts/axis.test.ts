import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { holding, marksIn, minute, nearest, nextMark, stepTo, tickStep, zoomed, type AxisMark } from "./axis";

test("a moment belongs to the minute it is in", () => {
  const starts = [0, 60, 120, 180];
  equal(nearest(starts, 119), 1);
  equal(nearest(starts, 120), 2);
  equal(nearest(starts, 9_999), 3);
  equal(nearest(starts, -5), 0);
  equal(nearest([], 5), undefined);
});

test("keys step by a minute or ten, and stay on the axis", () => {
  equal(stepTo("ArrowRight", 3, 10), 4);
  equal(stepTo("ArrowLeft", 0, 10), 0);
  equal(stepTo("PageDown", 3, 10), 9);
  equal(stepTo("Home", 7, 10), 0);
  equal(stepTo("End", 7, 10), 9);
  equal(stepTo("a", 7, 10), undefined);
  equal(stepTo("End", 0, 0), undefined);
});

test("zooming keeps the moment in its place and the stretch within the session", () => {
  const all = { min: 0, max: 7200 };
  deepEqual(zoomed(all, all, 0.5, 3600), { min: 1800, max: 5400 });
  deepEqual(zoomed({ min: 1800, max: 5400 }, all, 2, 3600), all);
  deepEqual(zoomed({ min: 0, max: 400 }, all, 0.5, 0), { min: 0, max: 300 });
  deepEqual(zoomed({ min: 6600, max: 7200 }, all, 0.5, 7200), { min: 6900, max: 7200 });
});

test("the stretch follows a moment that leaves it", () => {
  const all = { min: 0, max: 7200 };
  deepEqual(holding({ min: 0, max: 600 }, all, 300), { min: 0, max: 600 });
  deepEqual(holding({ min: 0, max: 600 }, all, 1000), { min: 700, max: 1300 });
  deepEqual(holding({ min: 0, max: 600 }, all, 7200), { min: 6600, max: 7200 });
});

test("ticks stand at round times", () => {
  equal(tickStep({ min: 0, max: 3600 }, 12), 300);
  equal(tickStep({ min: 0, max: 3 * 3600 }, 8), 1800);
  equal(tickStep({ min: 0, max: 600 }, 12), 60);
});

test("a minute's marks are those that begin in it, and what lasts through it", () => {
  const at = (m: number) => m * minute;
  const song: AxisMark = { kind: "program", from: at(1) + 5, to: at(3) };
  const note: AxisMark = { kind: "note", from: at(2) + 30_000, to: at(2) + 30_000, label: "well done" };
  const spike: AxisMark = { kind: "spike", from: at(3), to: at(3) };
  const marks = [song, note, spike];
  deepEqual([0, 1, 2, 3, 4].map((m) => marksIn(marks, at(m))), [[], [song], [song, note], [spike], []]);
});

test("the next mark of a kind comes round again after the last", () => {
  const starts = [0, 1, 2, 3, 4].map((m) => m * minute);
  const note = (m: number): AxisMark => ({ kind: "note", from: m * minute + 1, to: m * minute + 1 });
  const marks = [note(3), note(1), { kind: "pin", from: 0, to: 0 } as AxisMark];
  deepEqual([0, 1, 3].map((from) => nextMark(starts, marks, "note", from)), [1, 3, 1]);
  equal(nextMark(starts, marks, "pin", 0), 0);
  equal(nextMark(starts, marks, "gap", 0), undefined);
});
