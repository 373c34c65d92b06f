// Whether the room's overlays are open in OBS: what the health line says of them.

/** The room's overlays by what became of them. */
export interface Overlays {
  all: number; // that have an address
  open: number; // a page shows them now
  onAir: number; // and OBS streams that page
}

interface OverlayItem {
  state: "never" | "away" | "hidden" | "shown" | "on_air";
  revoked?: boolean;
}

const every = 15_000; // ms between two looks

/** Looks after the overlays of a room for as long as the page lives. Where it may not look, or nobody answers, it knows nothing. */
export class OverlayWatch {
  now: Overlays | undefined;

  constructor(private readonly room: string) {
    void this.look();
    setInterval(() => void this.look(), every);
  }

  private async look(): Promise<void> {
    if (document.hidden) return;
    const answer = await fetch(`/api/overlays?room=${encodeURIComponent(this.room)}`).catch(() => undefined);
    if (!answer?.ok) return;
    const { items } = (await answer.json()) as { items: OverlayItem[] };
    this.now = summed(items);
  }
}

/** Counts overlays by their state. */
export function summed(items: readonly OverlayItem[]): Overlays {
  const known = items.filter((o) => !o.revoked);
  const onAir = known.filter((o) => o.state === "on_air").length;
  return { all: known.length, open: onAir + known.filter((o) => o.state === "shown" || o.state === "hidden").length, onAir };
}
