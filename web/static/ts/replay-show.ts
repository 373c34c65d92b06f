// What overlays make of a past session's events: which chat lines they show, and which alerts, one at a time. The same rules as the
// server's for a LIVE (internal/live/overlay_list.go, alert_rules.go, alerts.go), by the replay's own clock. Pure: no DOM.
import { userKey, userName } from "./numbers";
import type { Alert, AlertRule, AlertsOptions, ChatFilter, ChatOptions, EventOf, LiveEvent, OverlayAlert, User } from "./wire.gen";

/** What the replay tells its stage. clock is the session's own time in ms, speed how fast it goes. */
export type StageFrame =
  | { type: "scene"; events: LiveEvent[]; clock: number } // a jump: this is what was there
  | { type: "events"; events: LiveEvent[]; clock: number; speed: number }
  | { type: "clock"; clock: number; speed: number };

/** Whether an overlay lets an event in at all. */
function wanted(e: LiveEvent, rehearsal: boolean): boolean {
  return !e.history && (rehearsal || (e.origin !== "simulated" && e.origin !== "replay"));
}

const link = /(https?:\/\/|www\.)\S|\b[a-z0-9-]+\.(com|net|org|io|gg|tv|me|ly|co|info|xyz|shop|link|live|vn|cn|jp|ru)\b/i;
const command = /^\s*[!/]\S/;

/** The event as a chat shows it; undefined if it does not. */
export function chatLine(e: LiveEvent, options: ChatOptions): LiveEvent | undefined {
  if (e.event_type === "delete") return e.history ? undefined : e;
  const kinds: string[] = ["comment", ...options.events];
  if (!kinds.includes(e.event_type) || !wanted(e, options.rehearsal)) return undefined;
  const filter = options.filter ?? {};
  switch (e.event_type) {
    case "gift":
      return e.data.streaking || e.data.total_diamonds < options.min_diamonds ? undefined : withoutPicture(e, options.gift_pictures);
    case "comment":
      return allowed(e.data.user, e.data.comment, filter) ? clipped(e, options) : undefined;
    case "question":
      return allowed(e.data.user, e.data.question, filter) ? e : undefined;
  }
  return hidden(e.data.user, filter) ? undefined : e;
}

function withoutPicture(e: EventOf<"gift">, pictures: boolean): LiveEvent {
  if (pictures || !e.data.gift.image_url) return e;
  const { image_url: _, ...gift } = e.data.gift;
  return { ...e, data: { ...e.data, gift } };
}

function clipped(e: EventOf<"comment">, options: ChatOptions): LiveEvent | undefined {
  const most = options.filter?.max_runes ?? 0;
  const letters = most > 0 ? Array.from(new Intl.Segmenter().segment(e.data.comment), (s) => s.segment) : [];
  const comment = letters.length > most ? letters.slice(0, most).join("").trim() + "…" : e.data.comment;
  const { emotes, stickers, ...rest } = e.data;
  const data = {
    ...rest, comment, ...(emotes && options.emotes && comment === e.data.comment ? { emotes } : {}), ...(stickers && options.stickers ? { stickers } : {}),
  };
  return comment.trim() === "" && !data.emotes?.length && !data.stickers?.length ? undefined : { ...e, data };
}

function allowed(user: User | undefined, text: string, filter: ChatFilter): boolean {
  const lower = text.toLowerCase();
  return !hidden(user, filter) && !(filter.hide_links && link.test(text)) && !(filter.hide_commands && command.test(text))
    && !(filter.hide_words ?? []).some((word) => lower.includes(word.toLowerCase()));
}

function hidden(user: User | undefined, filter: ChatFilter): boolean {
  if (!user) return false;
  if (filter.roles?.length && !filter.roles.some((role) => user.roles?.includes(role))) return true;
  const names = (filter.hide_viewers ?? []).map((name) => name.toLowerCase().replace(/^@/, ""));
  return names.includes(user.unique_id.toLowerCase()) || (!!user.user_id && names.includes(user.user_id));
}

interface Waiting {
  alert: Alert;
  worth: number;
  show: number; // ms
  since: number; // on the clock
  streak?: string;
}

/** Texts of alerts that have none of their own: "title.gift", "text.gift". */
export type Words = (key: string) => string;

/** The queue of alerts, by the replay's clock. */
export class AlertQueue {
  private waiting: Waiting[] = [];
  private now: { entry: Waiting; from: number; until: number } | undefined;
  private free = -Infinity; // when the next one may come
  private likes: number | undefined;

  constructor(private readonly options: AlertsOptions, private readonly words: Words, private readonly room: string) {}

  /** A jump: nothing waits, nothing is on screen. */
  clear(): void {
    this.waiting = [];
    this.now = this.likes = undefined;
    this.free = -Infinity;
  }

  /** Takes events in, and says what to do by a moment. Frames' times are of the session. */
  step(events: LiveEvent[], clock: number): OverlayAlert[] {
    const frames: OverlayAlert[] = [];
    for (const e of events) {
      const entry = wanted(e, this.options.rehearsal) ? this.entry(e, Date.parse(e.data.timestamp) || clock) : undefined;
      if (!entry) continue;
      if (this.grow(entry)) {
        if (this.now?.entry.streak && this.now.entry.streak === entry.streak) frames.push(this.frame("update", clock));
        continue;
      }
      this.waiting.push(entry);
      this.drop();
    }
    this.move(clock, frames);
    return frames;
  }

  private move(clock: number, frames: OverlayAlert[]): void {
    const { timing } = this.options;
    if (this.now && clock >= this.now.until) {
      frames.push(this.frame("end", clock));
      this.free = this.now.until + timing.gap_ms;
      this.now = undefined;
    }
    const oldest = clock - timing.keep_seconds * 1000;
    this.waiting = this.waiting.filter((w) => timing.keep_seconds === 0 || w.since >= oldest);
    if (this.now || clock < this.free || this.waiting.length === 0) return;
    const crowd = this.waiting.length > timing.shrink_above && timing.shrink_above > 0;
    const entry = this.waiting.shift()!;
    this.now = { entry, from: clock, until: clock + (crowd ? Math.min(entry.show, Math.max(timing.least_ms, 1)) : entry.show) };
    frames.push(this.frame("show", clock));
  }

  private frame(action: OverlayAlert["action"], clock: number): OverlayAlert {
    const { entry, from, until } = this.now!;
    return { action, id: entry.alert.id, alert: entry.alert, shown_ms: Math.max(0, clock - from), left_ms: Math.max(0, until - clock), waiting: this.waiting.length };
  }

  /** Another tap of a streak: its alert says so, wherever it is. */
  private grow(entry: Waiting): boolean {
    const have = [this.now?.entry, ...this.waiting].find((w) => w?.streak && w.streak === entry.streak);
    if (!have) return false;
    have.alert = { ...entry.alert, id: have.alert.id };
    have.worth = entry.worth;
    return true;
  }

  /** Too much waits: what is worth least goes. */
  private drop(): void {
    if (this.waiting.length <= this.options.timing.limit) return;
    const least = this.waiting.reduce((a, b) => (b.worth < a.worth ? b : a));
    this.waiting.splice(this.waiting.indexOf(least), 1);
  }

  private entry(e: LiveEvent, since: number): Waiting | undefined {
    const user = e.data.user;
    const fields: Record<string, string> = { nickname: userName(user), handle: user?.unique_id ?? "", room: this.room };
    const alert: Alert = { id: `s${e.session_id}-${e.seq}`, on: e.event_type, title: "", sound: "none", volume: 0, at: e.data.timestamp, ...(user ? { user } : {}) };
    const entry: Waiting = { alert, worth: 0, show: 0, since };
    const rule = e.event_type === "like" ? this.like(e, alert, fields) : this.rule(this.fill(e, entry, fields));
    if (!rule) return undefined;
    if (e.origin === "simulated" || e.origin === "replay") alert.rehearsal = true;
    alert.title = filled(rule.title || this.words(`title.${rule.on}`), fields);
    alert.text = filled(rule.text || this.words(`text.${rule.on}`), fields);
    if (rule.accent) alert.accent = rule.accent;
    if (rule.animation) alert.animation = rule.animation;
    entry.show = rule.show_ms || this.options.timing.show_ms;
    return entry;
  }

  private fill(e: LiveEvent, entry: Waiting, fields: Record<string, string>): Alert {
    const { alert } = entry;
    switch (e.event_type) {
      case "gift": {
        const { gift } = e.data;
        alert.gift = this.options.gift_pictures ? gift : withoutPictureOf(gift);
        alert.count = e.data.repeat_count + (e.data.already_booked ?? 0);
        alert.diamonds = entry.worth = alert.count * gift.diamond_count;
        Object.assign(fields, { gift: gift.name, count: String(alert.count), diamonds: String(alert.diamonds) });
        if (gift.streakable) entry.streak = `${e.origin} ${userKey(e.data.user)} ${gift.id} ${e.data.streak_id ?? ""}`;
        break;
      }
      case "subscribe":
        entry.worth = 500;
        fields["months"] = String(Math.max(1, e.data.months ?? 1));
        break;
      case "question":
        entry.worth = 5;
        fields["text"] = e.data.question;
        break;
      case "follow":
        entry.worth = 1;
    }
    return alert;
  }

  /** The room's total has passed a multiple of a rule's "every". */
  private like(e: EventOf<"like">, alert: Alert, fields: Record<string, string>): AlertRule | undefined {
    const before = this.likes;
    const total = e.data.total_likes > 0 ? Math.max(before ?? 0, e.data.total_likes) : (before ?? 0) + e.data.count;
    this.likes = total;
    if (before === undefined && e.data.total_likes > 0) return undefined; // the likes before the first total are no news
    const rule = this.options.rules.find((r) => r.on === "like" && r.enabled && r.every && Math.floor(total / r.every) > Math.floor((before ?? 0) / r.every));
    if (!rule) return undefined;
    fields["likes"] = String(Math.floor(total / rule.every!) * rule.every!);
    delete alert.user; // it is everybody's doing
    return rule;
  }

  /** The rule that fits best: the one for this very gift, then the one for the most diamonds, then the first. */
  private rule(alert: Alert): AlertRule | undefined {
    let best: AlertRule | undefined;
    for (const r of this.options.rules) {
      if (r.on !== alert.on || !r.enabled || (alert.diamonds ?? 0) < (r.min_diamonds ?? 0) || (r.gift_id && alert.gift?.id !== r.gift_id)) continue;
      const special = !!r.gift_id !== !!best?.gift_id;
      if (!best || (special ? !!r.gift_id : (r.min_diamonds ?? 0) > (best.min_diamonds ?? 0))) best = r;
    }
    return best;
  }
}

function withoutPictureOf(gift: EventOf<"gift">["data"]["gift"]): EventOf<"gift">["data"]["gift"] {
  const { image_url: _, ...rest } = gift;
  return rest;
}

/** Puts the fields into a template, once: what a viewer is called may hold braces too. */
function filled(template: string, fields: Record<string, string>): string {
  return template.replace(/\{\w+\}/g, (name) => (fields[name.slice(1, -1)] ?? "").split(/\s+/).filter(Boolean).join(" "));
}
