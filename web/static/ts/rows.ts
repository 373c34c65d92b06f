// What the feed shows, made of events: most are a row of their own, some let an earlier row grow. Pure: no DOM.
import { means, written } from "./hides";
import { userKey } from "./numbers";
import type { EventOf, Kind, LiveEvent, User } from "./wire.gen";

export type Group = "chat" | "gifts" | "questions" | "people" | "host" | "system";

export const groups: readonly Group[] = ["chat", "gifts", "questions", "people", "host", "system"];

export interface Row {
  readonly id: number; // counts up; the row's identity
  readonly seq: number; // of its first event
  readonly at: string; // when it began; rows stand in this order
  event: LiveEvent; // the newest
  crowd?: Crowd;
  gone?: EventOf<"delete">; // a moderator took it away
  skip?: EventOf<"skip">; // the host did not answer it
  pin?: number; // the number of its event that the team pinned
  version: number; // changes when the row does
  searchable?: string; // its text made plain, once somebody searched
}

/** People who only came in or tapped within some seconds: one grey line, so that it does not drown what was said. */
export interface Crowd {
  joins: number;
  likes: number;
  name: string; // of the only one who came, "" when there are more
}

const thousands = 5_000; // rows a feed keeps; what is older is in the session's review
const slack = 100; // rows over the limit until some are dropped
export const reach = 400; // rows back that may still grow
const gather = 15_000; // ms for which a grey line gathers people

export class Rows {
  list: Row[] = [];
  private ids = 0;
  private growing = new Map<string, Row>();
  private gathering: Row | undefined;
  private pins = new Map<number, EventOf<"pin">>(); // of the team's, by the number of what is pinned

  /** Keeps the newest rows: those that may still grow, and those of the others that are worth it. */
  constructor(private readonly limit = thousands, private readonly worth: (row: Row) => boolean = () => true) {}

  /** Adds an event. The viewer counter is a number of the page and no row. */
  add(e: LiveEvent): void {
    if (e.event_type === "viewers") return;
    if (e.event_type === "delete") this.remove(e);
    if (e.event_type === "pin") this.pinned(e);
    if (e.event_type === "join" || e.event_type === "like") return this.addCrowd(e);
    if (e.event_type === "skip" && this.skipped(e)) return;
    const key = growKey(e);
    const old = key ? this.growing.get(key) : undefined;
    if (old && this.grows(old)) {
      old.event = e;
      this.touch(old);
      return;
    }
    const row = this.push(e);
    if (key) this.growing.set(key, row);
  }

  /** Says on a row that the host did not answer it, and why; false if that row is not here. */
  private skipped(e: EventOf<"skip">): boolean {
    const row = e.cause ? this.find((row) => !row.crowd && (row.seq === e.cause || row.event.seq === e.cause)) : undefined;
    if (!row) return false;
    row.skip = e;
    this.touch(row);
    return true;
  }

  clear(): void {
    this.list = [];
    this.growing.clear();
    this.pins.clear();
    this.gathering = undefined;
  }

  private push(e: LiveEvent): Row {
    const row: Row = { id: ++this.ids, seq: e.seq, at: e.data.timestamp, event: e, version: 0 };
    if (this.pins.has(e.seq)) row.pin = e.seq;
    this.list.push(row);
    if (this.list.length > this.limit + slack) this.trim();
    return row;
  }

  private grows(row: Row): boolean {
    return row.id > this.ids - reach;
  }

  private trim(): void {
    this.list = this.list.filter((row) => this.grows(row) || this.worth(row)).slice(-this.limit);
    for (const [key, row] of this.growing) if (!this.grows(row)) this.growing.delete(key);
  }

  private touch(row: Row): void {
    row.version++;
    delete row.searchable;
  }

  private addCrowd(e: EventOf<"join"> | EventOf<"like">): void {
    let row = this.gathering;
    if (!row || !gathers(row, e)) {
      row = this.gathering = this.push(e);
      row.crowd = { joins: 0, likes: 0, name: "" };
    }
    const crowd = row.crowd!;
    if (e.event_type === "join") {
      crowd.joins++;
      crowd.name = crowd.joins === 1 ? (e.data.user?.nickname ?? "") : "";
    } else {
      crowd.likes += e.data.count;
    }
    row.event = e;
    this.touch(row);
  }

  /** The team pinned a line, or took it off again; perhaps one that comes into the list later. */
  pinned(e: EventOf<"pin">): void {
    if (e.data.method !== team || !e.cause) return;
    const on = e.data.action === "pin";
    if (on) this.pins.set(e.cause, e);
    else this.pins.delete(e.cause);
    const row = this.find((row) => row.pin === e.cause || holds(row, e.cause!, e.data.pinned_user));
    if (!row) return;
    if (on) row.pin = e.cause;
    else delete row.pin;
    this.touch(row);
  }

  /** The newest row of which something is true. */
  private find(is: (row: Row) => boolean): Row | undefined {
    for (let i = this.list.length - 1; i >= 0; i--) if (is(this.list[i]!)) return this.list[i];
    return undefined;
  }

  /** A moderator removed messages, or everything of some viewers; or the team shows again what it hid. */
  private remove(e: EventOf<"delete">): void {
    for (const row of this.list) {
      const removed = row.gone && !row.gone.data.author; // by TikTok's moderators, for good
      if (removed || !means(e, row.event) || (e.data.shown && !row.gone)) continue;
      if (e.data.shown) delete row.gone;
      else row.gone = e;
      this.touch(row);
    }
  }
}

/** The method of a pin of our own team's. */
export const team = "team";

/** Whether a row was made of an event; of a streak's taps only the first and the newest are known by number. */
function holds(row: Row, seq: number, user: User | undefined): boolean {
  if (row.seq === seq || row.event.seq === seq) return true;
  return row.event.event_type === "gift" && row.seq < seq && seq < row.event.seq && userKey(row.event.data.user) === userKey(user);
}

/** Whether the team may want to keep a row on top. */
export function pinnable(row: Row): boolean {
  return !row.gone && ["comment", "question", "gift", "subscribe"].includes(row.event.event_type);
}

/** Whether the team hid a row, and may show it again. */
export function showable(row: Row): boolean {
  return !!row.gone?.data.author;
}

/** Whether the team may hide a row from the audience. */
export function hidable(row: Row): boolean {
  return !row.gone && written(row.event);
}

/** The roles a feed can be narrowed to. */
export const roles = ["moderator", "subscriber", "friend", "follower", "gifter", "verified"] as const;
export type Role = (typeof roles)[number];

/** Whether a row is of somebody who has one of the roles. */
export function hasRole(row: Row, wanted: ReadonlySet<string>): boolean {
  return !row.crowd && (row.event.data.user?.roles?.some((r) => wanted.has(r)) ?? false);
}

function gathers(row: Row, e: LiveEvent): boolean {
  const old = row.event;
  return Date.parse(e.data.timestamp) - Date.parse(row.at) < gather && !!old.history === !!e.history && old.origin === e.origin;
}

/** What events of one growing row have in common; "" where each is a row of its own. */
function growKey(e: LiveEvent): string {
  switch (e.event_type) {
    case "gift":
      return e.data.streak_id ? `gift/${userKey(e.data.user)}/${e.data.gift.id}/${e.data.streak_id}` : "";
    case "battle":
      return `battle/${e.data.battle_id}`;
    case "poll":
      return `poll/${e.data.poll_id}`;
    case "goal":
      return `goal/${e.data.goal_id}`;
    case "envelope":
      return `envelope/${e.data.envelope_id}`;
    case "caption":
      return e.data.sentence_id ? `caption/${e.data.sentence_id}` : "";
    default:
      return "";
  }
}

const groupOf: Record<Kind, Group> = {
  comment: "chat", question: "questions", gift: "gifts", envelope: "gifts", join: "people", like: "people", follow: "people",
  share: "people", subscribe: "people", caption: "host", intro: "host", program: "host", reply: "host", skip: "host", note: "host",
  connect: "system", disconnect: "system", live_end: "system", live_pause: "system", live_resume: "system", viewers: "system",
  pin: "system", delete: "system", battle: "system", goal: "system", poll: "system", rank: "system", system: "system", gap: "system",
};

/** Whether a row belongs to what the reader asked for. A chat line that asks something is a question too, one of the host is the host's. */
export function belongs(row: Row, wanted: ReadonlySet<Group>): boolean {
  const e = row.event;
  if (wanted.has(groupOf[e.event_type])) return true;
  if (e.event_type === "question") return wanted.has("chat");
  if (e.event_type !== "comment") return false;
  if (wanted.has("questions") && /[?？؟]/.test(e.data.comment)) return true;
  return wanted.has("host") && !!e.data.user?.roles?.includes("host");
}

/** Diamonds from which a gift is a band, and is kept. */
export const band = 100;

/** Whether a row must not be missed: somebody asks, pays much, or subscribes. */
export function keeps(row: Row): boolean {
  const e = row.event;
  if (row.gone || e.history) return false;
  if (e.event_type === "gift") return e.data.gift.diamond_count * (e.data.repeat_count + (e.data.already_booked ?? 0)) >= band;
  return e.event_type === "question" || e.event_type === "subscribe";
}

/** Makes text comparable: no case, no marks over letters, đ as d. What a Vietnamese viewer types in a hurry finds what was meant. */
export function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d");
}
