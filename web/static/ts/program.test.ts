import assert from "node:assert/strict";
import { test } from "node:test";
import { again, ahead, clockTime, eventOf, minutesText, moving, nextItem, preview, ran, readMinutes, tell, type Call, type Desk, type Item, type OnAir } from "./program";
import { LiveStreamClient } from "./story-client";

const item = (id: number, state: Item["state"], more: Partial<Item> = {}): Item => ({
  id, program_id: `item-${id}`, name: `Program ${id}`, type: "gaming", planned_seconds: 2400, state, ...more,
});
const on = (more: Partial<OnAir> = {}): OnAir => ({ program_id: "item-1", name: "歌回", type: "singing", seq: 5, paused: false, ran_seconds: 100, planned_seconds: 2400, ...more });
const desk = (more: Partial<Desk> = {}): Desk => ({
  session_id: 7, open: true, phase: "idle", program: null, last: 0, actions: ["start"], items: [], host: { story_id: "1", name: "Mimi", paused: false, url: "/x" }, calls: [], ...more,
});
const call = (state: Call["state"], more: Partial<Call> = {}): Call => ({
  session_id: 7, seq: 5, key: "s7-5", at: "2026-01-12T09:30:00Z", program: { action: "start", programName: "歌回" }, state, tries: 1, ...more,
});

test("a clock runs while the program does, and stands while it is paused", () => {
  assert.equal(ran(on(), 1_500), 101.5);
  assert.equal(ran(on({ paused: true }), 60_000), 100);
  assert.deepEqual([0, 59.9, 61, 3599, 3600, 86_400, -5].map(clockTime), ["00:00", "00:59", "01:01", "59:59", "1:00:00", "24:00:00", "00:00"]);
});

test("what is next is the first program that was not on", () => {
  assert.equal(nextItem(desk({ items: [item(1, "done"), item(2, "on"), item(3, "planned"), item(4, "planned")] }))?.id, 3);
  assert.equal(nextItem(desk({ items: [item(1, "done")] })), undefined);
});

test("of what is done only the last one stays in sight", () => {
  const states = (...s: Item["state"][]) => ahead(s.map((state, n) => item(n, state))).map((i) => i.id);
  assert.deepEqual(states("done", "done", "on", "planned"), [1, 2, 3]);
  assert.deepEqual(states("planned", "done", "planned"), [0, 1, 2]);
  assert.deepEqual(states("done", "done"), [1]);
  assert.deepEqual(states(), []);
});

test("the preview is what each thing that may happen next would send", () => {
  assert.deepEqual(preview(desk({ items: [item(3, "planned")] }), 0), [
    { type: "program_event", data: { action: "start", programName: "Program 3", programId: "item-3", programType: "gaming" } },
  ]);
  assert.deepEqual(preview(desk(), 0), [], "nothing is planned, so nothing can be started");
  assert.deepEqual(preview(desk({ phase: "running", program: on(), actions: ["pause", "finish"] }), 1421.4), [
    { type: "program_event", data: { action: "pause", programName: "歌回", programId: "item-1", programType: "singing" } },
    { type: "program_event", data: { action: "finish", programName: "歌回", programId: "item-1", programType: "singing", duration: 1421 } },
  ]);
  assert.deepEqual(eventOf(desk({ program: on({ program_id: "", type: "" }) }), "finish", undefined, 0.2), { action: "finish", programName: "歌回", duration: 1 });
});

test("the host is told again about what it did not answer, and only while it can be", () => {
  const states = ["untold", "waiting", "asking", "answered", "failed", "skipped", "unanswered"] as const;
  assert.deepEqual(states.filter((s) => again(desk(), call(s))), ["untold", "failed", "skipped", "unanswered"]);
  assert.equal(again(desk({ open: false }), call("failed")), false);
  assert.equal(again(desk({ host: null }), call("failed")), false);
  assert.equal(moving(desk({ calls: [call("answered"), call("failed")] })), false);
  assert.equal(moving(desk({ calls: [call("failed", { error: { retry_at: "2026-01-12T09:30:02Z" } })] })), true);
  assert.equal(moving(desk({ calls: [call("asking")] })), true);
  assert.equal(moving(desk({ calls: [call("waiting")] })), true);
  assert.equal(moving(desk({ calls: [call("waiting")], host: { story_id: "1", name: "Mimi", paused: true, url: "/x" } })), false);
});

test("each action goes through the client library, under the key of its event", async () => {
  const sent: unknown[] = [];
  const fetcher = (async (url: string, init: RequestInit) => {
    sent.push([url, (init.headers as Record<string, string>)["Idempotency-Key"], JSON.parse(init.body as string)]);
    return new Response(JSON.stringify({ clips: [] }));
  }) as typeof fetch;
  const client = new LiveStreamClient({ storyId: "1", fetch: fetcher });
  const data = { programName: "歌回", programId: "item-1", programType: "singing" } as const;
  await tell(client, { seq: 5, key: "s7-5", event: { type: "program_event", data: { action: "start", ...data } } });
  await tell(client, { seq: 6, key: "s7-6", event: { type: "program_event", data: { action: "pause", programName: "歌回" } } });
  await tell(client, { seq: 7, key: "s7-7", event: { type: "program_event", data: { action: "resume", programName: "歌回" } } });
  await tell(client, { seq: 8, key: "s7-8", event: { type: "program_event", data: { action: "finish", ...data, duration: 90 } } });
  const path = "/api/stories/1/message";
  assert.deepEqual(sent, [
    [path, "s7-5", { type: "program_event", data: { action: "start", ...data } }],
    [path, "s7-6", { type: "program_event", data: { action: "pause", programName: "歌回" } }],
    [path, "s7-7", { type: "program_event", data: { action: "resume", programName: "歌回" } }],
    [path, "s7-8", { type: "program_event", data: { action: "finish", ...data, duration: 90 } }],
  ]);
});

test("minutes are read as people write them", () => {
  assert.deepEqual(["40", " 1,5 ", "0.25", "", "0"].map(readMinutes), [2400, 90, 15, 0, 0]);
  assert.deepEqual(["soon", "-1", "1441", "1:30", "NaN", "1e9"].map(readMinutes), [undefined, undefined, undefined, undefined, undefined, undefined]);
  assert.deepEqual([0, 90, 2400, 100].map(minutesText), ["", "1.5", "40", "1.67"]);
});
