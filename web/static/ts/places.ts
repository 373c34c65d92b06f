// The common axis of sessions that are compared. Pure: no DOM.

/** What the server prints into the page. Places are minutes from the common beginning, or since midnight. */
export interface CompareAxis {
  align: string;
  from: number; // the place of the first value of each line
  lines: { name: string; values: (number | null)[] }[]; // one a minute, all as long; null is not known
}

/** A place as people read it: a time of day, or hours and minutes from the beginning. */
export function placeText(place: number, byClock: boolean): string {
  const minutes = byClock ? ((place % 1440) + 1440) % 1440 : Math.abs(place);
  const text = `${Math.floor(minutes / 60)}:${String(Math.floor(minutes % 60)).padStart(2, "0")}`;
  if (byClock) return text.padStart(5, "0");
  return place < 0 ? "−" + text : text;
}

/** The last index up to a place at which a line has a number; undefined if it has none. */
export function lastKnown(values: (number | null)[], upTo: number): number | undefined {
  for (let i = Math.min(values.length - 1, upTo); i >= 0; i--) if (values[i] != null) return i;
  return undefined;
}

/** A label that wants to stand somewhere. */
export interface Spot {
  x: number;
  y: number;
}

/** Heights for labels so that none lies on another and none above the top: those that would move up, the lowest first; in the order given. */
export function apart(spots: Spot[], width: number, height: number, top: number): number[] {
  const raised = moved(spots, width, -height);
  if (raised.every((y) => y >= top)) return raised;
  return moved(spots.map((s, i) => ({ x: s.x, y: Math.max(top, raised[i]!) })), width, height);
}

/** Heights moved by whole steps, up or down, until no two are closer. */
function moved(spots: Spot[], width: number, step: number): number[] {
  const out = spots.map((s) => s.y);
  const placed: number[] = [];
  for (const i of spots.map((_, i) => i).sort((a, b) => (spots[a]!.y - spots[b]!.y) * step)) {
    for (const other of [...placed].sort((a, b) => (out[a]! - out[b]!) * step)) {
      if (Math.abs(spots[i]!.x - spots[other]!.x) < width && Math.abs(out[i]! - out[other]!) < Math.abs(step)) out[i] = out[other]! + step;
    }
    placed.push(i);
  }
  return out;
}
