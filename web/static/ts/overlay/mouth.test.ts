import assert from "node:assert/strict";
import { test } from "node:test";
import type { GoalState } from "../wire.gen";
import { Clock, span } from "./clock";
import { portion } from "./goal";
import { heard, letters, pieces, saidOf, timed } from "./mouth";

test("with a voice the mouth is as open as it is loud", () => {
  const envelope = [0, 0, 0, 90, 90, 90, 0, 0, 0];
  assert.equal(heard(envelope, 0), 0);
  assert.equal(heard(envelope, 4 * 20), 0.9);
  assert.equal(heard(envelope, 10_000), 0);
  assert.equal(heard([], 10), 0);
});

test("without one it opens at vowels and syllables, and closes between words", () => {
  const at = (text: string, i: number): number => timed(letters(text), 1000, ((i + 0.5) / letters(text).length) * 1000);
  assert.ok(at("ba ba", 1) > 0.7);
  assert.ok(at("ba ba", 0) < 0.4);
  assert.equal(at("ba ba", 2), 0);
  assert.ok(at("ấn ra", 0) > 0.7, "a vowel with marks is one");
  assert.ok(at("你好", 0) > 0.9);
  assert.equal(at("你好。", 2), 0);
  assert.equal(at("hi 💜", 3), 0);
  assert.equal(timed(letters("hello"), 1000, 5000), 0, "it is over");
});

test("subtitles light up word by word, also where there are no spaces", () => {
  assert.deepEqual(pieces("Cảm ơn, Kiệt! 💜"), ["Cảm ", "ơn, ", "Kiệt! 💜"]);
  assert.ok(pieces("今天天气真好！唱得太好听了", "zh").length > 4);
  assert.ok(pieces("เพลงนี้ชื่ออะไรคะ", "th").length > 2);
  assert.equal(pieces("👩‍👩‍👧‍👦 👍🏽").join(""), "👩‍👩‍👧‍👦 👍🏽", "nothing is lost");
  const all = ["one ", "two ", "three"];
  assert.deepEqual([0, 0.01, 0.4, 0.99, 1.2].map((p) => saidOf(all, p)), [0, 1, 2, 3, 3]);
});

test("the server's clock is followed", () => {
  let here = 1000;
  const clock = new Clock(() => here);
  clock.set(5000);
  assert.equal(clock.now(), 5000);
  here = 2000;
  clock.hear(5900); // late by 100 ms: the word before was truer
  assert.equal(clock.now(), 6000);
  clock.hear(6050);
  assert.equal(clock.now(), 6050);
  clock.set(100);
  assert.equal(clock.now(), 100);
});

test("lengths of time", () => {
  assert.deepEqual([0, 999, 61_000, 3_600_000, 36_061_000, -5].map((ms) => span(ms)), ["0:00", "0:00", "1:01", "1:00:00", "10:01:01", "0:00"]);
  assert.deepEqual([0, 1, 1000, 59_001].map((ms) => span(ms, true)), ["0:00", "0:01", "0:01", "1:00"]);
});

test("a goal is as full as its step of the ladder", () => {
  const goal = (value: number, more: Partial<GoalState> = {}): number => portion({ title: "", metric: "diamonds", value, from: 100, target: 200, step: 2, steps: 3, ...more });
  assert.deepEqual([goal(100), goal(150), goal(250), goal(50), goal(0, { reached: true }), goal(5, { from: 7, target: 7 })], [0, 0.5, 1, 0, 1, 1]);
});
