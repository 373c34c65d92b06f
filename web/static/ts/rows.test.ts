import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, lineText } from "./describe";
import { belongs, hasRole, hidable, keeps, plain, Rows, type Group } from "./rows";
import { comment, event, gift, mai, texts, yoru } from "./testing";
import type { LiveEvent } from "./wire.gen";

function rowsOf(...events: LiveEvent[]): Rows {
  const rows = new Rows();
  for (const e of events) rows.add(e);
  return rows;
}

const said = (rows: Rows) => rows.list.map((row) => lineText(describe(row, texts)).trim());

test("a streak is one row that grows where it began", () => {
  const rows = rowsOf(gift(1, 1, true), comment(2), gift(3, 2, true), gift(4, 3, false));
  assert.deepEqual(said(rows), ["Mai sent Rose ×3", "Mai hi"]);
  assert.equal(rows.list[0]!.seq, 1);
});

test("another viewer, gift or streak is another row", () => {
  const rows = rowsOf(gift(1, 1, true), gift(2, 1, true, { user: yoru }), gift(3, 1, true, { streak: "s2" }));
  assert.equal(rows.list.length, 3);
});

test("a streak that went on after it was closed says all its pieces", () => {
  const rows = rowsOf(gift(1, 5, false), gift(2, 3, false, { booked: 5 }));
  assert.deepEqual(said(rows), ["Mai sent Rose ×8"]);
});

test("who only came in or tapped within some seconds is one grey line", () => {
  const join = (seq: number, s = 0) => event("join", seq, { user: mai, timestamp: `2026-01-12T09:30:${String(s).padStart(2, "0")}Z` });
  const like = (seq: number, count: number) => event("like", seq, { user: mai, count, total_likes: 0 });
  assert.deepEqual(said(rowsOf(join(1))), ["Mai joined"]);
  const rows = rowsOf(join(1), like(2, 5), join(3), like(4, 7), comment(5), join(6, 14), join(7, 15));
  assert.deepEqual(said(rows), ["3 people joined · 12 likes", "Mai hi", "Mai joined"]);
});

test("made-up and real people do not share a line", () => {
  const rows = rowsOf(event("join", 1, { user: mai }), event("join", 2, { user: mai }, { origin: "simulated" }));
  assert.equal(rows.list.length, 2);
});

test("the viewer counter is no row", () => {
  assert.equal(rowsOf(event("viewers", 1, { viewers: 5, total_viewers: 5 })).list.length, 0);
});

test("a moderator takes away messages and people", () => {
  const rows = rowsOf(
    comment(1, "bad", { source_id: "a" }), comment(2, "good", { source_id: "b" }),
    event("comment", 3, { user: yoru, comment: "worse" }), event("delete", 4, { source_ids: ["a"], user_ids: ["2"] }),
  );
  assert.deepEqual(said(rows), ["Mai removed by a moderator", "Mai good", "夜の散歩者 removed by a moderator", "A moderator removed messages"]);
});

test("what the team hides stays to be read, struck, and says who hid it; gifts and later messages are not hidden", () => {
  const by = { author: "linh" };
  const rows = rowsOf(
    comment(1, "rude", { origin: "simulated" }), comment(2, "good"), event("comment", 3, { user: yoru, comment: "spam" }), gift(4, 1, false, { user: yoru }),
    event("delete", 5, by, { cause: 1 }), event("delete", 6, { ...by, user_ids: ["2"] }), event("comment", 7, { user: yoru, comment: "sorry" }),
  );
  assert.deepEqual(said(rows), ["Mai rude", "Mai good", "夜の散歩者 spam", "夜の散歩者 sent Rose ×1", "linh hid a message from the audience",
    "linh hid what a viewer had written", "夜の散歩者 sorry"]);
  assert.deepEqual(rows.list.map((row) => describe(row, texts).aside), ["hidden by linh", undefined, "hidden by linh", undefined, undefined, undefined, undefined]);
  assert.deepEqual(rows.list.map(hidable), [false, true, false, false, false, false, true]);
});

test("keeps the newest thousands", () => {
  const rows = new Rows();
  for (let i = 1; i <= 12_000; i++) rows.add(comment(i));
  assert.ok(rows.list.length >= 5_000 && rows.list.length <= 5_100);
  assert.equal(rows.list.at(-1)!.seq, 12_000);
});

test("of what must not be missed the newest stay, of all else what may still grow", () => {
  const rows = new Rows(600, keeps);
  const tap = (seq: number, count: number, begun: number) => gift(seq, count, true, { streak: `s${begun}` });
  for (let i = 1; i <= 20_000; i++) rows.add(i % 50 === 0 ? event("question", i, { user: mai, question_id: `${i}`, question: "why" }) : tap(i, 1, i));
  assert.ok(rows.list.length >= 400 && rows.list.length <= 700);
  const kept = rows.list.filter(keeps).map((row) => row.seq);
  assert.deepEqual(kept, Array.from(kept, (_, i) => 20_000 - 50 * (kept.length - 1 - i)));
  assert.ok(kept.length >= 200);
  rows.add(tap(20_001, 100, 19_701));
  assert.deepEqual(rows.list.filter(keeps).find((row) => row.event.seq === 20_001)?.seq, 19_701, "a streak begun 300 rows ago");
});

test("groups", () => {
  const [chat, asks] = rowsOf(comment(1, "hello"), comment(2, "歌ってくれる？")).list;
  const only = (...groups: Group[]) => new Set(groups);
  assert.ok(belongs(chat!, only("chat")) && belongs(chat!, only("gifts", "chat")) && !belongs(chat!, only("questions")));
  assert.ok(belongs(asks!, only("questions")) && belongs(asks!, only("chat")));
  const host = rowsOf(event("comment", 1, { user: { ...mai, roles: ["host"] }, comment: "welcome" })).list[0]!;
  assert.ok(belongs(host, only("host")) && !belongs(host, only("gifts")));
});

test("what must not be missed", () => {
  const question = event("question", 1, { user: mai, question_id: "1", question: "why" });
  const rows = rowsOf(gift(1, 99, true), question, comment(3), gift(4, 1, false, { price: 1000, streak: "s2" }), gift(5, 9, false, { price: 1, streak: "s3" }));
  assert.deepEqual(rows.list.filter(keeps).map((row) => row.seq), [1, 4], "a question and a Galaxy");
  rows.add(gift(6, 100, false));
  assert.deepEqual(rows.list.filter(keeps).map((row) => row.seq), [1, 1, 4], "a streak once it is worth it");
});

test("search folds case, marks and đ", () => {
  assert.equal(plain("ĐẸP quá"), "dep qua");
  assert.equal(plain("ＡＢＣ"), "abc");
});

const pin = (seq: number, cause: number, action = "pin") => event("pin", seq, { action, method: "team", text: "hi", author: "linh" }, { cause, origin: "system" });

test("what the team pins is marked where it stands, until it is taken off", () => {
  const rows = rowsOf(comment(1), comment(2), pin(3, 1));
  assert.deepEqual(rows.list.map((row) => row.pin), [1, undefined, undefined]);
  rows.add(pin(4, 1, "unpin"));
  assert.equal(rows.list[0]!.pin, undefined);
  assert.match(said(rows)[2]!, /^linh pinned “hi”/);
});

test("a pin made before its line is loaded, and one in the middle of a streak", () => {
  const rows = new Rows();
  rows.pinned(pin(9, 5) as Parameters<typeof rows.pinned>[0]);
  rows.add(comment(5));
  assert.equal(rows.list[0]!.pin, 5);
  const streak = rowsOf(gift(1, 1, true), gift(2, 2, true), gift(3, 3, true));
  streak.add(event("pin", 4, { action: "pin", method: "team", pinned_user: mai }, { cause: 2 }));
  assert.equal(streak.list[0]!.pin, 2);
});

test("TikTok's own pins mark nothing here", () => {
  const rows = rowsOf(comment(1), event("pin", 2, { action: "pin", method: "moderator" }, { cause: 1 }));
  assert.equal(rows.list[0]!.pin, undefined);
});

test("roles narrow the list to people who have one of them", () => {
  const [mod, plainOne, crowd] = rowsOf(
    event("comment", 1, { user: { ...mai, roles: ["moderator", "follower"] }, comment: "hi" }), comment(2), event("join", 3, { user: { ...mai, roles: ["follower"] } }),
  ).list;
  assert.ok(hasRole(mod!, new Set(["follower"])) && hasRole(mod!, new Set(["gifter", "moderator"])));
  assert.ok(!hasRole(plainOne!, new Set(["follower"])) && !hasRole(crowd!, new Set(["follower"])));
});

test("what the team hid can be shown again, what TikTok removed cannot", () => {
  const rows = new Rows();
  const by = { author: "linh", user_ids: [] as string[] };
  for (const e of [
    event("comment", 1, { user: mai, comment: "a" }), event("comment", 2, { user: mai, comment: "b" }, { source_id: "x" }),
    event("delete", 3, by, { cause: 1 }), event("delete", 4, by, { cause: 2 }), event("delete", 5, { source_ids: ["x"] }),
    event("delete", 6, { ...by, shown: true }, { cause: 1 }), event("delete", 7, { ...by, user_ids: ["1"], shown: true }),
  ]) rows.add(e);
  assert.deepEqual(rows.list.slice(0, 2).map((row) => row.gone?.seq), [undefined, 5]);
});
