import assert from "node:assert/strict";
import { test } from "node:test";
import { Silence } from "./silence";
import { comment, event, texts } from "./testing";
import { summed } from "./overlay-watch";
import { vitals, type Seen } from "./vitals";
import type { Health } from "./live";

const seen = (more: Partial<Seen> = {}): Seen => ({ state: "live", heard: 400, behind: 0, open: true, ...more });
const signs = (health: Partial<Health>, more: Partial<Seen> = {}) =>
  Object.fromEntries(vitals({ state: "live", way: "direct", ...health }, seen(more), texts).map((v) => [v.name, v]));

test("all is well", () => {
  const v = signs({});
  assert.deepEqual(Object.keys(v), ["way", "heard", "clock", "page"]);
  assert.ok(Object.values(v).every((x) => x.well));
  assert.equal(v["page"]!.value, "nothing behind");
});

test("what is not well says why and what to do", () => {
  const v = signs({ quota: { limit: 100, remaining: 8, reset_at: "2026-01-12T12:00:00Z" }, clock_skew_ms: -3_400, repeats_dropped: 1_284 }, { heard: 75_000, behind: 12 });
  for (const name of ["quota", "clock", "heard"]) assert.ok(!v[name]!.well && v[name]!.advice, name);
  assert.equal(v["clock"]!.value, "3.4 s");
  assert.equal(v["quota"]!.value, "8 of 100 left");
  assert.equal(v["page"]!.value, "12 events behind");
  assert.equal(v["repeats"]!.value, "1,284");
  assert.ok(!signs({}, { open: false })["page"]!.well);
});

test("unknown messages can be unfolded, the most frequent first", () => {
  const v = signs({ unknown_methods: { WebcastA: { count: 2, failed: 0 }, WebcastB: { count: 40, failed: 0 } } })["unknown"]!;
  assert.equal(v.value, "2 kinds");
  assert.deepEqual(v.more, [["WebcastB", "40"], ["WebcastA", "2"]]);
});

test("a room nobody listens to has no vitals but the page's", () => {
  assert.deepEqual(Object.keys(signs({ state: "idle" }, { state: "idle", heard: 0 })), ["page"]);
  assert.deepEqual(Object.keys(signs({}, { state: "demo" })), ["heard", "page"]);
});

test("silence is alarming while viewers are there", () => {
  const s = new Silence();
  s.enter(1_000);
  assert.equal(s.alarm("live", 100_000), undefined, "nobody is there");
  s.add([event("viewers", 1, { viewers: 240, total_viewers: 500 })], 2_000);
  assert.equal(s.alarm("live", 60_999), undefined);
  assert.deepEqual(s.alarm("live", 61_000), { ms: 60_000, viewers: 240 });
  assert.equal(s.alarm("paused", 61_000), undefined, "the host paused it");
  s.add([event("viewers", 2, { viewers: 241, total_viewers: 501 })], 61_500);
  assert.ok(s.alarm("live", 62_000), "a counter that moves is no sign of life: chat is");
  s.add([comment(3, "hi", { history: true })], 62_000);
  assert.ok(s.alarm("live", 62_000), "nor is what was said before we came");
  s.add([comment(4)], 62_000);
  assert.equal(s.alarm("live", 62_500), undefined);
  s.begin(200_000); // the page was away
  assert.equal(s.alarm("live", 210_000), undefined);
});

test("overlays nobody has open are said so, while somebody watches", () => {
  const closed = signs({}, { overlays: { all: 2, open: 0, onAir: 0 } })["overlays"]!;
  assert.ok(!closed.well && closed.advice);
  assert.equal(closed.value, "0 of 2 open");
  assert.ok(signs({ state: "waiting" }, { state: "waiting", overlays: { all: 2, open: 0, onAir: 0 } })["overlays"]!.well);
  assert.equal(signs({}, { overlays: { all: 3, open: 2, onAir: 1 } })["overlays"]!.value, "2 of 3 open, 1 on air");
  assert.equal(signs({}, { overlays: { all: 0, open: 0, onAir: 0 } })["overlays"], undefined);
  assert.deepEqual(summed([{ state: "on_air" }, { state: "hidden" }, { state: "away" }, { state: "shown", revoked: true }]), { all: 3, open: 2, onAir: 1 });
});
