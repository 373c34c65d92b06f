import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, Gifters, Rate, zero } from "./numbers";
import { comment, event, gift, mai, yoru } from "./testing";

test("counts each event after the summary once", () => {
  const start = { ...zero, last_seq: 10, comments: 100 };
  const once = fold(start, [comment(9), comment(10), comment(11), comment(12)], false);
  assert.equal(once.comments, 102);
  assert.equal(once.last_seq, 12);
  assert.equal(fold(once, [comment(11), comment(12)], false).comments, 102);
  assert.equal(start.comments, 100, "what it is given stays as it is");
});

test("a streak counts at its end", () => {
  const t = fold(zero, [gift(1, 1, true), gift(2, 2, true), gift(3, 5, false, { price: 10 })], false);
  assert.equal(t.gifts, 5);
  assert.equal(t.diamonds, 50);
});

test("history never counts, rehearsals only where asked for", () => {
  const events = [comment(1, "", { history: true }), comment(2, "", { origin: "simulated" }), comment(3, "", { origin: "replay" }), comment(4, "", { origin: "api" })];
  assert.equal(fold(zero, events, false).comments, 1);
  assert.equal(fold(zero, events, true).comments, 3);
});

test("likes are the room's total, which never falls", () => {
  const like = (seq: number, count: number, total: number) => event("like", seq, { user: mai, count, total_likes: total });
  assert.equal(fold(zero, [like(1, 5, 100), like(2, 5, 90)], false).likes, 100);
  assert.equal(fold({ ...zero, likes: 100 }, [like(1, 5, 0)], false).likes, 105, "without a total, the taps are added");
});

test("people and viewers", () => {
  const t = fold(zero, [
    event("join", 1, { user: mai }), event("follow", 2, { user: mai }), event("share", 3, { user: mai }),
    event("viewers", 4, { viewers: 50, total_viewers: 90 }), event("viewers", 5, { viewers: 40, total_viewers: 99 }),
  ], false);
  assert.deepEqual([t.joins, t.follows, t.shares, t.viewers, t.viewers_peak], [1, 1, 1, 40, 50]);
  assert.equal(fold(zero, [], false).viewers, null, "unknown is not zero");
});

test("the rate is of the last minute, by the events' own clock", () => {
  const rate = new Rate();
  const at = (s: number) => new Date(Date.UTC(2026, 0, 1) + s * 1000).toISOString();
  const wrong = 999; // the reader's clock
  const said = (seq: number, s: number) => event("comment", seq, { user: mai, comment: "x", timestamp: at(s) });
  rate.add([said(1, 0), said(2, 30), said(3, 60)], false, wrong);
  assert.equal(rate.perMinute(wrong), 2);
  assert.equal(rate.perMinute(wrong + 31_000), 1);
  assert.equal(rate.perMinute(wrong + 61_000), 0);
});

test("who gave most", () => {
  const g = new Gifters([{ user: mai, diamonds: 10, gifts: 10 }], 5);
  g.add([gift(5, 50, false), gift(6, 9, true), gift(7, 30, false, { user: yoru }), gift(8, 5, false, { event: { origin: "simulated" } })], false);
  assert.deepEqual(g.top(5).map((x) => [x.user.nickname, x.diamonds]), [["夜の散歩者", 30], ["Mai", 10]]);
});
