// Which alert is on screen, and what the server must be told of it. The queue is the server's; this only keeps an alert from being
// shown twice or not at all when the connection goes away and comes back. Pure: no DOM.
import type { OverlayAlert } from "../wire.gen";

export type Step =
  | { do: "show"; frame: OverlayAlert }
  | { do: "update"; frame: OverlayAlert }
  | { do: "keep"; frame: OverlayAlert; drawn: boolean } // it is on screen: only its time is new
  | { do: "done"; id: string } // it was shown to its end before
  | { do: "hide" }
  | { do: "nothing" };

const remembered = 200; // alerts that were shown to their end; the server repeats at most the one it had on screen

export class AlertSlot {
  private now: { id: string; drawn: boolean } | undefined;
  private readonly over = new Set<string>();

  /** Takes a frame in and says what to do. */
  take(frame: OverlayAlert): Step {
    const here = this.now?.id === frame.id;
    switch (frame.action) {
      case "show":
        if (here) return { do: "keep", frame, drawn: this.now!.drawn };
        if (this.over.has(frame.id)) return { do: "done", id: frame.id };
        this.end();
        this.now = { id: frame.id, drawn: false };
        return { do: "show", frame };
      case "update":
        return here ? { do: "update", frame } : { do: "nothing" };
      case "end":
        if (!here) return { do: "nothing" };
        this.end();
        return { do: "hide" };
    }
    return { do: "nothing" };
  }

  /** A snapshot: what the server has on screen now, if anything. */
  settle(frame: OverlayAlert | undefined): Step {
    if (frame) return this.take(frame);
    if (!this.now) return { do: "nothing" };
    this.end();
    return { do: "hide" };
  }

  /** The alert was drawn. False if it is no longer on screen. */
  drawn(id: string): boolean {
    if (this.now?.id !== id) return false;
    this.now.drawn = true;
    return true;
  }

  /** The alert has had its time and nobody said so: the connection is gone. */
  expire(): void {
    this.end();
  }

  /** What nobody could see was not shown, and may come again. */
  private end(): void {
    if (this.now?.drawn) {
      this.over.add(this.now.id);
      for (const id of this.over) {
        if (this.over.size <= remembered) break;
        this.over.delete(id);
      }
    }
    this.now = undefined;
  }
}
