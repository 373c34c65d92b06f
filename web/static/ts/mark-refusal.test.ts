import assert from "node:assert/strict";
import { test } from "node:test";
import { markRefusal } from "./mark-refusal";
import { texts } from "./testing";

const refused = (body: string) => new Response(body, { status: 409 });

test("a refused pin is told from a session that has ended, and from no answer", async () => {
  for (const [answer, key] of [
    [refused('{"code":"conflict","errors":[{"path":"body.seq"}]}'), "pin.error.full"],
    [refused('{"code":"conflict"}'), "pin.error.conflict"],
    [refused('{"code":"forbidden"}'), "pin.error.forbidden"],
    [refused('{"code":"not_found","errors":[{"path":"body.seq"}]}'), "pin.error.not_found"],
    [undefined, "pin.error.network"],
    [refused("<html>"), "pin.error.other"],
  ] as const) {
    assert.equal(await markRefusal("pin", answer), key);
    assert.ok(texts.find(key), key);
  }
});

test("a refused hide is not told in the words of a pin", async () => {
  for (const [answer, key] of [
    [refused('{"code":"conflict","errors":[{"path":"body.seq"}]}'), "hide.error.conflict"],
    [refused('{"code":"forbidden"}'), "hide.error.forbidden"],
    [refused('{"code":"not_found"}'), "hide.error.not_found"],
    [refused('{"code":"invalid"}'), "hide.error.invalid"],
    [undefined, "hide.error.network"],
    [refused("<html>"), "hide.error.other"],
  ] as const) {
    assert.equal(await markRefusal("hide", answer), key);
    assert.ok(texts.find(key), key);
  }
});
