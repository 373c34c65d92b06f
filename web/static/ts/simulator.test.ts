import assert from "node:assert/strict";
import { test } from "node:test";
import { Texts } from "./i18n";
import { object } from "./scenario-editor";
import { Refused } from "./simulator-api";
import { empty, length, paced, recall, Recorder, remember, stepOf, userOf, wrongFields, type CatalogueGift, type Form } from "./simulator-steps";
import { mai, texts } from "./testing";

const rose: CatalogueGift = { id: 5655, name: "Rose", diamond_count: 1, type: 1, streakable: true };
const lion: CatalogueGift = { id: 6369, name: "Lion", diamond_count: 29999, type: 2, streakable: false };

const form = (change: Partial<Form>): Form => ({ ...empty, gift: rose, ...change });

test("a form becomes a step", () => {
  const cases: [Partial<Form>, unknown][] = [
    [{ count: 5 }, { event_type: "gift", data: { gift: rose, repeat_count: 5 } }],
    [{ count: 5, how: "streak", pace: 250 }, { event_type: "gift", data: { gift: rose }, streak: true, repeat: 5, every_ms: 250 }],
    [{ count: 3, how: "burst", pace: 0 }, { event_type: "gift", data: { gift: rose }, repeat: 3 }],
    [{ count: 3, how: "burst", pace: 0, crowd: true, who: "mai" }, { event_type: "gift", data: { gift: rose }, repeat: 3, crowd: 3 }],
    [{ kind: "comment", text: " hi ", who: "@mai" }, { event_type: "comment", data: { comment: "hi", user: { unique_id: "mai", nickname: "mai" } } }],
    [{ kind: "like", count: 15 }, { event_type: "like", data: { count: 15 } }],
    [{ kind: "join", count: 200, pace: 50, crowd: true }, { event_type: "join", data: {}, repeat: 200, every_ms: 50, crowd: 200 }],
    [{ kind: "viewers", viewers: 900, who: "mai" }, { event_type: "viewers", data: { viewers: 900, total: 900 } }],
    [{ own: true, ownId: 7, ownName: "Crown", ownPrice: 99 }, {
      event_type: "gift", data: { gift: { id: 7, name: "Crown", diamond_count: 99, streakable: false, type: 2 }, repeat_count: 1 },
    }],
  ];
  for (const [change, want] of cases) assert.deepEqual(stepOf(form(change)), want);
});

test("what cannot be used is named", () => {
  const cases: [Partial<Form>, string[]][] = [
    [{}, []],
    [{ gift: null }, ["gift"]],
    [{ gift: lion, how: "streak" }, ["how"]],
    [{ count: 0 }, ["count"]],
    [{ count: NaN }, ["count"]],
    [{ count: 1.5 }, ["count"]],
    [{ how: "burst", pace: 60_001 }, ["pace"]],
    [{ pace: NaN }, []], // nobody asks for it
    [{ kind: "comment", text: "  " }, ["text"]],
    [{ kind: "viewers", viewers: -1, count: 0 }, ["viewers"]],
    [{ own: true, gift: null }, ["ownId", "ownName"]],
  ];
  for (const [change, want] of cases) assert.deepEqual(wrongFields(form(change)), want, JSON.stringify(change));
  assert.equal(paced(form({ kind: "join", count: 2 })), true);
  assert.equal(paced(form({ kind: "like", count: 2 })), false);
});

test("a name is somebody who was there, or somebody new", () => {
  assert.deepEqual(userOf("Mai", [mai]), { unique_id: "mai", nickname: "Mai", user_id: "1" });
  assert.deepEqual(userOf("@mai", [mai]), { unique_id: "mai", nickname: "Mai", user_id: "1" });
  assert.deepEqual(userOf("new one", [mai]), { unique_id: "new one", nickname: "new one" });
  assert.equal(userOf("  ", [mai]), undefined);
});

test("a recording keeps the pauses, and not a step's own length", () => {
  let now = 1_000;
  const recorder = new Recorder(() => now);
  recorder.add({ event_type: "join" });
  now += 2_500;
  recorder.add({ event_type: "join", repeat: 11, every_ms: 100 });
  now += 1_500; // the step itself takes a second
  recorder.add({ event_type: "comment" });
  now += 10;
  recorder.add({ event_type: "gift", streak: true, repeat: 3, every_ms: 100 });
  now += 1_000; // while the streak still ends
  recorder.add({ event_type: "like" });
  assert.deepEqual(recorder.steps.map((s) => s.delay_ms), [undefined, 2_500, 500, 10, undefined]);
  assert.equal(length({ event_type: "gift", streak: true, repeat: 3, every_ms: 100 }), 3_200);
});

test("the last values come back, and a broken memory is no harm", () => {
  const kept = new Map<string, string>();
  const memory = () => ({ getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) });
  const filled = form({ kind: "comment", text: "hi", who: "mai", count: 7, gift: lion, pace: 99, how: "burst" });
  remember(memory, filled);
  assert.deepEqual(recall(memory), filled);
  for (const broken of ["{", "null", "[]", '{"kind":"nonsense","how":3,"count":"many","gift":{"id":"x"}}', '{"gift":null}']) {
    kept.set("simulator", broken);
    assert.deepEqual(recall(memory), empty, broken);
  }
  const refused = () => {
    throw new Error("not in a private window");
  };
  assert.deepEqual(recall(refused), empty);
  remember(refused, filled);
});

test("data is a JSON object or nothing", () => {
  assert.deepEqual(object(' {"a":1} '), { a: 1 });
  assert.deepEqual(object(""), {});
  for (const text of ["[]", "null", "7", "{", '"x"']) assert.equal(object(text), undefined);
});

test("what was refused is said in the reader's language", () => {
  const ja = new Texts("ja", { "rule.range": "{{.Least}}〜{{.Most}}", "refused.conflict": "合いません", "refused.internal": "問題" });
  const english = { code: "conflict", detail: "“Songs” is still on." };
  assert.equal(new Refused(english).words(ja), "合いません");
  assert.equal(new Refused(english).words(texts), "“Songs” is still on.");
  assert.equal(new Refused({ code: "of the future", detail: "x" }).words(ja), "問題");
  const ruled = new Refused({ code: "invalid", errors: [{ message: "From 1 to 5.", rule: "range", args: { Least: 1, Most: 5 } }] });
  assert.equal(ruled.words(ja), "1〜5");
});
