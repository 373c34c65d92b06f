// Whether the room's overlays are open in OBS, which the health line says, and whether alerts are held back: anybody of the team may do that.

/** The room's overlays by what became of them. */
export interface Overlays {
  all: number; // that have an address
  open: number; // a page shows them now
  onAir: number; // and OBS streams that page
}

interface OverlayItem {
  state: "never" | "away" | "hidden" | "shown" | "on_air";
  revoked?: boolean;
  paused?: boolean;
}

const every = 15_000; // ms between two looks

/** Looks after the overlays of a room for as long as the page lives. Where it may not look, or nobody answers, it knows nothing. */
export class OverlayWatch {
  now: Overlays | undefined;

  /** held is told whether alerts are held back, and when that was asked. */
  constructor(private readonly room: string, private readonly held: (held: boolean, asked: number) => void) {
    void this.look();
    setInterval(() => void this.look(), every);
  }

  async look(): Promise<void> {
    if (document.hidden) return;
    const asked = Date.now();
    const answer = await fetch(`/api/overlays?room=${encodeURIComponent(this.room)}`).catch(() => undefined);
    if (!answer?.ok) return;
    const { items } = (await answer.json()) as { items: OverlayItem[] };
    this.now = summed(items);
    this.held(items.some((o) => o.paused), asked);
  }
}

/** Counts overlays by their state. */
export function summed(items: readonly OverlayItem[]): Overlays {
  const known = items.filter((o) => !o.revoked);
  const onAir = known.filter((o) => o.state === "on_air").length;
  return { all: known.length, open: onAir + known.filter((o) => o.state === "shown" || o.state === "hidden").length, onAir };
}
