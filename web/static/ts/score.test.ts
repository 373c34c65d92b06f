import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { zero, type Summary } from "./numbers";
import { Score } from "./score";
import { comment, gift } from "./testing";

mock.timers.enable({ apis: ["setTimeout"] }); // no test waits for the next summary

const settled = () => new Promise((r) => setImmediate(r));

/** A server whose answer comes when the test says so. */
function server() {
  const waiting: { session: number; answer: (s: Summary) => void; fail: () => void }[] = [];
  const fetch = (session: number) => new Promise<Summary>((answer, fail) => waiting.push({ session, answer, fail }));
  return { waiting, fetch };
}

test("holds what comes before the summary, and counts the rest", async () => {
  const { waiting, fetch } = server();
  const score = new Score(false, () => {}, fetch);
  score.enter(7);
  score.add([comment(9), comment(10), comment(11)]);
  assert.equal(score.board(0), undefined, "no number is better than a wrong one");
  waiting[0]!.answer({ ...zero, last_seq: 10, comments: 50 });
  await settled();
  assert.equal(score.board(0)!.totals.comments, 51);
  score.add([comment(12)]);
  assert.equal(score.board(0)!.totals.comments, 52);
  assert.equal(score.board(0)!.gifters, undefined, "a server without a top list: nobody is shown");
});

test("a summary of a past session is too late", async () => {
  const { waiting, fetch } = server();
  const score = new Score(false, () => {}, fetch);
  score.enter(7);
  score.enter(8);
  waiting[0]!.answer({ ...zero, last_seq: 10, comments: 50 });
  await settled();
  assert.equal(score.board(0), undefined);
  waiting[1]!.answer({ ...zero, last_seq: 1, comments: 1 });
  await settled();
  assert.equal(score.board(0)!.totals.comments, 1);
});

test("a summary that could not be renewed is asked for again", async () => {
  const { waiting, fetch } = server();
  const score = new Score(false, () => {}, fetch);
  score.enter(7);
  waiting[0]!.answer({ ...zero, last_seq: 1 });
  await settled();
  score.add([gift(2, 1, false)]);
  mock.timers.tick(30_000);
  waiting[1]!.fail();
  await settled();
  score.add([gift(3, 1, false, { streak: "s2" })]);
  assert.equal(score.board(0)!.totals.gifts, 2, "meanwhile the page goes on counting");
  mock.timers.tick(30_000);
  waiting[2]!.answer({ ...zero, last_seq: 3, gifts: 5 });
  await settled();
  assert.equal(score.board(0)!.totals.gifts, 5);
});
