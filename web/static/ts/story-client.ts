// A client of the story API for other programs' pages: one ES module without dependencies, served at /story-client.js.
//
//   import { LiveStreamClient } from "https://panel.example/story-client.js";
//   const host = new LiveStreamClient({ baseUrl: "https://panel.example", storyId: "1", token });
//   const answer = await host.sendGift("generous_fan", "超级火箭", 3, "继续加油！");

export interface UserChat {
  message: string;
  username?: string | undefined;
  timestamp?: number | undefined; // ms
}

export interface GiftEvent {
  username: string;
  giftName: string;
  giftCount?: number | undefined; // 1 if left out
  giftValue?: number | undefined; // of all pieces together
  message?: string | undefined;
}

export type ProgramType = "singing" | "chatting" | "gaming" | "drawing" | "other";

export interface ProgramEvent {
  action: "start" | "finish" | "pause" | "resume";
  programName: string;
  programId?: string | undefined;
  programType?: ProgramType | undefined;
  duration?: number | undefined; // seconds
  metadata?: Record<string, unknown> | undefined;
}

/** What a story takes. */
export type StoryEvent =
  | { type: "user_chat"; data: UserChat }
  | { type: "gift_event"; data: GiftEvent }
  | { type: "program_event"; data: ProgramEvent }
  | { type: "simple_text"; data: { text: string } };

/** One beat of the host's answer. */
export interface Clip {
  body: string;
  face: string;
  speech: string;
  body_id?: "idle" | "wave" | "nod" | "bow" | "clap" | "cheer" | "think" | "point" | "heart";
  face_id?: "neutral" | "happy" | "angry" | "sad" | "relaxed" | "surprised" | "shy" | "thinking";
}

export interface Answer {
  turn_id: string;
  event: StoryEvent; // normalised
  clips: Clip[];
  responder: "template" | "model";
  took_ms: number;
  fallback?: string; // why the template spoke in place of the model
  guarded?: string[]; // what the guards replaced
}

/** What becomes known while the host answers, in this order. A clip is whole; a delta is a piece of what is being written. */
export type StoryProgress =
  | { type: "start"; turn_id: string; event: StoryEvent }
  | { type: "thinking" }
  | { type: "delta"; text: string }
  | { type: "clip"; clip: Clip }
  | { type: "finish"; answer: Answer };

export interface FieldError {
  path: string; // in the event, for example "data.giftCount"; "" is the event as a whole
  message: string; // in English
  rule?: string; // which rule is broken, for words in other languages
  args?: Record<string, string | number>; // what such words name
}

/** Why there is no answer. `message` is for a person. */
export class StoryError extends Error {
  override readonly name = "StoryError";
  readonly status: number; // of HTTP; 0 where there was no answer at all
  readonly code: string; // invalid, unauthorized, not_found, conflict (paused), limited, upstream, unavailable, internal, or network
  readonly fields: FieldError[]; // what is wrong with the event
  readonly retryAfter: number | undefined; // seconds, when asking again makes sense

  constructor(status: number, problem: Problem, cause?: unknown) {
    super(problem.detail || problem.title || `The story answered with status ${status}.`, { cause });
    this.status = status;
    this.code = problem.code || "internal";
    this.fields = (problem.errors ?? []).map((e) => ({ ...e, path: e.path.replace(/^body\.?/, "") }));
    this.retryAfter = problem.retry_after;
  }
}

interface Problem {
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  errors?: FieldError[];
  retry_after?: number | undefined;
}

export interface ClientOptions {
  baseUrl?: string; // of the panel; the page's own origin if left out
  storyId: string;
  token?: string; // a bearer token; a page of the panel itself needs none
  fetch?: typeof fetch; // for tests
}

export interface SendOptions {
  signal?: AbortSignal;
  key?: string; // names the message: sent again under the same key, it is answered from what was stored
}

/** What else may be told about a program. */
export interface ProgramOptions extends SendOptions {
  programId?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
}

export class LiveStreamClient {
  private readonly url: string;
  private readonly headers: Record<string, string>;
  private readonly fetch: typeof fetch;

  constructor({ baseUrl = "", storyId, token, fetch: fetcher }: ClientOptions) {
    this.url = `${baseUrl.replace(/\/+$/, "")}/api/stories/${encodeURIComponent(storyId)}/message`;
    this.headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    this.fetch = fetcher ?? ((input, init) => fetch(input, init)); // fetch must not be called as a method of this
  }

  /** A viewer's chat line. */
  sendMessage(message: string, username?: string): Promise<Answer> {
    return this.sendEvent({ type: "user_chat", data: { message, username } });
  }

  sendGift(username: string, giftName: string, count: number, message?: string, giftValue?: number): Promise<Answer> {
    return this.sendEvent({ type: "gift_event", data: { username, giftName, giftCount: count, message, giftValue } });
  }

  startProgram(programName: string, programType?: ProgramType, options?: ProgramOptions): Promise<Answer> {
    return this.program({ action: "start", programName, programType }, options);
  }

  finishProgram(programName: string, duration?: number, programType?: ProgramType, options?: ProgramOptions): Promise<Answer> {
    return this.program({ action: "finish", programName, duration, programType }, options);
  }

  pauseProgram(programName: string, options?: ProgramOptions): Promise<Answer> {
    return this.program({ action: "pause", programName }, options);
  }

  resumeProgram(programName: string, options?: ProgramOptions): Promise<Answer> {
    return this.program({ action: "resume", programName }, options);
  }

  private program(data: ProgramEvent, { programId, metadata, ...options }: ProgramOptions = {}): Promise<Answer> {
    return this.sendEvent({ type: "program_event", data: { ...data, programId, metadata } }, options);
  }

  /** Sends an event and returns the whole answer. Throws a StoryError. */
  async sendEvent(event: StoryEvent, options: SendOptions = {}): Promise<Answer> {
    const response = await this.post(event, "application/json", options);
    return (await response.json()) as Answer;
  }

  /** Sends an event and yields the answer as it comes. Throws a StoryError, also after some of it. */
  async *streamEvent(event: StoryEvent, options: SendOptions = {}): AsyncGenerator<StoryProgress, void, undefined> {
    const response = await this.post(event, "text/event-stream", options);
    for await (const e of readEvents(response.body!)) {
      const data = JSON.parse(e.data) as unknown;
      switch (e.event) {
        case "start":
          yield { type: "start", ...(data as { turn_id: string; event: StoryEvent }) };
          break;
        case "thinking":
          yield { type: "thinking" };
          break;
        case "delta":
          yield { type: "delta", text: (data as { text: string }).text };
          break;
        case "clip":
          yield { type: "clip", clip: data as Clip };
          break;
        case "error":
          throw new StoryError((data as Problem).status ?? 0, data as Problem);
        case "finish":
          yield { type: "finish", answer: data as Answer };
          return;
      }
    }
    throw new StoryError(0, { code: "network", detail: "The answer broke off." });
  }

  private async post(event: StoryEvent, accept: string, { signal, key }: SendOptions): Promise<Response> {
    const headers = { ...this.headers, Accept: accept, ...(key ? { "Idempotency-Key": key } : {}) };
    let response: Response;
    try {
      response = await this.fetch(this.url, { method: "POST", headers, body: JSON.stringify(event), signal: signal ?? null });
    } catch (cause) {
      if (signal?.aborted) throw cause; // the caller's own wish is no error of the story
      throw new StoryError(0, { code: "network", detail: "The story cannot be reached." }, cause);
    }
    if (!response.ok) throw new StoryError(response.status, await problemOf(response));
    return response;
  }
}

/** The problem of a refusal; a proxy's error page is none. */
async function problemOf(response: Response): Promise<Problem> {
  const after = Number(response.headers.get("Retry-After") ?? NaN);
  const retry_after = Number.isFinite(after) ? after : undefined;
  try {
    return { retry_after, ...((await response.json()) as Problem) };
  } catch {
    return { retry_after };
  }
}

export interface ServerSentEvent {
  event: string;
  data: string;
}

/** Reads server-sent events from a response's body, wherever the network cut it. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
      rest = done ? "" : blocks.pop()!;
      for (const block of blocks) {
        const event = parseBlock(block);
        if (event) yield event;
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the caller may leave in the middle
  }
}

function parseBlock(block: string): ServerSentEvent | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    if (field === "data") data.push(value);
  }
  return data.length > 0 ? { event, data: data.join("\n") } : undefined;
}
