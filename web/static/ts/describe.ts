// Says in words what an event is: one function a kind. Pure: it returns what to show, a component decides how.
import { fallbackText } from "./host";
import type { Key, Part, Texts } from "./i18n";
import { userName } from "./numbers";
import { team, type Row } from "./rows";
import { script, withEmotes } from "./said";
import type { EventOf, Kind, LiveEvent, User } from "./wire.gen";

export type Tone = "chat" | "question" | "gift" | "people" | "crowd" | "host" | "system" | "gap";

export interface Line {
  tone: Tone;
  user?: User | undefined; // whose face is shown
  name?: string; // who, before the words
  parts: Part[];
  lang?: string | undefined;
  worth?: number; // diamonds
  aside?: string; // small, at the end
  under?: string; // small, below the words
}

/** The line of a row. */
export function describe(row: Row, texts: Texts): Line {
  if (row.crowd) return crowdLine(row, texts);
  const line = ofEvent(row.event, texts);
  if (row.gone?.data.author) return { ...line, aside: texts.t("feed.hidden", { Name: row.gone.data.author }) };
  if (row.gone) return { ...line, parts: [texts.t("feed.deleted")], lang: undefined };
  if (row.skip) return { ...line, aside: skipText(row.skip, texts, row.event.event_type === "reply" ? "feed.cut" : "feed.skip") };
  return line;
}

/** Why the host did not answer, or, of its own words, why they were cut short. What a story's error says is English. */
function skipText(e: EventOf<"skip">, texts: Texts, key: "feed.skip" | "feed.cut" = "feed.skip"): string {
  return texts.t(key, { Reason: dotted(texts.find("skip." + e.data.reason) ?? e.data.reason, texts.lang === "en" ? e.data.detail : undefined) });
}

/** Everything of a line that can be searched. */
export function lineText(line: Line): string {
  const words = line.parts.map((p) => (typeof p === "string" ? p : "text" in p ? p.text : "")).join("");
  return `${line.name ?? ""} ${words}`;
}

function crowdLine(row: Row, texts: Texts): Line {
  const { joins, likes, name } = row.crowd!;
  const said: string[] = [];
  if (joins === 1 && name) said.push(texts.t("feed.joined.one", { Name: name }));
  else if (joins > 0) said.push(texts.t("feed.joined", { Count: joins }));
  if (likes > 0) said.push(texts.t("feed.liked", { Count: likes }));
  return { tone: "crowd", parts: [said.join(" · ")] };
}

function ofEvent(e: LiveEvent, texts: Texts): Line {
  // The table has a function for each kind's own event; the compiler cannot see that the two go together.
  return (lines[e.event_type] as (e: LiveEvent, texts: Texts) => Line)(e, texts);
}

const lines: { [K in Kind]: (e: EventOf<K>, texts: Texts) => Line } = {
  comment(e, texts) {
    const said = { ...by(e), tone: "chat", lang: script(e.data.comment, e.data.language) } as const;
    const to = e.data.reply_to ? { aside: texts.t("feed.reply_to", { Name: userName(e.data.reply_to) }) } : {};
    if (!e.data.comment && e.data.stickers?.length) {
      return { ...said, ...to, lang: undefined, parts: [texts.t("feed.sticker") + " ", ...e.data.stickers.map((picture) => ({ picture }))] };
    }
    return { ...said, ...to, parts: withEmotes(e.data) };
  },

  question: (e) => ({ ...by(e), tone: "question", parts: [e.data.question], lang: script(e.data.question) }),

  gift(e, texts) {
    const { gift, repeat_count, streaking, already_booked, to_user } = e.data;
    const pieces = repeat_count + (streaking ? 0 : (already_booked ?? 0));
    const parts = texts.parts("feed.gift", {
      Gift: { text: gift.name || texts.t("feed.gift.unknown"), as: "gift" },
      Times: { text: "×" + texts.number(pieces), as: "times" },
    });
    if (gift.image_url) parts.push({ picture: gift.image_url });
    if (to_user) parts.push(" " + texts.t("feed.gift.to", { Name: userName(to_user) }));
    return { ...by(e), tone: "gift", parts, worth: pieces * gift.diamond_count };
  },

  join: (e, texts) => ({ tone: "crowd", parts: [texts.t("feed.joined.one", { Name: userName(e.data.user) })] }),
  like: (e, texts) => ({ tone: "crowd", parts: [texts.t("feed.liked", { Count: e.data.count })] }),
  viewers: (e, texts) => ({ tone: "crowd", parts: [texts.number(e.data.viewers) + " " + texts.t("num.viewers")] }),
  follow: (e, texts) => ({ ...by(e), tone: "people", parts: [texts.t("feed.follow")] }),

  share: (e, texts) => ({
    ...by(e), tone: "people", parts: [e.data.joined ? texts.t("feed.share.joined", { Count: e.data.joined }) : texts.t("feed.share")],
  }),

  subscribe(e, texts) {
    const { gifted, via, months } = e.data;
    let said = texts.t("feed.subscribe");
    if (gifted) said = texts.t("feed.subscribe.gifted", { Count: gifted });
    else if (via === "superfan") said = texts.t("feed.subscribe.superfan");
    else if (months && months > 1) said = texts.t("feed.subscribe.months", { Count: months });
    return { ...by(e), tone: "people", parts: [said] };
  },

  connect: (e, texts) => system(e.data.way === "rehearsal" ? texts.t("feed.connect.rehearsal") : e.data.title ? texts.t("feed.connect.title", { Title: e.data.title }) : texts.t("feed.connect")),

  disconnect: (e, texts) =>
    system(e.data.cause ? texts.t("feed.disconnect.cause", { Cause: causeText(e.data.cause, texts) }) : texts.t("feed.disconnect")),

  live_end: (e, texts) => ({
    ...system(texts.find("feed.live_end." + e.data.reason) ?? texts.t("feed.live_end")), ...(e.data.tips ? { aside: e.data.tips } : {}),
  }),
  live_pause: (_, texts) => system(texts.t("feed.live_pause")),
  live_resume: (_, texts) => system(texts.t("feed.live_resume")),

  pin(e, texts) {
    const who = e.data.operator ?? e.data.user;
    const what = e.data.text ? `“${e.data.text}”` : texts.t("feed.pin.message");
    const said = e.data.action === "unpin" ? texts.t("feed.unpin") : texts.t("feed.pin", { Text: what });
    if (e.data.method === team) return { ...system(said), name: e.data.author ?? "" };
    return { tone: "system", user: who, name: userName(who), parts: [said] };
  },

  delete(e, texts) {
    if (!e.data.author) return system(texts.t("feed.delete"));
    const done = e.data.shown ? "show" : "hide";
    return { ...system(texts.t(e.cause ? `feed.${done}.one` : `feed.${done}.all`)), name: e.data.author };
  },

  battle(e, texts) {
    const sides = (e.data.sides ?? []).map((s) => `${userName(s.user)} ${texts.number(s.score)}`).join(" – ");
    return system(dotted(texts.find("feed.battle." + e.data.phase) ?? texts.t("feed.battle.score"), sides));
  },

  goal(e, texts) {
    const steps = (e.data.goals ?? []).map((g) =>
      `${g.gift ?? ""} ${texts.t("feed.goal.progress", { Progress: g.progress, Target: g.target })}`.trim());
    return system(dotted(texts.t("feed.goal"), e.data.description, ...steps));
  },

  envelope(e, texts) {
    const said = e.data.action === "hide" ? texts.t("feed.envelope.hide") : texts.t("feed.envelope", { Diamonds: e.data.diamonds ?? 0 });
    return { ...system(said), name: e.data.sender ?? "" };
  },

  poll: (e, texts) => system(dotted(
    e.data.phase === "end" ? texts.t("feed.poll.end") : texts.t("feed.poll.start"), e.data.title,
    ...(e.data.options ?? []).map((o) => `${o.text} ${texts.number(o.votes)}`))),

  rank(e, texts) {
    if (!e.data.rank) return system(texts.t("feed.rank.text", { Text: e.data.text ?? "" }));
    return system(texts.t("feed.rank", { Rank: e.data.rank, List: texts.find("feed.rank." + e.data.list) ?? e.data.list }));
  },

  caption: (e, texts) => host(texts.t("feed.caption"), e.data.text, e.data.language),
  intro: (e, texts) => host(texts.t("feed.intro"), e.data.text, e.data.language),

  system: (e, texts) => e.data.topic === "alerts" ? system(alertsText(e.data, texts)) : ({
    ...by(e), tone: "system", name: userName(e.data.user) || texts.t("feed.system"),
    parts: [e.data.text || texts.find("feed.system." + e.data.topic, { Level: e.data.level ?? 0 }) || e.data.topic],
  }),

  program: (e, texts) => ({
    tone: "host",
    parts: [texts.find("feed.program." + e.data.action, { Name: e.data.programName }) ?? dotted(e.data.action, e.data.programName)],
  }),

  reply: (e, texts) => ({
    ...host(texts.t("feed.host"), e.data.clips.map((c) => c.speech).join(" ")),
    aside: texts.t("unit.seconds", { Count: Math.round(e.data.took_ms / 100) / 10 }),
    ...(e.data.fallback ? { under: texts.t("feed.reply.why", { Why: fallbackText(e.data.fallback, texts) }) } : {}),
  }),

  skip: (e, texts) => system(skipText(e, texts)),

  gap(e, texts) {
    const when = texts.t("feed.gap", { From: texts.clock(e.data.from), To: texts.clock(e.data.to) });
    return { tone: "gap", parts: [dotted(when, causeText(e.data.cause, texts), texts.duration(e.data.seconds * 1000))] };
  },

  note(e, texts) {
    const { topic, silence_seconds: silence, author, text } = e.data;
    if (topic) return system(obsText(e.data, texts));
    if (silence) return system(texts.t("feed.note.silence", { Time: texts.duration(silence * 1000) }));
    return host(dotted(texts.t("feed.note"), author), text);
  },
};

/** What OBS did. Notes of before its scenes were kept by name say it in English. */
function obsText({ topic, scene, text }: EventOf<"note">["data"], texts: Texts): string {
  return (topic === "obs_scene" && !scene ? undefined : texts.find(`feed.note.${topic}`, { Scene: scene ?? "" })) ?? text;
}

/** Names alerts that were not shown. Lines of before the names were kept say it in English. */
function alertsText({ key, names = [], level = 0, text = "" }: EventOf<"system">["data"], texts: Texts): string {
  const said = names.length > 0 ? texts.find(`feed.alerts.${key}`, { Names: names.join(" · ") }) : undefined;
  if (!said) return text;
  return level > names.length ? `${said} ${texts.t("feed.alerts.more", { Count: level - names.length })}` : said;
}

function by(e: LiveEvent): Pick<Line, "user" | "name"> {
  return { user: e.data.user, name: userName(e.data.user) };
}

function system(said: string): Line {
  return { tone: "system", parts: [said] };
}

function host(name: string, text: string, lang?: string): Line {
  return { tone: "host", name, parts: [text], lang: script(text, lang) };
}

/** A reason in a few words; one there are no words for is shown as it is. */
function causeText(cause: string, texts: Texts): string {
  return texts.find("cause." + cause) ?? cause;
}

function dotted(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(" · ");
}

/** The word for an event that did not come from the audience. */
export function madeUp(e: LiveEvent, texts: Texts): string[] {
  if (e.origin === "simulated") return [texts.t("feed.tag.simulated")];
  return e.origin === "replay" ? [texts.t("feed.tag.replay")] : [];
}

/** The small words before a name. */
export function tags(e: LiveEvent, texts: Texts): string[] {
  const out: string[] = [];
  if (e.event_type === "question") out.push(texts.t("feed.tag.question"));
  for (const role of ["host", "moderator", "subscriber"] as const) {
    if (e.data.user?.roles?.includes(role)) out.push(texts.t(`feed.tag.${role}` satisfies Key));
  }
  if (e.data.user?.top_gifter) out.push(texts.t("feed.tag.top", { Rank: e.data.user.top_gifter }));
  return out;
}
