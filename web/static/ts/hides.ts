// What a delete event takes away: the same rule as the server's (internal/live/hide.go).
import { userKey } from "./numbers";
import type { EventOf, LiveEvent } from "./wire.gen";

/** Whether an event is something a viewer wrote, which the team may hide. A gift is not: who paid is thanked. */
export function written(e: LiveEvent): boolean {
  return e.event_type === "comment" || e.event_type === "question";
}

/** Whether a delete takes an event of its session away. What comes after it stays. */
export function hides(gone: EventOf<"delete">, e: LiveEvent): boolean {
  return !gone.data.shown && means(gone, e);
}

/** Which of a session's deletes, in order, hides an event. The team shows again what it hid itself; what TikTok removed stays removed. */
export function hiddenBy(deletes: readonly EventOf<"delete">[], e: LiveEvent): EventOf<"delete"> | undefined {
  let shown = false;
  for (const gone of [...deletes].reverse()) {
    if (!means(gone, e)) continue;
    if (gone.data.shown) shown = true;
    else if (!gone.data.author || !shown) return gone;
  }
  return undefined;
}

/** Whether a delete is about an event of its session, to hide it or to show it again. */
export function means(gone: EventOf<"delete">, e: LiveEvent): boolean {
  const { source_ids, user_ids, author } = gone.data;
  if (gone.seq < e.seq || (author && !written(e))) return false;
  if (gone.cause === e.seq || (e.source_id && source_ids?.includes(e.source_id))) return true;
  const key = userKey(e.data.user);
  return !!key && !!user_ids?.includes(key);
}
