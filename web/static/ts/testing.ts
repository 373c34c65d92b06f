// What the tests share: events, and words in English.
import english from "../../catalog/en.json";
import { Texts } from "./i18n";
import type { EventOf, Kind, LiveEvent, User } from "./wire.gen";

export const texts = new Texts("en", english);

export const mai: User = { unique_id: "mai", nickname: "Mai", user_id: "1" };
export const yoru: User = { unique_id: "yoru", nickname: "夜の散歩者", user_id: "2" };

/** An event of a kind; what a test does not care about is made up. */
export function event<K extends Kind>(kind: K, seq: number, data: Omit<EventOf<K>["data"], "timestamp"> & { timestamp?: string }, more: Partial<LiveEvent> = {}): LiveEvent {
  return {
    event_type: kind, seq, session_id: 7, origin: "tiktok", ...more,
    data: { timestamp: "2026-01-12T09:30:00Z", ...data },
  } as unknown as LiveEvent;
}

export const comment = (seq: number, text = "hi", more: Partial<LiveEvent> = {}): LiveEvent => event("comment", seq, { user: mai, comment: text }, more);

export function gift(seq: number, count: number, streaking: boolean, more: { user?: User; streak?: string; price?: number; booked?: number; event?: Partial<LiveEvent> } = {}): LiveEvent {
  const price = more.price ?? 1;
  return event("gift", seq, {
    user: more.user ?? mai, gift: { id: 5655, name: "Rose", diamond_count: price, streakable: true, type: 1 }, repeat_count: count,
    total_diamonds: count * price, streaking, streak_id: more.streak ?? "s1", ...(more.booked ? { already_booked: more.booked } : {}),
  }, more.event);
}
