import assert from "node:assert/strict";
import { test } from "node:test";
import type { OverlayFrame, OverlayReport } from "../wire.gen";
import { Link, type Socket, type World } from "./link";

class FakeSocket implements Socket {
  onmessage: ((e: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readyState = 0;
  sent: OverlayReport[] = [];

  send(data: string): void {
    this.sent.push(JSON.parse(data) as OverlayReport);
  }
  close(): void {
    this.readyState = 3;
  }
  hear(frame: object): void {
    this.readyState = 1;
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  hello(): void {
    this.hear({ type: "hello", build: "b", now_ms: 1, last: 0 });
  }
  die(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

/** A world whose time stands still until it is told to pass. */
class FakeWorld implements World {
  sockets: FakeSocket[] = [];
  dice = 0.5;
  private time = 0;
  private timers = new Map<number, { at: number; f: () => void }>();
  private ids = 0;

  open(): Socket {
    this.sockets.push(new FakeSocket());
    return this.socket;
  }
  now = () => this.time;
  random = () => this.dice;
  after = (ms: number, f: () => void) => {
    this.timers.set(++this.ids, { at: this.time + ms, f });
    return this.ids;
  };
  cancel = (id: unknown) => void this.timers.delete(id as number);

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, t]) => t.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = due[1].at;
      due[1].f();
    }
    this.time = end;
  }
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
}

function start(): { world: FakeWorld; link: Link; frames: OverlayFrame[]; unheard: number[] } {
  const world = new FakeWorld();
  const frames: OverlayFrame[] = [];
  const unheard: number[] = [];
  const link = new Link("ws://panel/overlay/x/follow", { frame: (f) => void frames.push(f), unheard: (n) => void unheard.push(n) }, world);
  link.start();
  return { world, link, frames, unheard };
}

test("a page comes back after any end, for ever, each time a little later", () => {
  const { world } = start();
  const waits: number[] = [];
  for (let i = 0; i < 12; i++) {
    const n = world.sockets.length;
    const from = world.now();
    world.socket.die();
    while (world.sockets.length === n) world.pass(100);
    waits.push(world.now() - from);
  }
  for (const [i, wait] of waits.entries()) assert.ok(wait >= 1000 && wait <= 30_100, `wait ${i} is ${wait} ms`);
  assert.ok(waits[0]! < waits[3]! && waits[3]! < waits[7]!, `they grow: ${waits}`);
  assert.ok(waits[11]! > 10_000, "and stay long");
});

test("the wait is random, so that a hundred pages do not come at once", () => {
  const waits = [0, 0.25, 0.99].map((dice) => {
    const { world } = start();
    world.dice = dice;
    for (let i = 0; i < 8; i++) {
      world.socket.die();
      world.pass(30_000);
    }
    const n = world.sockets.length;
    world.socket.die();
    let ms = 0;
    while (world.sockets.length === n) world.pass((ms += 100, 100));
    return ms;
  });
  assert.ok(waits[0]! < waits[1]! && waits[1]! < waits[2]!, `${waits}`);
});

test("a clean end is one too, and the server says how long to wait", () => {
  const { world, frames } = start();
  world.socket.hello();
  world.socket.hear({ type: "bye", retry: 700 });
  world.socket.die();
  world.pass(600);
  assert.equal(world.sockets.length, 1);
  world.pass(200);
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(frames.map((f) => f.type), ["hello", "bye"]);
});

test("a connection that lasted makes the next wait short again; one that did not, does not", () => {
  const { world } = start();
  const wait = (): number => {
    const n = world.sockets.length;
    let ms = 0;
    world.socket.die();
    while (world.sockets.length === n) world.pass((ms += 50, 50));
    return ms;
  };
  const first = wait();
  for (let i = 0; i < 5; i++) {
    world.socket.hello(); // and is gone at once: a server that only greets
    wait();
  }
  assert.ok(wait() > 4 * first, "a server that hangs up at once is not pestered");
  world.socket.hello();
  world.pass(10_000);
  assert.ok(wait() <= first + 50);
});

test("silence is an end, whatever the socket believes", () => {
  const { world } = start();
  world.pass(14_000);
  assert.equal(world.sockets.length, 1, "it may take a while to open");
  world.pass(20_000);
  assert.ok(world.sockets.length >= 2, "but not for ever");
  const old = world.socket;
  old.hello();
  world.pass(39_000);
  old.hear({ type: "beat", now_ms: 1 });
  world.pass(39_000);
  const n = world.sockets.length;
  world.pass(5_000);
  assert.ok(world.sockets.length > n, "a connection without a beat is replaced");
  assert.equal(old.readyState, 3);
  old.onclose?.();
  old.hello();
  world.socket.hello();
  world.pass(20_000);
  assert.ok(world.sockets.length === n + 1, "and what the old one still says counts for nothing");
});

test("reports go out only while somebody listens", () => {
  const { world, link } = start();
  assert.equal(link.say({ type: "drawn", id: "a" }), false);
  world.socket.hello();
  assert.equal(link.say({ type: "drawn", id: "b" }), true);
  world.socket.die();
  assert.equal(link.say({ type: "drawn", id: "c" }), false);
  assert.deepEqual(world.sockets[0]!.sent, [{ type: "drawn", id: "b" }]);
});

test("tries that nobody answers are counted, and the way that opens is taken at once", () => {
  const { world, link, unheard } = start();
  world.socket.die();
  world.pass(2_000);
  world.socket.die();
  assert.deepEqual(unheard, [1, 2]);
  const n = world.sockets.length;
  link.wake();
  assert.equal(world.sockets.length, n + 1);
  world.socket.hello();
  world.socket.die();
  world.pass(10_000);
  world.socket.die();
  assert.deepEqual(unheard.slice(2), [1], "a word ends the count");
});
