import assert from "node:assert/strict";
import { test } from "node:test";
import { by, canMute, fallbackText, guardText, itemText, position, skipWords, spoken, waitText } from "./host";
import { texts } from "./testing";
import type { Queue, QueueItem, QueueTurn } from "./wire.gen";

const began = Date.parse("2026-01-12T09:30:00Z");
const item = (more: Partial<QueueItem>): QueueItem => ({ rank: "chat", since: "2026-01-12T09:30:00Z", ...more });
const turn = (more: Partial<QueueTurn>): QueueTurn => ({ ...item({}), turn_id: "t", reply: 7, began: "2026-01-12T09:30:00Z", lengths: [2, 3, 5], ...more });
const queue = (more: Partial<Queue>): Queue => ({ story_id: "1", state: "speaking", waiting: [], skipped: [], ...more });

test("the clip being spoken follows the lengths, and what overlays tell", () => {
  for (const [more, after, clip, said] of [
    [{}, 0, 0, 0], [{}, 1, 0, 0.1], [{}, 2, 1, 0.2], [{}, 6, 2, 0.6], [{}, 100, 2, 1],
    [{ clip: 1 }, 0, 1, 0.2], [{ clip: 1 }, 4, 2, 0.6], [{ clip: 3 }, 0, 2, 0.5], [{}, -5, 0, 0], // an overlay is ahead; our clock is behind
    [{ lengths: [] }, 1, 0, 0], [{ began: "" }, 1, 0, 0],
  ] as const) {
    const at = position(turn(more as Partial<QueueTurn>), began + after * 1000);
    assert.equal(at.clip, clip, JSON.stringify([more, after]));
    assert.ok(Math.abs(at.said - said) < 1e-9, `${JSON.stringify([more, after])}: ${at.said}`);
  }
});

test("who speaks is told of what was said, else as the story is set", () => {
  assert.equal(by(queue({ now: turn({ responder: "model" }) }), texts), "model");
  assert.equal(by(queue({ now: turn({ reply: 0 }), last: turn({ responder: "template" }), responder: "model" }), texts), "template");
  assert.equal(by(queue({ now: turn({ responder: "operator" }), responder: "model" }), texts), "model");
  assert.equal(by(queue({}), texts), "");
  assert.equal(spoken(queue({ now: turn({ reply: 0, fallback: "slow" }) })), undefined);
});

test("reasons have words, and codes of the future are shown as they are", () => {
  assert.equal(fallbackText("key", texts), "the model’s server refuses the key");
  assert.equal(fallbackText("new_code", texts), "new_code");
  assert.deepEqual(guardText("out link: see evil.com", texts), { words: "link not said", piece: "see evil.com" });
  assert.deepEqual(guardText("in word: a: b\nc", texts), { words: "blocked word masked in what came in", piece: "a: b\nc" });
  assert.deepEqual(guardText("out brand_new: x", texts), { words: "brand_new", piece: "x" });
  assert.deepEqual(guardText("no note", texts), { words: "no note", piece: "" });
  assert.equal(skipWords({ ...item({}), reason: "failed", detail: "It broke.", at: "" }, texts), "the host could not answer · It broke.");
});

test("what waits says what it is, why and for how long", () => {
  assert.equal(itemText(item({ rank: "program", action: "start", text: "start Songs" }), texts), "Program: Songs begins");
  assert.equal(itemText(item({ rank: "program", action: "juggle", text: "juggle Balls" }), texts), "juggle · Balls");
  assert.equal(itemText(item({ rank: "notice", text: "+2", notice: { follows: ["A", "B"], joins: ["C"], likes: 1000 } }), texts), "2 follows · 1 person came · 1,000 likes reached");
  assert.equal(itemText(item({ rank: "idle" }), texts), "Silence");
  assert.equal(itemText(item({ text: "hi" }), texts), "hi");
  const until = "2026-01-12T09:30:20Z";
  assert.equal(waitText(item({ why: "next" }), began, texts), "next");
  assert.equal(waitText(item({ why: "later", until }), began, texts), "later · 20 s left");
  assert.equal(waitText(item({ why: "gathering", until }), began + 17_000, texts), "gathering · in 3 s");
  assert.equal(waitText(item({ why: "later", until }), began + 60_000, texts), "later · 0 s left");
});

test("only chat of one viewer can be muted", () => {
  const q = queue({ muted_viewers: ["9"] });
  assert.equal(canMute(item({ viewer: "8" }), q), true);
  assert.equal(canMute(item({ viewer: "9" }), q), false);
  assert.equal(canMute(item({ viewer: "8", rank: "gift" }), q), false);
  assert.equal(canMute(item({}), q), false);
});
