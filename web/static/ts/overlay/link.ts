// The socket of an overlay's page: connects, comes back for ever, and carries reports. It knows no DOM.
import type { OverlayFrame, OverlayReport } from "../wire.gen";

/** What Link needs of a WebSocket. */
export interface Socket {
  onmessage: ((e: { data: string }) => void) | null;
  onclose: (() => void) | null;
  readonly readyState: number;
  send(data: string): void;
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

export interface Listener {
  frame(frame: OverlayFrame): void;
  /** The nth try in a row that ended before the server had said anything. */
  unheard(times: number): void;
}

const minDelay = 1_000;
const maxDelay = 30_000;
const silence = 40_000; // the server says something every 15 seconds
const opening = 15_000; // a socket that is not open by then never will be
const settled = 5_000; // a connection that lasted so long was a good one: the next delay is a short one again
const open = 1; // WebSocket.OPEN

export class Link {
  private socket: Socket | undefined;
  private timer: unknown; // the next try, or the end of patience with this one
  private failures = 0;
  private unheard = 0;
  private since: number | undefined; // when the server first said something over this socket
  private retry: number | undefined; // what the server's bye asked for

  constructor(private readonly url: string, private readonly listener: Listener, private readonly world: World = browser) {}

  /** Connects, and from then on stays connected. */
  start(): void {
    this.connect();
  }

  /** Reports something; false if nobody can be told now. Nothing is kept: after each hello the page says anew what matters. */
  say(report: OverlayReport): boolean {
    if (this.since === undefined || this.socket?.readyState !== open) return false;
    this.socket.send(JSON.stringify(report));
    return true;
  }

  /** The way may be open again: tries at once if it was waiting. */
  wake(): void {
    if (!this.socket) this.connect();
  }

  private connect(): void {
    this.since = undefined;
    const socket = this.world.open(this.url);
    this.socket = socket;
    socket.onmessage = (e) => {
      if (socket === this.socket) this.read(e.data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.closed();
    };
    this.watch(opening);
  }

  /** Gives the socket so long to say something; one that is dead does not always know it. */
  private watch(patience: number): void {
    this.world.cancel(this.timer);
    this.timer = this.world.after(patience, () => {
      const socket = this.socket;
      this.closed();
      socket?.close();
    });
  }

  private read(data: string): void {
    this.since ??= this.world.now();
    this.unheard = 0;
    this.watch(silence);
    const frame = JSON.parse(data) as OverlayFrame;
    if (frame.type === "bye") this.retry = frame.retry;
    this.listener.frame(frame);
  }

  /** Any end, a clean one too, is followed by another try. */
  private closed(): void {
    this.socket = undefined;
    this.world.cancel(this.timer);
    if (this.since !== undefined && this.world.now() - this.since >= settled) this.failures = 0;
    this.timer = this.world.after(this.delay(), () => this.connect());
    if (this.since === undefined) this.listener.unheard(++this.unheard);
  }

  private delay(): number {
    const asked = this.retry;
    this.retry = undefined;
    if (asked !== undefined) return Math.min(Math.max(asked, 0), maxDelay);
    const ceiling = Math.min(maxDelay, 2 * minDelay * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    return minDelay + this.world.random() * (ceiling - minDelay);
  }
}

const browser: World = {
  open: (url) => new WebSocket(url) as Socket,
  now: () => performance.now(), // the wall clock of a streamer's machine may be set in mid-show
  random: () => Math.random(),
  after: (ms, f) => setTimeout(f, ms),
  cancel: (timer) => clearTimeout(timer as number | undefined),
};
