import assert from "node:assert/strict";
import { test } from "node:test";
import { event, gift, mai, yoru } from "../testing";
import type { LiveEvent } from "../wire.gen";
import { badges, keyOf, lineOf, madeUp, type Line } from "./lines";
import { wordsOf } from "./words";

const texts = wordsOf("en");

const said = (line: Line | undefined): string => (line?.parts ?? []).map((p) => (typeof p === "string" ? p : "text" in p ? p.text : `[${p.picture}]`)).join("");

test("lines say what happened, and ask nobody for anything", () => {
  const lines: [LiveEvent, string][] = [
    [event("comment", 1, { user: mai, comment: "xin chào" }), "xin chào"],
    [event("comment", 1, { user: mai, comment: "a😀b", emotes: [{ id: "1", index: 2, image_url: "https://x/e.png" }] }), "a😀[https://x/e.png]b"],
    [event("question", 1, { user: mai, question_id: "1", question: "why?" }), "why?"],
    [gift(1, 12, false), "sent Rose"],
    [event("gift", 1, { gift: { id: 9, name: "", diamond_count: 0, streakable: false, type: 2 }, repeat_count: 1, total_diamonds: 0, streaking: false }), "sent a gift"],
    [event("follow", 1, { user: mai }), "is a new follower"],
    [event("share", 1, { user: mai }), "shared the LIVE"],
    [event("join", 1, { user: mai }), "is here"],
    [event("subscribe", 1, { user: mai, via: "app" }), "subscribed"],
    [event("subscribe", 1, { user: mai, via: "app", months: 3 }), "has subscribed for 3 months"],
    [event("subscribe", 1, { user: mai, via: "app", gifted: 5 }), "gave away 5 subscriptions"],
  ];
  for (const [e, want] of lines) assert.equal(said(lineOf(e, texts)), want);
  assert.equal(lineOf(event("like", 1, { count: 1, total_likes: 2 }), texts), undefined);
});

test("a gift is worth all its pieces, also those that were counted before", () => {
  const line = lineOf(gift(1, 3, false, { price: 5, booked: 7 }), texts)!;
  assert.equal(line.count, 10);
  assert.equal(line.diamonds, 50);
});

test("a line is in its own language, and knows whom it answers", () => {
  const line = lineOf(event("comment", 1, { user: yoru, comment: "今日は", reply_to: mai }), texts)!;
  assert.equal(line.lang, "ja");
  assert.equal(line.to, "Mai");
});

test("badges, the weightiest first", () => {
  const all = badges({ ...mai, roles: ["subscriber", "moderator", "host"], top_gifter: 2, team_level: 12, gifter_level: 30 }, texts);
  assert.deepEqual(all.map((b) => `${b.kind} ${b.text}`), ["host Host", "moderator Mod", "top 2", "subscriber ", "team 12", "gifter 30"]);
  assert.deepEqual(badges(undefined, texts), []);
});

test("what did not come from the audience is known for it", () => {
  assert.ok(madeUp(event("follow", 1, { user: mai }, { origin: "simulated" })));
  assert.ok(madeUp(event("follow", 1, { user: mai }, { origin: "replay" })));
  assert.ok(!madeUp(event("follow", 1, { user: mai })));
  assert.equal(keyOf(event("follow", 5, { user: mai })), "7-5");
});
