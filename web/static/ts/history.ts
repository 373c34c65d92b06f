// The last hour of a session, minute by minute: as the server stored it, and moving on with each event. Knows no DOM.
import { counts } from "./numbers";
import type { LiveEvent, Program } from "./wire.gen";

/** What happened in one minute. */
export interface Minute {
  start: number; // ms since the epoch, a whole minute
  comments: number;
  diamonds: number;
  likes: number;
  follows: number;
  shares: number;
  viewers: number | null; // the last count; null: TikTok told none
}

/** Something of ours on the time axis. */
export interface Mark {
  kind: "program" | "gap" | "test" | "note";
  from: number;
  to: number; // the same as from, but for a gap
  label: string;
  action?: Program["action"]; // of a program
}

/** How much one number grew in the last full minute, and in the one before. */
export interface Flow {
  last: number;
  before: number | undefined; // not known: we listen for less than two minutes
}

export interface MinuteItem {
  start: string;
  comments: number;
  diamonds: number;
  likes: number;
  follows: number;
  shares: number;
  viewers: number | null;
}

export interface Loaded {
  minutes: { items: MinuteItem[]; last_seq: number };
  marks: { items: LiveEvent[]; tests: string[] };
}

export const minute = 60_000;
export const span = 60; // minutes shown
const atLeast = 12; // minutes shown of a young session
const quarter = 15 * 60; // seconds; every zone's offset is a multiple of it, so ticks stand at whole quarters everywhere
const renew = 60_000; // ms between two looks at what was stored: what is folded here in between is only an estimate

export class History {
  private session = 0;
  private minutes = new Map<number, Minute>();
  private list: Mark[] = [];
  private lastSeq = 0;
  private early: LiveEvent[] | undefined; // what came since a look was asked for, while the answer is on its way
  private likes = 0; // the room's total
  version = 0; // changes when anything here does
  turns = 0; // changes when more does than the numbers of a minute

  constructor(
    private readonly all: boolean,
    private readonly changed: () => void,
    private readonly marked: (marks: LiveEvent[]) => void,
    private readonly load: (session: number, all: boolean) => Promise<Loaded> = fetchHistory,
    private readonly after: (ms: number, f: () => void) => void = (ms, f) => void setTimeout(f, ms),
  ) {}

  enter(session: number): void {
    this.session = session;
    this.minutes.clear();
    this.list = [];
    this.early = undefined;
    this.lastSeq = this.likes = 0;
    this.turns++;
    this.touch();
    if (session) void this.refresh(session, 2_000);
  }

  add(events: LiveEvent[]): void {
    this.early?.push(...events);
    for (const e of events) this.fold(e);
    this.touch();
  }

  /** The minutes of the hour that ends with the minute of now; those nothing is known of are missing. */
  hour(now: number): Minute[] {
    const from = startOf(now) - (span - 1) * minute;
    return [...this.minutes.values()].filter((m) => m.start >= from).sort((a, b) => a.start - b.start);
  }

  marks(now: number): Mark[] {
    const from = startOf(now) - (span - 1) * minute;
    return this.list.filter((m) => m.to >= from);
  }

  /** How much happened in the last full minute; undefined if nothing is known of it. */
  flow(now: number, of: (m: Minute) => number): Flow | undefined {
    const last = this.minutes.get(startOf(now) - minute);
    const before = this.minutes.get(startOf(now) - 2 * minute);
    return last && { last: of(last), before: before && of(before) };
  }

  /** Viewers at the end of the last full minute. */
  viewersBefore(now: number): number | undefined {
    return this.minutes.get(startOf(now) - minute)?.viewers ?? undefined;
  }

  private touch(): void {
    this.version++;
    this.changed();
  }

  private async refresh(session: number, delay: number): Promise<void> {
    const since: LiveEvent[] = (this.early = []); // what came before is stored already: the answer holds it
    try {
      const loaded = await this.load(session, this.all);
      if (session !== this.session) return;
      this.early = undefined;
      this.begin(loaded, since);
      this.after(renew, () => session === this.session && void this.refresh(session, 2_000));
    } catch {
      this.after(delay, () => session === this.session && void this.refresh(session, Math.min(delay * 2, renew)));
    }
  }

  private begin({ minutes, marks }: Loaded, since: LiveEvent[]): void {
    this.minutes.clear();
    this.list = this.all ? [] : marks.tests.map((t) => mark("test", Date.parse(t)));
    this.lastSeq = minutes.last_seq;
    for (const m of minutes.items) {
      const start = Date.parse(m.start);
      this.minutes.set(start, {
        start, comments: m.comments, diamonds: m.diamonds, likes: m.likes, follows: m.follows, shares: m.shares, viewers: m.viewers,
      });
    }
    for (const e of marks.items) this.mark(e);
    const known = marks.items.at(-1)?.seq ?? 0;
    this.marked(marks.items);
    for (const e of since) {
      if (e.seq > known) this.mark(e);
      this.count(e);
    }
    this.turns++;
    this.touch();
  }

  private fold(e: LiveEvent): void {
    this.mark(e);
    this.count(e);
  }

  private count(e: LiveEvent): void {
    if (e.seq <= this.lastSeq) return;
    this.lastSeq = e.seq;
    const at = Date.parse(e.data.timestamp);
    if (!counts(e, this.all) || Number.isNaN(at)) return;
    const m = () => this.at(startOf(at));
    switch (e.event_type) {
      case "comment":
        m().comments++;
        break;
      case "gift":
        if (!e.data.streaking) m().diamonds += e.data.total_diamonds;
        break;
      case "like":
        m().likes += this.likesGrown(e.data.total_likes, e.data.count);
        break;
      case "follow":
        m().follows++;
        break;
      case "share":
        m().shares++;
        break;
      case "viewers":
        m().viewers = e.data.viewers;
    }
  }

  private likesGrown(total: number, count: number): number {
    if (total <= 0) return count;
    const before = this.likes;
    this.likes = Math.max(before, total);
    return before > 0 ? this.likes - before : count;
  }

  private at(start: number): Minute {
    let m = this.minutes.get(start);
    if (!m) {
      m = { start, comments: 0, diamonds: 0, likes: 0, follows: 0, shares: 0, viewers: null };
      this.minutes.set(start, m);
      for (const old of this.minutes.keys()) if (old < start - 2 * span * minute) this.minutes.delete(old);
    }
    return m;
  }

  private mark(e: LiveEvent): void {
    const at = Date.parse(e.data.timestamp);
    const add = (m: Mark) => {
      if (!this.list.some((old) => old.kind === m.kind && old.from === m.from && old.to === m.to && old.label === m.label && old.action === m.action)) {
        this.list.push(m);
        this.turns++;
      }
    };
    if (!this.all && (e.origin === "simulated" || e.origin === "replay")) add(mark("test", startOf(at)));
    else if (e.event_type === "program") add({ ...mark("program", at), label: e.data.programName, action: e.data.action });
    else if (e.event_type === "note") add({ ...mark("note", at), label: e.data.text });
    else if (e.event_type === "gap") add({ kind: "gap", from: Date.parse(e.data.from), to: Date.parse(e.data.to), label: e.data.cause });
    if (this.list.length > 500) this.list = this.list.slice(-400);
  }
}

function mark(kind: Mark["kind"], at: number): Mark {
  return { kind, from: at, to: at, label: "" };
}

export function startOf(ms: number): number {
  return Math.floor(ms / minute) * minute;
}

/** The hour in columns, or what there is of it yet: minutes of which nothing is known are there, and empty. */
export function series(hour: Minute[], now: number): [number[], (number | null)[], (number | null)[], (number | null)[]] {
  const oldest = startOf(now) - (span - 1) * minute;
  const first = Math.max(oldest, Math.min(hour[0]?.start ?? now, startOf(now) - atLeast * minute));
  const by = new Map(hour.map((m) => [m.start, m]));
  const times: number[] = [];
  const columns: (number | null)[][] = [[], [], []];
  for (let at = first; at <= now; at += minute) {
    const m = by.get(at);
    times.push(at / 1000);
    columns[0]!.push(m?.diamonds || null);
    columns[1]!.push(m && (at < startOf(now) || at === first) ? m.comments : null); // a minute that has just begun would look like a fall
    columns[2]!.push(m?.viewers ?? null);
  }
  return [times, columns[0]!, columns[1]!, columns[2]!];
}

/** How far apart the ticks of an axis stand, in seconds. */
export function step(min: number, max: number): number {
  const minutes = (max - min) / 60;
  if (minutes <= 15) return 3 * 60;
  return minutes <= 30 ? 5 * 60 : quarter;
}

/** The whole steps between two moments, in seconds. */
export function ticks(min: number, max: number, step: number): number[] {
  const out: number[] = [];
  for (let at = Math.ceil(min / step) * step; at <= max; at += step) out.push(at);
  return out;
}

async function fetchHistory(session: number, all: boolean): Promise<Loaded> {
  const from = new Date(startOf(Date.now()) - span * minute).toISOString();
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`/api/sessions/${session}/${path}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return (await answer.json()) as T;
  };
  const [minutes, marks] = await Promise.all([
    get<Loaded["minutes"]>(`minutes?from=${from}${all ? "&origin=all" : ""}`), get<Loaded["marks"]>(`marks`),
  ]);
  return { minutes, marks };
}
