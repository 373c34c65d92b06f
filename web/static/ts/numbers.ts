// A session's totals: from the server's summary on, event by event. Pure: no DOM, no network.
import type { LiveEvent, User } from "./wire.gen";

/** What GET /api/sessions/{id}/summary answers. */
export interface Summary {
  last_seq: number; // everything up to here is in it
  comments: number;
  gifts: number; // pieces
  diamonds: number;
  likes: number; // TikTok's own total
  likes_recorded: number; // by how much it grew while we listened
  joins: number; // a lower bound
  follows: number;
  shares: number;
  viewers: number | null; // null: TikTok has not told yet
  viewers_peak: number | null;
  visits?: number; // TikTok's own count of everybody since the start of the LIVE
  followers?: number; // TikTok's own count of the host's followers
  top_gifters?: Gifter[];
}

export interface Gifter {
  user: User;
  diamonds: number;
  gifts: number;
}

export type Totals = Omit<Summary, "top_gifters">;

export const zero: Totals = {
  last_seq: 0, comments: 0, gifts: 0, diamonds: 0, likes: 0, likes_recorded: 0, joins: 0, follows: 0, shares: 0, viewers: null, viewers_peak: null,
};

/** Whether an event enters a statistic. What TikTok replays never does; what is made up, only where the page asks for it. */
export function counts(e: LiveEvent, all: boolean): boolean {
  return !e.history && (all || (e.origin !== "simulated" && e.origin !== "replay"));
}

/** Returns the totals with the events after them. A streak counts once, at its end. */
export function fold(before: Totals, events: LiveEvent[], all: boolean): Totals {
  const t = { ...before };
  for (const e of events) {
    if (e.seq <= t.last_seq) continue;
    t.last_seq = e.seq;
    if (counts(e, all)) add(t, e);
  }
  return t;
}

function add(t: Totals, e: LiveEvent): void {
  switch (e.event_type) {
    case "comment":
      t.comments++;
      break;
    case "gift":
      if (e.data.streaking) break;
      t.gifts += e.data.repeat_count;
      t.diamonds += e.data.total_diamonds;
      break;
    case "like":
      likes(t, e.data.total_likes, e.data.count);
      break;
    case "join":
      t.joins++;
      break;
    case "follow":
      t.follows++;
      if (e.data.follower_count) t.followers = e.data.follower_count;
      break;
    case "share":
      t.shares++;
      break;
    case "viewers":
      t.viewers = e.data.viewers;
      if (e.data.total_viewers > 0) t.visits = e.data.total_viewers;
      t.viewers_peak = Math.max(t.viewers_peak ?? 0, t.viewers);
  }
}

/** The room's total jumps between two counters of TikTok's, so only a new maximum counts; the first one holds the likes before us. */
function likes(t: Totals, total: number, count: number): void {
  if (total <= 0) {
    t.likes += count;
    t.likes_recorded += count;
  } else if (total > t.likes) {
    t.likes_recorded += t.likes > 0 ? total - t.likes : Math.min(count, total);
    t.likes = total;
  }
}

/** Comments of the last minute, to the second. Times are the events' own, so a reader's clock that is wrong does no harm. */
export class Rate {
  private readonly seconds = new Map<number, number>(); // comments by the second, since the epoch
  private skew = -Infinity; // of the events' clock against the reader's, taken from the event that was least late

  add(events: LiveEvent[], all: boolean, now: number): void {
    for (const e of events) {
      const at = Date.parse(e.data.timestamp);
      if (!counts(e, all) || Number.isNaN(at)) continue;
      this.skew = Math.max(this.skew, at - now);
      if (e.event_type !== "comment") continue;
      const second = Math.floor(at / 1000);
      this.seconds.set(second, (this.seconds.get(second) ?? 0) + 1);
    }
  }

  perMinute(now: number): number {
    const from = now + (this.skew === -Infinity ? 0 : this.skew) - 60_000;
    let comments = 0;
    for (const [second, n] of this.seconds) {
      if (second * 1000 > from) comments += n;
      else this.seconds.delete(second);
    }
    return comments;
  }
}

/** Who gave how much. */
export class Gifters {
  private readonly by = new Map<string, Gifter>();

  constructor(start: Gifter[] = [], private seq = 0) {
    for (const g of start) this.by.set(userKey(g.user), { ...g });
  }

  add(events: LiveEvent[], all: boolean): void {
    for (const e of events) {
      if (e.seq <= this.seq) continue;
      this.seq = e.seq;
      if (e.event_type !== "gift" || e.data.streaking || !e.data.user || !counts(e, all)) continue;
      const key = userKey(e.data.user);
      const have = this.by.get(key);
      this.by.set(key, {
        user: e.data.user,
        diamonds: (have?.diamonds ?? 0) + e.data.total_diamonds,
        gifts: (have?.gifts ?? 0) + e.data.repeat_count,
      });
    }
  }

  top(n: number): Gifter[] {
    return [...this.by.values()].sort((a, b) => b.diamonds - a.diamonds).slice(0, n);
  }
}

/** A viewer's identity: the numeric id, or the handle where there is none. */
export function userKey(u: User | undefined): string {
  if (!u) return "";
  return u.user_id || (u.unique_id ? "@" + u.unique_id : u.nickname ? "~" + u.nickname : "");
}

export function userName(u: User | undefined): string {
  return u?.nickname || u?.unique_id || u?.user_id || "";
}
