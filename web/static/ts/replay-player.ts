// Plays the events of a past session again, by number and by their own times. Knows no DOM and no network: it asks for pages.
import { nearest, type AxisMark } from "./axis";
import { fold, zero, type Totals } from "./numbers";
import type { LiveEvent } from "./wire.gen";

/** A minute of the session: where it begins in the log, and what happened in it. */
export interface Chapter {
  start: number; // ms since the epoch
  seq: number; // the lowest of an event of it; 0 if it has none
  comments: number;
  diamonds: number;
  gifts: number;
  likes: number; // growth of TikTok's total
  likes_total: number; // TikTok's own total
  follows: number;
  viewers: number | null; // at its end
}

/** What the page prints about the session. Times are ms since the epoch. */
export interface Recording {
  session: number;
  from: number;
  to: number;
  last: number; // number of the newest event
  all: boolean; // it is a rehearsal: everything counts
  pruned: boolean; // its raw events are deleted: only its minutes tell numbers
  chapters: Chapter[] | null;
  marks: AxisMark[];
}

export type Fetch = (after: number, limit: number) => Promise<LiveEvent[]>;

/** What a step brought. */
export interface Step {
  events: LiveEvent[];
  skipped?: AxisMark; // the gap that was jumped over
}

/** What a jump brought: what there is to see at that moment. */
export interface Scene {
  before: LiveEvent[]; // from before its minute, so that the feed is not empty
  events: LiveEvent[]; // of its minute, up to that moment
}

const page = 1_000; // events asked for at once
const ahead = 1_000; // events kept ready: a tenth of a second of the busiest LIVE at ten times its speed
const context = 60; // events shown from before a jump
const minute = 60_000;

export class Player {
  /** Where the replay is, in ms since the epoch. */
  clock: number;
  totals: Totals = zero;
  private readonly chapters: Chapter[];
  private readonly firsts: number[]; // the lowest number of each chapter or a later one
  private readonly gaps: AxisMark[];
  private queue: LiveEvent[] = [];
  private next = 0; // the number behind which the next page begins
  private since = -Infinity; // events of minutes before this are in the sums already
  private loading: Promise<void> | undefined;
  private generation = 0; // grows with each jump: what was asked for before it is stale
  private jumping = 0; // jumps that are under way: until they are there, nothing is played
  private done = false;

  constructor(private readonly recording: Recording, private readonly fetch: Fetch) {
    this.clock = recording.from;
    this.chapters = recording.chapters ?? [];
    this.gaps = recording.marks.filter((m) => m.kind === "gap" && m.to > m.from);
    this.firsts = [];
    let first = recording.last + 1;
    for (const c of [...this.chapters].reverse()) {
      if (c.seq > 0) first = Math.min(first, c.seq);
      this.firsts.unshift(first);
    }
  }

  /** Whether everything was played. */
  get over(): boolean {
    return this.clock >= this.recording.to && this.done && this.queue.length === 0;
  }

  /** How many events wait in memory. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Moves on by so much of the session's time and returns what happened in it, in order. The clock does not move before the events are
   * there. A gap is jumped over: nothing is known of it.
   */
  async advance(ms: number): Promise<Step> {
    if (this.jumping > 0) return { events: [] };
    const skipped = this.gaps.find((g) => g.from <= this.clock && this.clock < g.to);
    const events = await this.playTo(Math.max(this.clock, skipped?.to ?? 0) + ms);
    return skipped ? { events, skipped } : { events };
  }

  /** Goes to a moment: to the beginning of its minute, whose numbers are known, and from there on event by event. */
  async seek(to: number): Promise<Scene> {
    this.jumping++;
    try {
      return await this.jump(to);
    } finally {
      this.jumping--;
    }
  }

  private async jump(to: number): Promise<Scene> {
    const generation = ++this.generation;
    const { recording, chapters } = this;
    const at = nearest(chapters.map((c) => c.start), to) ?? 0;
    const chapter = chapters[at];
    const first = this.firsts[at] ?? 1;
    this.queue = [];
    this.loading = undefined;
    this.done = false;
    this.clock = Math.max(recording.from, Math.min(to, chapter?.start ?? recording.from));
    this.since = chapter?.start ?? -Infinity;
    this.totals = sum(chapters.slice(0, at));
    this.next = Math.max(0, first - 1 - context);
    this.totals.last_seq = first - 1;
    await this.load();
    if (generation !== this.generation) return { before: [], events: [] };
    const before = this.queue.filter((e) => e.seq < first);
    this.queue = this.queue.slice(before.length);
    return { before, events: await this.playTo(Math.max(to, this.clock)) };
  }

  /** Moves on to a moment, once all that happened by then is here. */
  private async playTo(to: number): Promise<LiveEvent[]> {
    const generation = this.generation;
    const target = Math.min(this.recording.to, to);
    const events: LiveEvent[] = [];
    for (;;) {
      this.take(target, events);
      if (this.queue.length > 0 || this.done) break;
      await this.load();
      if (generation !== this.generation) return [];
    }
    this.clock = target;
    this.count(events);
    if (this.queue.length < ahead) void this.load().catch(() => undefined); // the next step asks again, and says what is wrong
    return events;
  }

  /** Moves what has happened by a moment from the queue. */
  private take(target: number, events: LiveEvent[]): void {
    const last = target >= this.recording.to; // a clock that was wrong keeps nothing back
    let n = 0;
    while (n < this.queue.length && (last || Date.parse(this.queue[n]!.data.timestamp) <= target)) n++;
    events.push(...this.queue.splice(0, n));
  }

  private count(events: LiveEvent[]): void {
    if (this.recording.pruned) {
      this.totals = sum(this.chapters.filter((c) => c.start + minute <= this.clock || this.clock >= this.recording.to));
      return;
    }
    const fresh = events.filter((e) => !(Date.parse(e.data.timestamp) < this.since));
    this.totals = fold(this.totals, fresh, this.recording.all);
  }

  private load(): Promise<void> {
    if (this.done) return Promise.resolve();
    return (this.loading ??= this.loadPage(this.generation));
  }

  private async loadPage(generation: number): Promise<void> {
    try {
      const events = await this.fetch(this.next, page);
      if (generation !== this.generation) return;
      this.queue.push(...events);
      this.next = events.at(-1)?.seq ?? this.recording.last;
      this.done = events.length < page || this.next >= this.recording.last;
    } finally {
      if (generation === this.generation) this.loading = undefined;
    }
  }
}

/** What some minutes come to. */
function sum(chapters: Chapter[]): Totals {
  const t = { ...zero };
  for (const c of chapters) {
    t.comments += c.comments;
    t.diamonds += c.diamonds;
    t.gifts += c.gifts;
    t.likes_recorded += c.likes;
    t.likes = Math.max(t.likes + c.likes, c.likes_total);
    t.follows += c.follows;
    if (c.viewers !== null) t.viewers = c.viewers;
  }
  return t;
}

/** The moment of the mark before or behind another moment; undefined if there is none. Close before it counts as at it. */
export function markFrom(marks: AxisMark[], clock: number, forward: boolean): number | undefined {
  const slack = 2_000; // ms: whoever goes back twice means the one before
  const times = marks.map((m) => m.from).sort((a, b) => a - b);
  return forward ? times.find((t) => t > clock + 1) : times.filter((t) => t < clock - slack).at(-1);
}
