import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveStreamClient, StoryError, readEvents, type StoryProgress } from "./story-client";

interface Sent {
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

const answer = { turn_id: "t1", event: { type: "user_chat", data: { message: "hi" } }, clips: [{ body: "wave", face: "happy", speech: "Hello!" }], responder: "template", took_ms: 2 };

/** A client whose requests are kept, and answered with what `reply` makes. */
function client(reply: () => Response | Promise<Response>): { host: LiveStreamClient; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetcher = (async (url: string, init: RequestInit) => {
    sent.push({ url, headers: init.headers as Record<string, string>, body: JSON.parse(init.body as string) });
    return reply();
  }) as typeof fetch;
  return { host: new LiveStreamClient({ baseUrl: "https://panel.example/", storyId: "1", token: "secret", fetch: fetcher }), sent };
}

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response => new Response(JSON.stringify(value), { status, headers });

/** A stream that arrives in pieces of `size` bytes. */
function pieces(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, (at += size)));
    },
  });
}

/** The error of what must fail. */
async function failure(sending: Promise<unknown>): Promise<StoryError> {
  const err = await sending.then(() => undefined, (e: unknown) => e);
  assert.ok(err instanceof StoryError, `no StoryError but ${String(err)}`);
  return err;
}

test("each method sends the seed document's event", async () => {
  const { host, sent } = client(() => json(answer));
  assert.deepEqual(await host.sendMessage("今天天气真好！", "user123"), answer);
  await host.sendMessage("666");
  await host.sendGift("generous_fan", "超级火箭", 3, "继续加油！", 299.99);
  await host.startProgram("歌回", "singing");
  await host.finishProgram("Minecraft", 7200, "gaming");
  await host.pauseProgram("自由聊天");
  await host.resumeProgram("自由聊天");
  await host.startProgram("Minecraft", "gaming", { programId: "item-7", metadata: { world: 3 }, key: "s7-1042" });
  assert.deepEqual(sent.map((s) => s.body), [
    { type: "user_chat", data: { message: "今天天气真好！", username: "user123" } },
    { type: "user_chat", data: { message: "666" } },
    { type: "gift_event", data: { username: "generous_fan", giftName: "超级火箭", giftCount: 3, message: "继续加油！", giftValue: 299.99 } },
    { type: "program_event", data: { action: "start", programName: "歌回", programType: "singing" } },
    { type: "program_event", data: { action: "finish", programName: "Minecraft", duration: 7200, programType: "gaming" } },
    { type: "program_event", data: { action: "pause", programName: "自由聊天" } },
    { type: "program_event", data: { action: "resume", programName: "自由聊天" } },
    { type: "program_event", data: { action: "start", programName: "Minecraft", programType: "gaming", programId: "item-7", metadata: { world: 3 } } },
  ]);
  assert.equal(sent[0]!.url, "https://panel.example/api/stories/1/message");
  assert.equal(sent[0]!.headers["Authorization"], "Bearer secret");
});

test("a key makes a message safe to send again", async () => {
  const { host, sent } = client(() => json(answer));
  await host.sendEvent({ type: "simple_text", data: { text: "hi" } }, { key: "k1" });
  assert.equal(sent[0]!.headers["Idempotency-Key"], "k1");
});

test("a refusal says which fields are at fault", async () => {
  const { host } = client(() => json({
    status: 422, code: "invalid", detail: "This is required.", errors: [{ path: "body.data.giftName", message: "This is required." }, { path: "body", message: "no" }],
  }, 422));
  const err = await failure(host.sendGift("a", "", 1));
  assert.equal(err.status, 422);
  assert.equal(err.message, "This is required.");
  assert.deepEqual(err.fields, [{ path: "data.giftName", message: "This is required." }, { path: "", message: "no" }]);
});

test("too fast says when to come back, whoever says it", async () => {
  for (const reply of [() => json({ code: "limited", detail: "slow down", retry_after: 3 }, 429), () => new Response("<html>", { status: 429, headers: { "Retry-After": "3" } })]) {
    const err = await failure(client(reply).host.sendMessage("hi"));
    assert.equal(err.retryAfter, 3);
    assert.equal(err.status, 429);
  }
});

test("no network is a StoryError, an abort stays one", async () => {
  const { host } = client(() => Promise.reject(new TypeError("fetch failed")));
  const err = await failure(host.sendMessage("hi"));
  assert.equal(err.code, "network");
  const aborted = AbortSignal.abort();
  await assert.rejects(host.sendEvent({ type: "simple_text", data: { text: "hi" } }, { signal: aborted }), (e: unknown) => !(e instanceof StoryError));
});

test("a stream yields what becomes known", async () => {
  const clip = answer.clips[0];
  const stream = [
    `event: start\ndata: {"turn_id":"t1","event":${JSON.stringify(answer.event)}}\n\n`, "event: thinking\ndata: {}\n\n",
    'event: delta\ndata: {"text":"Hel"}\n\n', ": a comment\n\n", `event: clip\ndata: ${JSON.stringify(clip)}\n\n`,
    `event: finish\ndata: ${JSON.stringify(answer)}\n\n`,
  ].join("");
  const { host, sent } = client(() => new Response(pieces(stream, 7)));
  const got: StoryProgress[] = [];
  for await (const p of host.streamEvent({ type: "user_chat", data: { message: "hi" } })) got.push(p);
  assert.deepEqual(got, [
    { type: "start", turn_id: "t1", event: answer.event }, { type: "thinking" }, { type: "delta", text: "Hel" }, { type: "clip", clip }, { type: "finish", answer },
  ]);
  assert.equal(sent[0]!.headers["Accept"], "text/event-stream");
});

test("a stream that fails throws, one that breaks off too", async () => {
  const failing = 'event: error\ndata: {"status":429,"code":"limited","detail":"slow down","retry_after":1}\n\nevent: finish\ndata: {"turn_id":"t1"}\n\n';
  for (const [stream, code] of [[failing, "limited"], ["event: thinking\ndata: {}\n\n", "network"]] as const) {
    const { host } = client(() => new Response(pieces(stream, 5)));
    await assert.rejects(async () => {
      for await (const _ of host.streamEvent({ type: "user_chat", data: { message: "hi" } })) { /* until it fails */ }
    }, (e: unknown) => e instanceof StoryError && e.code === code);
  }
});

test("events are read wherever the network cuts", async () => {
  const stream = "event: a\r\ndata: 加油\r\ndata:二\r\n\r\ndata\n\nevent: b\ndata: last\n\n";
  for (const size of [1, 2, 3, 50]) {
    const got = [];
    for await (const e of readEvents(pieces(stream, size))) got.push(e);
    assert.deepEqual(got, [{ event: "a", data: "加油\n二" }, { event: "message", data: "" }, { event: "b", data: "last" }], `pieces of ${size}`);
  }
});
