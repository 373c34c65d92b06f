import assert from "node:assert/strict";
import { test } from "node:test";
import { talkEvent } from "./talk";

test("what is typed becomes an event of the contract", () => {
  assert.deepEqual(talkEvent("user_chat", { message: "hi ", username: " " }), { type: "user_chat", data: { message: "hi " } });
  assert.deepEqual(talkEvent("gift_event", { username: "Mai", giftName: "Rose", giftCount: " 3", giftValue: "2.5", message: "" }), {
    type: "gift_event", data: { username: "Mai", giftName: "Rose", giftCount: 3, giftValue: 2.5 },
  });
  assert.deepEqual(talkEvent("gift_event", { giftCount: "many", giftValue: "1e999" }), { type: "gift_event", data: { giftCount: "many", giftValue: "1e999" } });
  assert.deepEqual(talkEvent("program_event", { programName: "Songs", programType: "" }), { type: "program_event", data: { action: "start", programName: "Songs" } });
  assert.deepEqual(talkEvent("simple_text", { text: "12" }), { type: "simple_text", data: { text: "12" } });
});
