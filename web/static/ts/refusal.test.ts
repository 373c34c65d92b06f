import assert from "node:assert/strict";
import { test } from "node:test";
import { because, refusal } from "./refusal";
import { texts } from "./testing";

test("whatever answers, or does not, there is a reason in words", async () => {
  const login = Object.defineProperties(new Response("<html>"), { redirected: { value: true }, url: { value: "http://localhost/login?next=%2F" } });
  for (const [answer, code, words] of [
    [new Response(null, { status: 204 }), "", ""],
    [undefined, "network", "Not saved: the panel did not answer; check that Showcaller is running, then try again."],
    [login, "unauthorized", "Not saved: your login has ended; sign in again."],
    [new Response('{"code":"limited"}', { status: 429 }), "limited", "Not saved: too much at once; wait a moment."],
    [new Response("<html>", { status: 403 }), "forbidden", "Not saved: your role may not do this."],
    [new Response("<html>", { status: 418 }), "internal", "Not saved: something broke in Showcaller; the log says more."],
  ] as const) {
    assert.equal(await refusal(answer), code);
    if (code) assert.equal(because("Not saved", code, texts), words);
  }
});
