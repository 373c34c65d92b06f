// Whether a LIVE has fallen silent: it goes on, viewers are there, and nothing of what they do arrives. Pure: no DOM.
import type { LiveEvent } from "./wire.gen";

const patience = 60_000; // ms
const audience = new Set(["comment", "gift", "like", "join", "follow", "share", "subscribe", "question"]);

export class Silence {
  private last = 0; // when something of the audience came, by the reader's clock
  private viewers = 0;

  /** Another session, or another socket of this page: what was not heard before does not count. */
  begin(now: number): void {
    this.last = now;
  }

  enter(now: number): void {
    this.viewers = 0;
    this.begin(now);
  }

  add(events: LiveEvent[], now: number): void {
    for (const e of events) {
      if (e.event_type === "viewers") this.viewers = e.data.viewers;
      else if (audience.has(e.event_type) && !e.history) this.last = now;
    }
  }

  /** For how long nothing has come, in ms, if that is alarming; else 0. */
  alarm(state: string, now: number): { ms: number; viewers: number } | undefined {
    if (!["live", "demo", "silent"].includes(state) || this.viewers === 0 || !this.last) return undefined;
    const ms = now - this.last;
    return ms >= patience ? { ms, viewers: this.viewers } : undefined;
  }
}
