import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { AxisMark } from "./axis";
import { fold, zero } from "./numbers";
import { markFrom, Player, type Chapter, type Recording } from "./replay-player";
import { event } from "./testing";
import type { LiveEvent } from "./wire.gen";

const from = Date.parse("2026-01-12T09:30:00Z");
const stamp = (ms: number): string => new Date(ms).toISOString();

/** Ten comments a second, likes and viewers between them. Some come late: a second of the minute before. */
function logOf(count: number): LiveEvent[] {
  let likes = 50_000;
  return Array.from({ length: count }, (_, i) => {
    const at = from + i * 100 - (i > 600 && i % 600 === 5 ? 1_000 : 0);
    const timestamp = stamp(at);
    if (i % 50 === 7) return event("like", i + 1, { count: 3, total_likes: (likes += 9), timestamp });
    if (i % 100 === 9) return event("viewers", i + 1, { viewers: 100 + i, total_viewers: 0, timestamp });
    return event("comment", i + 1, { comment: `line ${i + 1}`, timestamp });
  });
}

/** The minutes of a log, as the server sums them. */
function chaptersOf(events: LiveEvent[]): Chapter[] {
  const all = new Map<number, Chapter>();
  let likes = 0;
  for (const e of events) {
    const start = Math.floor(Date.parse(e.data.timestamp) / 60_000) * 60_000;
    const c = all.get(start) ?? { start, seq: 0, comments: 0, diamonds: 0, gifts: 0, likes: 0, likes_total: 0, follows: 0, viewers: null };
    all.set(start, c);
    c.seq ||= e.seq;
    if (e.event_type === "comment") c.comments++;
    if (e.event_type === "viewers") c.viewers = e.data.viewers;
    if (e.event_type === "like") {
      c.likes += likes === 0 ? e.data.count : e.data.total_likes - likes;
      c.likes_total = likes = e.data.total_likes;
    }
  }
  return [...all.values()].sort((a, b) => a.start - b.start);
}

const events = logOf(2_500);
const recording: Recording = {
  session: 7, from, to: from + 250_000, last: 2_500, all: false, pruned: false, chapters: chaptersOf(events), marks: [],
};

const pages = (log: number[] = [], of = events) => (after: number, limit: number): Promise<LiveEvent[]> => {
  log.push(after);
  return Promise.resolve(of.filter((e) => e.seq > after).slice(0, limit));
};

test("everything comes once, in order, and the clock ends where the session did", async () => {
  const p = new Player(recording, pages());
  const seqs: number[] = [];
  for (let i = 0; i < 60 && !p.over; i++) seqs.push(...(await p.advance(5_000)).events.map((e) => e.seq));
  deepEqual(seqs, events.map((e) => e.seq));
  equal(p.clock, recording.to);
  deepEqual(p.totals, fold(zero, events, false));
});

test("only what has happened by then comes", async () => {
  const p = new Player(recording, pages());
  deepEqual((await p.advance(450)).events.map((e) => e.seq), [1, 2, 3, 4, 5]);
  equal(p.totals.comments, 5);
});

for (const second of [0, 1, 59, 60, 61, 130, 179.9, 240, 250]) {
  test(`a jump to second ${second} has the numbers of a walk to there, and the rest makes the whole`, async () => {
    const to = from + second * 1000;
    const walked = new Player(recording, pages());
    await walked.advance(second * 1000);
    const p = new Player(recording, pages());
    const scene = await p.seek(to);
    equal(p.clock, to);
    ok(scene.before.every((e) => e.seq < (scene.events[0]?.seq ?? Infinity)));
    const { comments, viewers, likes, likes_recorded } = p.totals;
    if (second % 60 > 2 || second === 0) { // at the very beginning of a minute what is late is missing yet, or known already
      deepEqual({ comments, viewers, likes, likes_recorded }, (({ comments, viewers, likes, likes_recorded }) => ({ comments, viewers, likes, likes_recorded }))(walked.totals));
    }
    while (!p.over) await p.advance(10_000);
    equal(p.totals.comments, fold(zero, events, false).comments);
    equal(p.totals.likes_recorded, fold(zero, events, false).likes_recorded);
  });
}

test("a jump asks for one page, from just before its minute", async () => {
  const log: number[] = [];
  const p = new Player(recording, pages(log));
  const scene = await p.seek(from + 130_000);
  deepEqual(log.slice(0, 1), [1_200 - 60]);
  equal(scene.before.length, 60);
  ok(log.length <= 2);
});

test("however long the session, little of it is in memory", async () => {
  let most = 0;
  const endless: Recording = { ...recording, to: from + 100_000_000, last: 1_000_000, chapters: [] };
  const p = new Player(endless, (after, limit) => Promise.resolve(
    Array.from({ length: Math.min(limit, 1_000_000 - after) }, (_, i) => event("comment", after + i + 1, { comment: "x", timestamp: stamp(from + (after + i) * 2) }))));
  for (let i = 0; i < 400; i++) {
    await p.advance(1_000);
    most = Math.max(most, p.waiting);
  }
  equal(p.totals.comments, 200_001);
  ok(most <= 2_000, `${most} events waited`);
});

test("a gap is jumped over, and named", async () => {
  const gap: AxisMark = { kind: "gap", from: from + 10_000, to: from + 200_000, label: "the network" };
  const of = events.filter((e) => Date.parse(e.data.timestamp) < gap.from || Date.parse(e.data.timestamp) >= gap.to);
  const p = new Player({ ...recording, marks: [gap] }, pages([], of));
  deepEqual(Object.keys(await p.advance(10_000)), ["events"]);
  const step = await p.advance(1_000);
  equal(step.skipped, gap);
  equal(p.clock, gap.to + 1_000);
  equal((await p.advance(1_000)).skipped, undefined);
  await p.seek(gap.from); // whoever goes there wants to be there
  equal(p.clock, gap.from);
});

test("what a jump left behind is not played", async () => {
  const waiting: (() => void)[] = [];
  const p = new Player(recording, (after) => new Promise((done) => waiting.push(() => done(events.filter((e) => e.seq > after).slice(0, 1_000)))));
  const old = p.advance(1_000);
  const jump = p.seek(from + 60_000);
  waiting.forEach((go) => go());
  deepEqual((await old).events, []);
  const scene = await jump;
  equal(scene.events.at(-1)?.seq, 601);
});

test("a jump in the middle of playing arrives: nothing is played before it", async () => {
  const p = new Player(recording, pages());
  await p.advance(1_000);
  const jump = p.seek(from + 130_000);
  const meanwhile = await p.advance(250);
  const scene = await jump;
  deepEqual(meanwhile.events, []);
  equal(p.clock, from + 130_000);
  ok(scene.before.length > 0);
  equal((await p.advance(1_000)).events[0]?.seq, scene.events.at(-1)!.seq + 1);
});

test("after a failure it goes on where it was", async () => {
  let fails = true;
  const p = new Player(recording, (after, limit) => (fails ? Promise.reject(new Error("500")) : pages()(after, limit)));
  await rejects(p.advance(1_000));
  equal(p.clock, from);
  fails = false;
  equal((await p.advance(1_000)).events.length, 11);
});

test("without raw events the minutes tell the numbers", async () => {
  const p = new Player({ ...recording, pruned: true }, () => Promise.resolve([]));
  await p.advance(61_000);
  equal(p.totals.comments, recording.chapters![0]!.comments);
  await p.advance(1_000_000);
  equal(p.totals.comments, recording.chapters!.reduce((n, c) => n + c.comments, 0));
  ok(p.over);
});

test("marks before and behind a moment", () => {
  const marks: AxisMark[] = [30, 10, 20].map((s) => ({ kind: "note", from: from + s * 1000, to: from + s * 1000 }));
  equal(markFrom(marks, from, true), from + 10_000);
  equal(markFrom(marks, from + 10_000, true), from + 20_000);
  equal(markFrom(marks, from + 30_000, true), undefined);
  equal(markFrom(marks, from + 20_500, false), from + 10_000);
  equal(markFrom(marks, from + 25_000, false), from + 20_000);
  equal(markFrom(marks, from + 5_000, false), undefined);
});
