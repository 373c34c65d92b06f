import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, lineText, madeUp, tags } from "./describe";
import { hueOf, initialOf } from "./faces";
import { Texts } from "./i18n";
import { event, mai, texts, yoru } from "./testing";
import { Rows } from "./rows";
import { script } from "./said";
import type { LiveEvent } from "./wire.gen";

function say(e: LiveEvent): string {
  const rows = new Rows();
  rows.add(e);
  return lineText(describe(rows.list[0]!, texts)).trim();
}

test("every kind says something", () => {
  const cases: [LiveEvent, string | RegExp][] = [
    [event("connect", 1, { unique_id: "mai", room_id: "1", title: "Karaoke" }), "Connected: Karaoke"],
    [event("disconnect", 1, { cause: "network" }), "Disconnected from TikTok: connection lost"],
    [event("disconnect", 1, { cause: "something new" }), "Disconnected from TikTok: something new"],
    [event("live_end", 1, { reason: "host" }), "The host ended the LIVE"],
    [event("live_end", 1, {}), "The LIVE is over"],
    [event("live_pause", 1, {}), "The host paused the LIVE"],
    [event("live_resume", 1, {}), "The host is back"],
    [event("comment", 1, { user: mai, comment: "", stickers: ["https://p16.tiktokcdn.com/s.webp"] }), "Mai sent a sticker"],
    [event("question", 1, { user: mai, question_id: "1", question: "Why?" }), "Mai Why?"],
    [event("follow", 1, { user: mai }), "Mai followed"],
    [event("share", 1, { user: mai, joined: 3 }), "Mai shared the LIVE; 3 people came"],
    [event("subscribe", 1, { user: mai, via: "notify", months: 3 }), "Mai has subscribed for 3 months"],
    [event("subscribe", 1, { user: mai, via: "notify", gifted: 1 }), "Mai gave away 1 subscription"],
    [event("pin", 1, { action: "pin", text: "rules", operator: yoru }), "夜の散歩者 pinned “rules”"],
    [event("delete", 1, {}), "A moderator removed messages"],
    [event("battle", 1, { battle_id: "1", phase: "score", sides: [{ user: mai, score: 1200 }, { user: yoru, score: 9 }] }), "Battle · Mai 1,200 – 夜の散歩者 9"],
    [event("battle", 1, { battle_id: "1", phase: "brand new" }), "Battle"],
    [event("goal", 1, { goal_id: "1", goals: [{ gift: "Rose", progress: 3, target: 10 }] }), "LIVE goal · Rose 3 of 10"],
    [event("envelope", 1, { envelope_id: "1", action: "show", diamonds: 20, sender: "Mai" }), "Mai Treasure chest with 20 diamonds"],
    [event("poll", 1, { poll_id: "1", phase: "end", title: "Next?", options: [{ text: "A", votes: 2 }] }), "Poll closed · Next? · A 2"],
    [event("rank", 1, { list: "hourly", rank: 4 }), "Place 4 in the hourly ranking"],
    [event("caption", 1, { text: "xin chào", final: true }), "Heard xin chào"],
    [event("intro", 1, { text: "Welcome" }), "Welcome text Welcome"],
    [event("system", 1, { user: mai, topic: "level_up", level: 20 }), "Mai reached level 20"],
    [event("system", 1, { topic: "alerts", key: "expired", text: "x", level: 5, names: ["Mai Galaxy", "Bob Rose"] }),
      "Alerts nobody saw, no page showed the overlay: Mai Galaxy · Bob Rose and 3 more"],
    [event("system", 1, { topic: "alerts", key: "full", text: "Alerts left out: Mai Galaxy" }), "Alerts left out: Mai Galaxy"],
    [event("system", 1, { topic: "room", text: "Be kind" }), "TikTok Be kind"],
    [event("note", 1, { topic: "obs_scene", scene: "Gaming", text: "OBS scene: Gaming", author: "OBS" }), "OBS shows the scene Gaming"],
    [event("note", 1, { topic: "obs_scene", text: "OBS scene: Gaming", author: "OBS" }), "OBS scene: Gaming"],
    [event("note", 1, { topic: "obs_on_air", text: "x", author: "OBS" }), "OBS is on air"],
    [event("program", 1, { action: "start", programName: "Songs" }), "Program: Songs begins"],
    [event("reply", 1, { turn_id: "1", responder: "template", clips: [{ body: "", face: "", speech: "Hi" }, { body: "", face: "", speech: "there" }], took_ms: 600 }), "AI host Hi there"],
    [event("skip", 1, { reason: "too short" }), "Not answered: too short"],
    [event("gap", 1, { from: "2026-01-01T10:00:00Z", to: "2026-01-01T10:00:17Z", seconds: 17, cause: "network" }), /^no data \d\d:\d\d:\d\d – \d\d:\d\d:\d\d · connection lost · 17 s$/],
    [event("note", 1, { text: "louder", author: "An" }), "Note · An louder"],
  ];
  for (const [e, want] of cases) {
    const got = say(e);
    assert.ok(typeof want === "string" ? got === want : want.test(got), `${e.event_type}: ${got}`);
  }
});

test("emotes stand between the words, counted in code points", () => {
  const rows = new Rows();
  rows.add(event("comment", 1, { user: mai, comment: "💜ab", emotes: [{ id: "1", index: 1, image_url: "https://p.tiktokcdn.com/e.png" }] }));
  assert.deepEqual(describe(rows.list[0]!, texts).parts, ["💜", { picture: "https://p.tiktokcdn.com/e.png" }, "ab"]);
});

test("tags", () => {
  const e = event("question", 1, { user: { ...mai, roles: ["follower", "moderator"], top_gifter: 1 }, question_id: "", question: "" }, { origin: "simulated" });
  assert.deepEqual([...madeUp(e, texts), ...tags(e, texts)], ["Simulated", "Question", "Mod", "No. 1"]);
});

test("guesses the language only where it shows", () => {
  assert.deepEqual(["今天", "今日は", "สวัสดี", "مرحبا", "hello", "안녕"].map((s) => script(s)), ["zh", "ja", "th", "ar", undefined, "ko"]);
  assert.equal(script("今日", "ja"), "ja");
});

test("avatars without a picture", () => {
  assert.deepEqual(["@mai", "夜の", "👨‍👩‍👧‍👦", "", "đan"].map(initialOf), ["M", "夜", "•", "?", "Đ"]);
  assert.equal(hueOf("101"), hueOf("101"));
});

test("numbers and times as the language writes them", () => {
  const vi = new Texts("vi", {});
  assert.equal(vi.number(1284), "1.284");
  assert.equal(texts.short(99_999), "99,999");
  assert.equal(texts.short(1_239_999), "1.23M");
  assert.equal(texts.duration(17_400), "17 s");
  assert.equal(texts.duration(3 * 3_600_000), "3 h");
  assert.equal(texts.t("feed.joined", { Count: 1 }), "1 person joined");
});
