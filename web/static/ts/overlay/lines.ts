// What an event says on stage, in a chat or a ticker. Pure: no DOM.
import type { Part, Texts } from "../i18n";
import { userName } from "../numbers";
import { script, withEmotes } from "../said";
import type { GiftItem, LiveEvent, User } from "../wire.gen";
import type { Icon } from "./icons";

export interface Line {
  tone: "chat" | "question" | "gift" | "people";
  icon: Icon;
  user?: User | undefined;
  parts: Part[];
  lang?: string | undefined;
  to?: string; // whom a comment answers
  stickers?: string[];
  gift?: GiftItem;
  count?: number; // pieces of the gift
  diamonds?: number;
}

/** The line of an event; undefined for what has none. */
export function lineOf(e: LiveEvent, texts: Texts): Line | undefined {
  const user = e.data.user;
  const people = (icon: Icon, said: string): Line => ({ tone: "people", icon, user, parts: [said] });
  switch (e.event_type) {
    case "comment":
      return {
        tone: "chat", icon: "message", user, parts: withEmotes(e.data), lang: script(e.data.comment, e.data.language),
        ...(e.data.reply_to ? { to: userName(e.data.reply_to) } : {}), ...(e.data.stickers?.length ? { stickers: e.data.stickers } : {}),
      };
    case "question":
      return { tone: "question", icon: "question", user, parts: [e.data.question], lang: script(e.data.question) };
    case "gift": {
      const count = e.data.repeat_count + (e.data.already_booked ?? 0);
      const gift = e.data.gift.name || texts.t("stage.line.gift.unknown");
      return {
        tone: "gift", icon: "gift", user, parts: texts.parts("stage.line.gift", { Gift: { text: gift, as: "gift" } }),
        gift: e.data.gift, count, diamonds: count * e.data.gift.diamond_count,
      };
    }
    case "follow":
      return people("userPlus", texts.t("stage.line.follow"));
    case "share":
      return people("share", texts.t("stage.line.share"));
    case "join":
      return people("wave", texts.t("stage.line.join"));
    case "subscribe":
      if (e.data.gifted) return people("star", texts.t("stage.line.subscribe.gifted", { Count: e.data.gifted }));
      if ((e.data.months ?? 0) > 1) return people("star", texts.t("stage.line.subscribe.months", { Count: e.data.months! }));
      return people("star", texts.t("stage.line.subscribe"));
  }
  return undefined;
}

export interface Badge {
  icon: Icon;
  kind: "host" | "moderator" | "subscriber" | "top" | "team" | "gifter";
  text: string;
}

/** What stands before a name, the weightiest first. */
export function badges(user: User | undefined, texts: Texts): Badge[] {
  const all: Badge[] = [];
  const role = (name: string): boolean => user?.roles?.includes(name) ?? false;
  if (role("host")) all.push({ icon: "crown", kind: "host", text: texts.t("stage.role.host") });
  if (role("moderator")) all.push({ icon: "shield", kind: "moderator", text: texts.t("stage.role.moderator") });
  if (user?.top_gifter) all.push({ icon: "trophy", kind: "top", text: String(user.top_gifter) });
  if (role("subscriber")) all.push({ icon: "star", kind: "subscriber", text: "" });
  if (user?.team_level) all.push({ icon: "heart", kind: "team", text: String(user.team_level) });
  if (user?.gifter_level) all.push({ icon: "gem", kind: "gifter", text: String(user.gifter_level) });
  return all;
}

/** Whether an event was made up: it then carries a mark, whoever looks. */
export function madeUp(e: LiveEvent): boolean {
  return e.origin === "simulated" || e.origin === "replay";
}

/** An event's own name within the page. */
export function keyOf(e: LiveEvent): string {
  return `${e.session_id}-${e.seq}`;
}
