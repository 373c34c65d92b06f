// The server's clock, and what moves by the second.

/** Follows the server's clock. What it says of it is late by the way it took, so the earliest word is the truest. */
export class Clock {
  private ahead = 0; // of this machine's clock, ms

  constructor(private readonly here: () => number = Date.now) {}

  /** A new connection: the clock of either machine may have been set since. */
  set(server: number): void {
    this.ahead = server - this.here();
  }

  hear(server: number): void {
    this.ahead = Math.max(this.ahead, server - this.here());
  }

  /** Milliseconds since 1970, as the server counts them. */
  now(): number {
    return this.here() + this.ahead;
  }
}

/** Calls f now and then at every whole second of the clock. A timer, no animation frame: those stop while OBS hides the source. */
export function everySecond(clock: Clock, f: (now: number) => void): void {
  setTimeout(() => everySecond(clock, f), 1005 - (clock.now() % 1000)); // a little late rather than early: then a second is shown twice
  f(clock.now());
}

/** 1:04:09, or 4:09 below an hour. Rounded up where it counts down: what is left is left until it is over. */
export function span(ms: number, down = false): string {
  const s = Math.max(0, down ? Math.ceil(ms / 1000) : Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60) % 60;
  return s < 3600 ? `${minutes}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(minutes)}:${two(s % 60)}`;
}
