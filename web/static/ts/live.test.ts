import assert from "node:assert/strict";
import { test } from "node:test";
import { Live, type Health, type Link, type Socket, type World } from "./live";
import { comment } from "./testing";
import type { LiveEvent } from "./wire.gen";

class FakeSocket implements Socket {
  onmessage: ((e: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  constructor(readonly url: URL) {}

  close(): void {
    this.closed = true;
  }
  send(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  hello(session_id: number, last: number): void {
    this.send({ type: "hello", session_id, last });
  }
  events(...events: LiveEvent[]): void {
    this.send({ type: "events", events });
  }
  /** The other side is gone. */
  die(): void {
    this.onclose?.();
  }
}

/** A world whose time stands still until it is told to pass. */
class FakeWorld implements World {
  sockets: FakeSocket[] = [];
  dice = 0.5;
  private time = 1_000_000;
  private timers = new Map<number, { at: number; f: () => void }>();
  private ids = 0;

  open(url: string): Socket {
    const socket = new FakeSocket(new URL(url, "ws://panel"));
    this.sockets.push(socket);
    return socket;
  }
  now = () => this.time;
  random = () => this.dice;
  after = (ms: number, f: () => void) => {
    this.timers.set(++this.ids, { at: this.time + ms, f });
    return this.ids;
  };
  cancel = (id: unknown) => void this.timers.delete(id as number);

  pass(ms: number): void {
    this.time += ms;
    for (const [id, t] of [...this.timers]) {
      if (t.at > this.time || !this.timers.delete(id)) continue;
      t.f();
    }
  }
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
  get query(): string {
    return this.socket.url.search;
  }
}

function start() {
  const world = new FakeWorld();
  const got = { sessions: [] as number[], seqs: [] as string[], health: [] as Health[], links: [] as Link[] };
  const live = new Live("/api/rooms/mai/follow", {
    session: (id) => got.sessions.push(id),
    events: (events) => got.seqs.push(...events.map((e) => `${e.session_id}/${e.seq}`)),
    health: (h) => got.health.push(h),
    link: (l) => got.links.push(l),
  }, world);
  live.start();
  return { world, got, live };
}

const of = (session: number, ...seqs: number[]) => seqs.map((seq) => comment(seq, "", { session_id: session }));

test("asks for a backlog first, and after a loss for what comes next", () => {
  const { world, got } = start();
  assert.equal(world.query, "?after=-200&gather=250");
  world.socket.hello(7, 1000);
  world.socket.events(...of(7, 801, 802, 803));
  assert.deepEqual(got.sessions, [7]);
  world.socket.die();
  world.pass(30_000);
  assert.equal(world.query, "?after=803&gather=250&session=7");
  world.socket.hello(7, 1000);
  world.socket.events(...of(7, 804));
  assert.deepEqual(got.seqs, ["7/801", "7/802", "7/803", "7/804"]);
  assert.deepEqual(got.sessions, [7], "the same session again is no news");
});

test("drops what it had before", () => {
  const { world, got } = start();
  world.socket.hello(7, 3);
  world.socket.events(...of(7, 1, 2));
  world.socket.events(...of(7, 2, 1, 3));
  assert.deepEqual(got.seqs, ["7/1", "7/2", "7/3"]);
});

test("believes nothing behind a hole and asks again", () => {
  const { world, got } = start();
  world.socket.hello(7, 9);
  const first = world.socket;
  first.events(...of(7, 1, 2, 4, 5));
  assert.deepEqual(got.seqs, ["7/1", "7/2"]);
  assert.ok(first.closed);
  first.events(...of(7, 3));
  first.die();
  assert.deepEqual(got.seqs, ["7/1", "7/2"], "a socket given up has no say");
  world.pass(30_000);
  assert.equal(world.sockets.length, 2);
  assert.equal(world.query, "?after=2&gather=250&session=7");
  world.socket.hello(7, 9);
  world.socket.events(...of(7, 3, 4, 5));
  assert.deepEqual(got.seqs, ["7/1", "7/2", "7/3", "7/4", "7/5"]);
});

test("goes on to the next session over the same socket", () => {
  const { world, got } = start();
  world.socket.hello(7, 2);
  world.socket.events(...of(7, 1, 2));
  world.socket.hello(8, 0);
  world.socket.events(...of(8, 1));
  assert.deepEqual(got.sessions, [7, 8]);
  assert.deepEqual(got.seqs, ["7/1", "7/2", "8/1"]);
  world.socket.events(...of(7, 3));
  assert.deepEqual(got.seqs.length, 3, "a word of a past session is ignored");
});

test("goes on to the next session without a hello, from its first event", () => {
  const { world, got } = start();
  world.socket.hello(7, 1);
  world.socket.events(...of(7, 1), ...of(8, 1, 2));
  assert.deepEqual(got.sessions, [7, 8]);
  assert.deepEqual(got.seqs, ["7/1", "8/1", "8/2"]);
});

test("begins anew when the log is shorter than it was", () => {
  const { world, got } = start();
  world.socket.hello(7, 3);
  world.socket.events(...of(7, 1, 2, 3));
  world.socket.die();
  world.pass(30_000);
  world.socket.hello(7, 2);
  assert.equal(world.query, "?after=-200&gather=250&session=7");
  world.socket.hello(7, 2);
  world.socket.events(...of(7, 1, 2));
  assert.deepEqual(got.sessions, [7, 7]);
  assert.deepEqual(got.seqs.slice(3), ["7/1", "7/2"]);
});

test("comes back after any end, later and later, and soon again after success", () => {
  const { world, got } = start();
  world.dice = 1;
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    world.socket.die();
    const link = got.links.at(-1)!;
    assert.equal(link.state, "waiting");
    waits.push((link as { next: number }).next - world.now());
    world.pass(30_000);
  }
  assert.deepEqual(waits, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  world.socket.hello(7, 0);
  world.dice = 0;
  world.socket.die();
  assert.equal((got.links.at(-1) as { next: number }).next - world.now(), 1_000);
});

test("comes back when the server said it would be back", () => {
  const { world } = start();
  world.socket.hello(7, 0);
  world.socket.send({ type: "bye", retry: 700 });
  world.socket.die();
  world.pass(699);
  assert.equal(world.sockets.length, 1);
  world.pass(1);
  assert.equal(world.sockets.length, 2);
});

test("a bye cannot send it away for long", () => {
  const { world } = start();
  world.socket.send({ type: "bye", retry: 9e9 });
  world.socket.die();
  world.pass(30_000);
  assert.equal(world.sockets.length, 2);
});

test("wakes at once, but only one socket at a time", () => {
  const { world, live } = start();
  live.wake();
  assert.equal(world.sockets.length, 1, "it is connecting already");
  world.socket.die();
  live.wake();
  assert.equal(world.sockets.length, 2);
  world.pass(60_000);
  assert.equal(world.sockets.length, 2, "the timer it did not wait for is gone");
});

test("a socket without a word is replaced", () => {
  const { world, got } = start();
  world.socket.hello(7, 1);
  world.socket.events(...of(7, 1));
  world.pass(74_000);
  world.socket.send({ type: "health", health: { state: "live" } });
  world.pass(74_000);
  assert.equal(world.sockets.length, 1);
  world.pass(1_000);
  assert.equal(world.sockets.length, 2);
  assert.ok(world.sockets[0]!.closed);
  assert.equal(world.query, "?after=1&gather=250&session=7");
  assert.equal(got.health.length, 1);
});

test("is open from the first word on, whatever it is: a room without a session says no hello", () => {
  const { world, got } = start();
  assert.deepEqual(got.links, [{ state: "connecting" }]);
  world.socket.send({ type: "health", health: { state: "waiting" } });
  assert.deepEqual(got.links.at(-1), { state: "open" });
  world.socket.die();
  world.pass(30_000);
  assert.equal(world.query, "?after=-200&gather=250");
});

test("stopped is stopped", () => {
  const { world, live } = start();
  live.stop();
  assert.ok(world.socket.closed);
  world.socket.die();
  world.pass(120_000);
  assert.equal(world.sockets.length, 1);
});
