import assert from "node:assert/strict";
import { test } from "node:test";
import { Heights } from "./virtual";

const items = Array.from({ length: 1000 }, (_, i) => ({ i }));

test("shows what a window sees, and some more", () => {
  const h = new Heights<{ i: number }>(10);
  h.layout(items);
  assert.equal(h.total, 10_000);
  assert.deepEqual(h.span(500, 100, 5), { from: 45, to: 66, before: 450, after: 9_340 });
  assert.deepEqual(h.span(0, 100, 5), { from: 0, to: 16, before: 0, after: 9_840 });
  assert.equal(h.span(9_900, 100, 5).to, 1000);
});

test("learns heights", () => {
  const h = new Heights<{ i: number }>(10);
  h.layout(items);
  assert.ok(h.measure(items[0]!, 50));
  assert.ok(!h.measure(items[0]!, 50), "the same again is no news");
  assert.ok(!h.measure(items[1]!, 0), "what is not shown has no height");
  h.layout(items);
  assert.equal(h.top(1), 50);
  assert.equal(h.at(49), 0);
  assert.equal(h.at(50), 1);
  h.forget();
  h.layout(items);
  assert.equal(h.top(1), 10);
});

test("an empty list is no special case", () => {
  const h = new Heights<{ i: number }>(10);
  h.layout([]);
  assert.deepEqual(h.span(0, 100, 5), { from: 0, to: 0, before: 0, after: 0 });
  assert.equal(h.at(99), 0);
  assert.equal(h.total, 0);
});
