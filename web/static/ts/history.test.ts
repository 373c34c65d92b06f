import assert from "node:assert/strict";
import { test } from "node:test";
import { History, minute, series, step, ticks, type Loaded } from "./history";
import { Texts } from "./i18n";
import { comment, event, gift, mai } from "./testing";
import english from "../../catalog/en.json";
import type { LiveEvent } from "./wire.gen";

const noon = Date.parse("2026-01-12T12:00:00Z");
const at = (ms: number) => new Date(noon + ms).toISOString();
const settled = () => new Promise((r) => setImmediate(r));

/** A history whose server answers when the test says so. */
function history(all = false) {
  const waiting: { answer: (l: Loaded) => void; fail: () => void }[] = [];
  const later: (() => void)[] = [];
  const h = new History(all, () => {}, () => {}, () => new Promise((answer, reject) => waiting.push({ answer, fail: () => reject(new Error()) })), (_, f) => later.push(f));
  return { h, waiting, later };
}

const loaded = (more: Partial<Loaded["minutes"]> = {}, marks: LiveEvent[] = [], tests: string[] = []): Loaded => ({
  minutes: { items: [], last_seq: 0, ...more }, marks: { items: marks, tests },
});
const stored = (start: string, more: object = {}) => ({ start, comments: 0, diamonds: 0, likes: 0, follows: 0, shares: 0, viewers: null, ...more });

test("stored minutes go on with what came after them, and nothing counts twice", async () => {
  const { h, waiting } = history();
  h.enter(7);
  h.add([comment(10), comment(11)].map((e) => ({ ...e, data: { ...e.data, timestamp: at(-minute) } }) as LiveEvent));
  waiting[0]!.answer(loaded({ items: [stored(at(-minute), { comments: 40, viewers: 900 })], last_seq: 10 }));
  await settled();
  assert.deepEqual(h.hour(noon).map((m) => [m.comments, m.viewers]), [[41, 900]]);
});

test("a flow is of the last full minute, against the one before", async () => {
  const { h, waiting } = history();
  h.enter(7);
  waiting[0]!.answer(loaded({ items: [stored(at(-2 * minute), { diamonds: 5 }), stored(at(-minute), { diamonds: 320, viewers: 40 }), stored(at(0), { diamonds: 7 })] }));
  await settled();
  assert.deepEqual(h.flow(noon + 30_000, (m) => m.diamonds), { last: 320, before: 5 });
  assert.deepEqual(h.flow(noon - minute, (m) => m.diamonds), { last: 5, before: undefined });
  assert.equal(h.flow(noon + 9 * minute, (m) => m.diamonds), undefined);
  assert.equal(h.viewersBefore(noon), 40);
});

test("an estimate gives way to what was stored", async () => {
  const { h, waiting, later } = history();
  h.enter(7);
  waiting[0]!.answer(loaded());
  await settled();
  h.add([gift(1, 5, true), gift(2, 5, false)].map((e) => ({ ...e, data: { ...e.data, timestamp: at(0) } }) as LiveEvent));
  assert.equal(h.hour(noon)[0]!.diamonds, 5, "a streak once, at its end");
  later[0]!();
  waiting[1]!.answer(loaded({ items: [stored(at(0), { diamonds: 6 })], last_seq: 2 }));
  await settled();
  assert.equal(h.hour(noon)[0]!.diamonds, 6);
});

test("a server that does not answer is asked again; one of another session is not heard", async () => {
  const { h, waiting, later } = history();
  h.enter(7);
  waiting[0]!.fail();
  await settled();
  later[0]!();
  assert.equal(waiting.length, 2);
  h.enter(8);
  waiting[1]!.answer(loaded({ items: [stored(at(0), { comments: 9 })] }));
  await settled();
  assert.equal(h.hour(noon).length, 0);
});

test("our own marks: programs, gaps, notes and tests, each once", async () => {
  const { h, waiting } = history();
  h.enter(7);
  const program = event("program", 3, { action: "start", programName: "Songs", timestamp: at(0) }, { origin: "api" });
  const gap = event("gap", 4, { from: at(-2 * minute), to: at(-minute), seconds: 60, cause: "network", timestamp: at(-minute) }, { origin: "system" });
  h.add([program]);
  waiting[0]!.answer(loaded({}, [program, gap], [at(-5 * minute)]));
  await settled();
  h.add([event("comment", 5, { user: mai, comment: "x", timestamp: at(10) }, { origin: "simulated" })]);
  const marks = h.marks(noon);
  assert.deepEqual(marks.map((m) => m.kind).sort(), ["gap", "program", "test", "test"]);
  assert.deepEqual(marks.filter((m) => m.kind === "program").map((m) => [m.action, m.label]), [["start", "Songs"]]);
  assert.equal(h.hour(noon).length, 0, "a test counts nowhere");
});

test("of two programs that change at one moment each has its mark", () => {
  const { h } = history();
  h.enter(7);
  const change = (seq: number, action: string, programName: string) => event("program", seq, { action, programName, timestamp: at(0) } as never, { origin: "system" });
  const both = [change(1, "finish", "Songs"), change(2, "start", "Games")];
  h.add(both);
  h.add(both);
  assert.deepEqual(h.marks(noon).map((m) => [m.action, m.label]), [["finish", "Songs"], ["start", "Games"]]);
});

test("a young session fills the chart, an old one its last hour", () => {
  const m = (start: number) => ({ start, comments: 1, diamonds: 0, likes: 0, follows: 0, shares: 0, viewers: 5 });
  assert.equal(series([m(noon - 3 * minute)], noon)[0].length, 13);
  const [times, , comments] = series([m(noon - 50 * minute), m(noon)], noon);
  assert.equal(times.length, 51);
  assert.deepEqual([comments[0], comments[1], comments[50]], [1, null, null], "what is not known is empty, not zero, and so is a minute that has just begun");
  assert.equal(series(Array.from({ length: 61 }, (_, i) => m(noon - (60 - i) * minute)), noon)[0].length, 60);
});

test("times are in the reader's zone, also in the nights the clocks change", () => {
  const berlin = new Texts("en", english, "Europe/Berlin");
  assert.equal(berlin.zone, "Europe/Berlin");
  const back = Date.parse("2026-10-25T00:30:00Z"); // at three it is two again
  assert.deepEqual([0, 30, 60, 90].map((min) => berlin.minute(back + min * minute)), ["02:30", "02:00", "02:30", "03:00"]);
  const on = Date.parse("2026-03-29T00:45:00Z"); // at two it is three
  assert.deepEqual([0, 15, 30].map((min) => berlin.clock(on + min * minute)), ["01:45:00", "03:00:00", "03:15:00"]);
  const hour = series([], back + 90 * minute)[0];
  assert.ok(hour.every((s, i) => i === 0 || s - hour[i - 1]! === 60), "minutes are sixty seconds apart");
  const labels = ticks(back / 1000, back / 1000 + 3600, step(back / 1000, back / 1000 + 3600)).map((s) => berlin.minute(s * 1000));
  assert.deepEqual(labels, ["02:30", "02:45", "02:00", "02:15", "02:30"]);
  const kathmandu = new Texts("en", english, "Asia/Kathmandu");
  assert.deepEqual(ticks(noon / 1000, noon / 1000 + 3600, step(0, 3600)).map((s) => kathmandu.minute(s * 1000)), ["17:45", "18:00", "18:15", "18:30", "18:45"]);
});
