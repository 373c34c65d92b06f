import assert from "node:assert/strict";
import { test } from "node:test";
import { pinRefusal } from "./pin-refusal";
import { texts } from "./testing";

test("a refused pin is told from a session that has ended, and from no answer", async () => {
  const refused = (body: string) => new Response(body, { status: 409 });
  for (const [answer, key] of [
    [refused('{"code":"conflict","errors":[{"path":"body.seq"}]}'), "pin.error.full"],
    [refused('{"code":"conflict"}'), "pin.error.conflict"],
    [refused('{"code":"forbidden"}'), "pin.error.forbidden"],
    [refused('{"code":"not_found","errors":[{"path":"body.seq"}]}'), "pin.error.not_found"],
    [undefined, "pin.error.network"],
    [refused("<html>"), "pin.error.other"],
  ] as const) {
    assert.equal(await pinRefusal(answer), key);
    assert.ok(texts.find(key), key);
  }
});
