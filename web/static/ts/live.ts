// The socket of a room: connects, resumes, comes back for ever. It hands out each event exactly once, in order, and knows no DOM.
import type { Host } from "./host";
import type { LiveEvent } from "./wire.gen";

/** How a room's connection to TikTok is doing, as the server tells it. */
export interface Health {
  state: string;
  since?: string;
  reason?: string;
  message?: string;
  advice?: string;
  way?: string;
  retry_at?: string;
  heard_at?: string;
  session_id?: number;
  last_seq?: number; // of the session at hand
  repeats_dropped?: number;
  clock_skew_ms?: number;
  quota?: { limit: number; remaining: number; reset_at: string };
  unknown_methods?: Record<string, { count: number; failed: number; sample?: string }>;
}

/** How this page's own connection to the server is doing. */
export type Link =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "waiting"; next: number }; // when the next try comes, ms since the epoch

export interface Listener {
  /** The first of these, or another session than before: what was shown so far is past. */
  session(id: number): void;
  events(events: LiveEvent[]): void;
  health(health: Health): void;
  link(link: Link): void;
  /** What the room's AI host does, null for none, and the server's time. Without this method nobody asks for it. */
  host?(host: Host | null, at: string): void;
}

type Frame =
  | { type: "hello"; session_id: number; last: number }
  | { type: "events"; events: LiveEvent[]; last?: number }
  | { type: "health"; health: Health }
  | { type: "host"; host: Host | null; at: string }
  | { type: "bye"; retry: number };

/** What Live needs of a WebSocket. */
export interface Socket {
  onmessage: ((e: { data: string }) => void) | null;
  onclose: (() => void) | null;
  close(): void;
}

/** The world outside; a test brings its own. */
export interface World {
  open(url: string): Socket;
  now(): number;
  random(): number;
  after(ms: number, f: () => void): unknown;
  cancel(timer: unknown): void;
}

const backlog = 200; // events asked for when nothing is known yet
const gather = 250; // ms in which the server gathers events after a frame of them: in a busy room each frame costs more than what is in it
const minDelay = 1_000;
const maxDelay = 30_000;
const quiet = 75_000; // a socket without a word for so long may be dead without knowing it: a new one costs nothing

export class Live {
  private session = -1; // not known yet; 0 is a room without one
  private seq: number | undefined; // of the last event handed out; undefined: any may be the first
  private socket: Socket | undefined;
  private timer: unknown;
  private failures = 0;
  private retry: number | undefined; // what the server's bye asked for
  private heard = 0; // when the socket last said something
  private open = false; // the server has said something over this socket

  constructor(private readonly url: string, private readonly listener: Listener, private readonly world: World = browser) {}

  /** Connects, and from then on stays connected. */
  start(): void {
    this.connect();
  }

  /** Ends for good. */
  stop(): void {
    this.drop();
    this.world.cancel(this.timer);
  }

  /** Something says that the way is open again: tries at once if it was waiting. */
  wake(): void {
    if (!this.socket) this.connect();
  }

  /** The network has changed: whatever the socket believes, takes a new one. Nothing is lost by it. */
  renew(): void {
    this.drop();
    this.connect();
  }

  private connect(): void {
    this.world.cancel(this.timer);
    this.listener.link({ state: "connecting" });
    this.open = false;
    const socket = this.world.open(this.address());
    this.socket = socket;
    socket.onmessage = (e) => {
      if (socket === this.socket) this.read(e.data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.closed();
    };
    this.watch();
  }

  private address(): string {
    const query = new URLSearchParams({ after: String(this.seq ?? -backlog), gather: String(gather) });
    if (this.session > 0) query.set("session", String(this.session));
    if (this.listener.host) query.set("with", "host");
    return `${this.url}?${query}`;
  }

  /** Takes a new socket when nothing has been heard for too long. One timer sees to it: setting it anew with each word costs more
      than reading the word. */
  private watch(): void {
    this.heard = this.world.now();
    const look = (): void => {
      const left = this.heard + quiet - this.world.now();
      if (left <= 0) this.renew();
      else this.timer = this.world.after(Math.min(left, quiet), look); // the clock may have been set back
    };
    this.timer = this.world.after(quiet, look);
  }

  /** Forgets the socket; a late word of it is ignored. */
  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  /** Any end, also a clean one, is followed by another try. */
  private closed(): void {
    this.socket = undefined;
    this.world.cancel(this.timer);
    const delay = this.delay();
    this.listener.link({ state: "waiting", next: this.world.now() + delay });
    this.timer = this.world.after(delay, () => this.connect());
  }

  private delay(): number {
    const asked = this.retry;
    this.retry = undefined;
    if (asked !== undefined) return Math.min(Math.max(asked, 0), maxDelay);
    const ceiling = Math.min(maxDelay, 2 * minDelay * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    return minDelay + this.world.random() * (ceiling - minDelay);
  }

  private read(data: string): void {
    this.heard = this.world.now();
    if (!this.open) {
      this.open = true;
      this.failures = 0;
      this.listener.link({ state: "open" });
    }
    const frame = JSON.parse(data) as Frame;
    switch (frame.type) {
      case "hello":
        return this.hello(frame.session_id, frame.last);
      case "events":
        return this.take(frame.events);
      case "health":
        return this.listener.health(frame.health);
      case "host":
        return this.listener.host?.(frame.host, frame.at);
      case "bye":
        this.retry = frame.retry;
    }
  }

  private hello(session: number, last: number): void {
    const other = session !== this.session;
    const rewound = !other && this.seq !== undefined && last < this.seq; // the log is shorter than we know it: a restored backup
    if (other || rewound) this.enter(session, undefined);
    if (rewound) this.renew();
  }

  private enter(session: number, seq: number | undefined): void {
    this.session = session;
    this.seq = seq;
    this.listener.session(session);
  }

  /** Hands out what comes next. A repeat is dropped; after a hole nothing is believed and the rest is asked for again. */
  private take(events: LiveEvent[]): void {
    let ready: LiveEvent[] = [];
    for (const e of events) {
      if (e.session_id < this.session) continue;
      if (e.session_id > this.session) {
        this.hand(ready);
        ready = [];
        this.enter(e.session_id, 0);
      }
      if (this.seq !== undefined && e.seq <= this.seq) continue;
      if (this.seq !== undefined && e.seq !== this.seq + 1) {
        this.hand(ready);
        this.drop();
        return this.closed();
      }
      this.seq = e.seq;
      ready.push(e);
    }
    this.hand(ready);
  }

  private hand(events: LiveEvent[]): void {
    if (events.length > 0) this.listener.events(events);
  }
}

const browser: World = {
  open: (url) => new WebSocket(new URL(url, location.href.replace(/^http/, "ws"))) as Socket,
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, f) => setTimeout(f, ms),
  cancel: (timer) => clearTimeout(timer as number | undefined),
};
