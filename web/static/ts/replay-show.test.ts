import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { AlertQueue, chatLine } from "./replay-show";
import { comment, event, gift, mai, texts, yoru } from "./testing";
import type { AlertsOptions, ChatOptions, LiveEvent } from "./wire.gen";

const chat: ChatOptions = {
  look: { preset: "studio", scale: 100 }, rehearsal: true, max_lines: 12, fade_after: 0, newest_first: false, avatars: true, badges: true, emotes: true,
  stickers: true, events: ["gift", "follow"], min_diamonds: 5, gift_pictures: true,
};
const alerts: AlertsOptions = {
  look: { preset: "studio", scale: 100 }, rehearsal: true, volume: 70, avatars: true, gift_pictures: true, bar: true,
  timing: { show_ms: 8_000, gap_ms: 1_000, least_ms: 3_000, shrink_above: 2, limit: 3, keep_seconds: 120 },
  rules: [
    { on: "gift", enabled: true, min_diamonds: 1000, sound: "none", volume: 0, title: "Big! {nickname}" },
    { on: "gift", enabled: true, min_diamonds: 1, sound: "none", volume: 0 },
    { on: "gift", enabled: true, gift_id: 99, sound: "none", volume: 0, title: "The one" },
    { on: "follow", enabled: true, sound: "none", volume: 0, show_ms: 4_000 },
    { on: "share", enabled: false, sound: "none", volume: 0 },
    { on: "like", enabled: true, every: 1000, sound: "none", volume: 0, title: "{likes} likes" },
  ],
};
const words = (key: string): string => texts.find(`stage.alert.${key}`) ?? "";
const start = Date.parse("2026-01-12T09:30:00Z");
const at = (s: number): string => new Date(start + s * 1000).toISOString();

test("the chat shows what its options let in", () => {
  const hides = (more: Partial<ChatOptions>, e: LiveEvent): boolean => chatLine(e, { ...chat, ...more }) === undefined;
  const cases: [string, boolean, Partial<ChatOptions>, LiveEvent][] = [
    ["a comment", false, {}, comment(1)],
    ["history", true, {}, comment(1, "hi", { history: true })],
    ["a rehearsal's", true, { rehearsal: false }, comment(1, "hi", { origin: "simulated" })],
    ["a join nobody asked for", true, {}, event("join", 1, { user: mai })],
    ["a follow", false, {}, event("follow", 1, { user: mai })],
    ["a streak that goes on", true, {}, gift(1, 9, true)],
    ["a streak's end", false, {}, gift(1, 9, false)],
    ["a small gift", true, {}, gift(1, 4, false)],
    ["a link", true, { filter: { hide_links: true } }, comment(1, "see WWW.example.com")],
    ["a command", true, { filter: { hide_commands: true } }, comment(1, " !song")],
    ["a word", true, { filter: { hide_words: ["Spoiler"] } }, comment(1, "a sPOILER!")],
    ["a viewer", true, { filter: { hide_viewers: ["@MAI"] } }, comment(1)],
    ["a role that is not theirs", true, { filter: { roles: ["moderator"] } }, comment(1)],
    ["nothing but spaces", true, {}, comment(1, "  ")],
  ];
  for (const [name, hidden, more, e] of cases) equal(hides(more, e), hidden, name);
  const long = chatLine(comment(1, "👨‍👩‍👧 family"), { ...chat, filter: { max_runes: 1 } });
  equal(long?.event_type === "comment" && long.data.comment, "👨‍👩‍👧…");
});

test("one alert at a time, for its time, with a pause between", () => {
  const q = new AlertQueue(alerts, words, "ann");
  const seen: string[] = [];
  for (let s = 0; s <= 20; s += 1) {
    const events = s === 1 ? [event("follow", 1, { user: mai, timestamp: at(1) }), gift(2, 5, false, { user: yoru, event: {} })] : [];
    for (const f of q.step(events, start + s * 1000)) seen.push(`${s} ${f.action} ${f.alert?.title}`);
  }
  deepEqual(seen, ["1 show Mai", "5 end Mai", "6 show 夜の散歩者", "14 end 夜の散歩者"]);
});

test("a streak is one alert that grows", () => {
  const q = new AlertQueue(alerts, words, "ann");
  equal(q.step([gift(1, 1, true)], start)[0]?.alert?.count, 1);
  const grown = q.step([gift(2, 7, true), gift(3, 9, false)], start + 1_000);
  deepEqual(grown.map((f) => [f.action, f.id, f.alert?.count]), [["update", "s7-1", 7], ["update", "s7-1", 9]]);
});

test("the rule that fits best", () => {
  const title = (e: LiveEvent): string | undefined => new AlertQueue(alerts, words, "ann").step([e], start)[0]?.alert?.title;
  equal(title(gift(1, 1, false, { price: 1000 })), "Big! Mai");
  equal(title(event("share", 1, { user: mai })), undefined);
  const special = gift(1, 1, false, { price: 1000 });
  if (special.event_type === "gift") special.data.gift.id = 99;
  equal(title(special), "The one");
  equal(title(gift(1, 1, false, { user: { ...mai, nickname: "{likes} {room}" }, price: 1000 })), "Big! {likes} {room}");
});

test("likes are told at each thousand, and not those of before", () => {
  const q = new AlertQueue(alerts, words, "ann");
  const like = (seq: number, total: number): LiveEvent => event("like", seq, { user: mai, count: 5, total_likes: total });
  equal(q.step([like(1, 5_990)], start).length, 0);
  const told = q.step([like(2, 6_003)], start)[0];
  equal(told?.alert?.title, "6000 likes");
  equal(told?.alert?.user, undefined);
});

test("when too much waits the cheapest goes, and all are shorter", () => {
  const q = new AlertQueue(alerts, words, "ann");
  const shown: number[] = [];
  const first = q.step([10, 50, 2, 40, 30].map((n, i) => gift(i + 1, n, false, { streak: `s${i}` })), start);
  for (const f of first) shown.push(f.alert!.count!);
  for (let s = 1; s < 40; s++) for (const f of q.step([], start + s * 1000)) if (f.action === "show") shown.push(f.alert!.count!);
  deepEqual(shown, [50, 40, 30]);
  q.clear();
  deepEqual(q.step([], start + 60_000), []);
});
