import assert from "node:assert/strict";
import { test } from "node:test";
import type { OverlayAlert } from "../wire.gen";
import { AlertSlot } from "./alert-slot";

const frame = (action: OverlayAlert["action"], id: string): OverlayAlert => ({ action, id, waiting: 0, left_ms: 8000 });

test("an alert is shown once, however often the server says so", () => {
  const slot = new AlertSlot();
  assert.equal(slot.take(frame("show", "a")).do, "show");
  assert.deepEqual(slot.take(frame("show", "a")), { do: "keep", frame: frame("show", "a"), drawn: false });
  assert.ok(slot.drawn("a"));
  assert.deepEqual(slot.take(frame("show", "a")), { do: "keep", frame: frame("show", "a"), drawn: true }, "the server is told again: it may have missed it");
  assert.equal(slot.take(frame("end", "a")).do, "hide");
  assert.deepEqual(slot.take(frame("show", "a")), { do: "done", id: "a" });
});

test("what nobody could see was not shown, and comes again", () => {
  const slot = new AlertSlot();
  slot.take(frame("show", "a"));
  slot.take(frame("end", "a"));
  assert.equal(slot.take(frame("show", "a")).do, "show");
});

test("an alert whose end was lost with the connection counts as shown", () => {
  const slot = new AlertSlot();
  slot.take(frame("show", "a"));
  slot.drawn("a");
  slot.expire();
  assert.equal(slot.take(frame("show", "a")).do, "done");
  assert.equal(slot.drawn("a"), false);
});

test("another alert takes the place of the one on screen", () => {
  const slot = new AlertSlot();
  slot.take(frame("show", "a"));
  slot.drawn("a");
  assert.equal(slot.take(frame("show", "b")).do, "show");
  assert.equal(slot.take(frame("update", "a")).do, "nothing");
  assert.equal(slot.take(frame("update", "b")).do, "update");
  assert.equal(slot.take(frame("end", "a")).do, "nothing");
});

test("a snapshot says what is on screen, and what is not", () => {
  const slot = new AlertSlot();
  assert.equal(slot.settle(undefined).do, "nothing");
  assert.equal(slot.settle(frame("show", "a")).do, "show");
  slot.drawn("a");
  assert.equal(slot.settle(frame("show", "a")).do, "keep");
  assert.equal(slot.settle(undefined).do, "hide");
  assert.equal(slot.settle(frame("show", "a")).do, "done");
});

test("only so many are remembered", () => {
  const slot = new AlertSlot();
  for (let i = 0; i < 1000; i++) {
    slot.take(frame("show", `a${i}`));
    slot.drawn(`a${i}`);
    slot.take(frame("end", `a${i}`));
  }
  assert.equal(slot.take(frame("show", "a999")).do, "done");
  assert.equal(slot.take(frame("show", "a1")).do, "show");
});
