// What a simulator's form means: pure, so that it can be tested without a page.
import type { User } from "./wire.gen";

/** An entry of the gift catalogue, as /api/gifts has it. */
export interface CatalogueGift {
  id: number;
  name: string;
  diamond_count: number;
  image_url?: string;
  type: number;
  streakable: boolean;
}

/** A step of a scenario, as the API takes it. */
export interface Step {
  event_type: string;
  data?: Record<string, unknown>;
  delay_ms?: number;
  repeat?: number;
  every_ms?: number;
  streak?: boolean;
  crowd?: number;
}

export const kinds = ["gift", "comment", "like", "follow", "share", "join", "viewers"] as const;
export type SentKind = (typeof kinds)[number];

export const hows = ["once", "streak", "burst"] as const;
export type How = (typeof hows)[number];

/** The form as it is filled in. It is what is remembered. */
export interface Form {
  kind: SentKind;
  gift: CatalogueGift | null;
  own: boolean; // the gift is the one typed below
  ownId: number;
  ownName: string;
  ownPrice: number;
  who: string;
  crowd: boolean;
  text: string;
  count: number;
  viewers: number;
  how: How;
  pace: number;
}

export const empty: Form = {
  kind: "gift", gift: null, own: false, ownId: 0, ownName: "", ownPrice: 0, who: "", crowd: false, text: "", count: 1, viewers: 500, how: "once", pace: 300,
};

export const mostAtOnce = 10_000;
export const slowestPace = 60_000;

/** A field that cannot be used. */
export type Wrong = "gift" | "ownId" | "ownName" | "ownPrice" | "text" | "count" | "viewers" | "pace" | "how";

/** The fields that cannot be used as they are. */
export function wrongFields(f: Form): Wrong[] {
  const wrong: Wrong[] = [];
  const whole = (field: Wrong, n: number, from: number, to: number) => {
    if (!Number.isInteger(n) || n < from || n > to) wrong.push(field);
  };
  if (f.kind === "gift" && f.own) {
    whole("ownId", f.ownId, 1, 2 ** 31 - 1);
    whole("ownPrice", f.ownPrice, 0, 1_000_000);
    if (!f.ownName.trim()) wrong.push("ownName");
  } else if (f.kind === "gift") {
    if (!f.gift) wrong.push("gift");
    else if (f.how === "streak" && !f.gift.streakable) wrong.push("how");
  }
  if (f.kind === "comment" && !f.text.trim()) wrong.push("text");
  if (f.kind === "viewers") whole("viewers", f.viewers, 0, 10_000_000);
  else whole("count", f.count, 1, mostAtOnce);
  if (paced(f)) whole("pace", f.pace, 0, slowestPace);
  return wrong;
}

/** Whether the pace matters: there are several, one after the other. */
export function paced(f: Form): boolean {
  if (f.kind === "gift") return f.how !== "once";
  return f.kind !== "like" && f.kind !== "viewers" && f.count > 1;
}

/** The step a form without wrong fields stands for. people are those whose names the form offers. */
export function stepOf(f: Form, people: User[] = []): Step {
  const data: Record<string, unknown> = {};
  const user = userOf(f.who, people);
  if (user && f.kind !== "viewers") data["user"] = user;
  const step: Step = { event_type: f.kind, data };
  const many = () => {
    if (f.count > 1) step.repeat = f.count;
    if (f.count > 1 && f.pace > 0) step.every_ms = f.pace;
    if (f.crowd) {
      step.crowd = f.count;
      delete data["user"];
    }
  };
  switch (f.kind) {
    case "gift":
      data["gift"] = giftOf(f);
      if (f.how === "once") {
        data["repeat_count"] = f.count;
        if (f.crowd) step.crowd = 1;
      } else if (f.how === "burst") {
        many();
      } else {
        Object.assign(step, { streak: true, repeat: f.count, every_ms: f.pace });
      }
      break;
    case "comment":
      data["comment"] = f.text.trim();
      many();
      break;
    case "like":
      data["count"] = f.count;
      break;
    case "viewers":
      Object.assign(data, { viewers: f.viewers, total: f.viewers });
      break;
    default:
      many();
  }
  return step;
}

function giftOf(f: Form): Omit<CatalogueGift, "image_url"> & { image_url?: string } {
  if (f.own) {
    const streak = f.how === "streak";
    return { id: f.ownId, name: f.ownName.trim(), diamond_count: f.ownPrice, streakable: streak, type: streak ? 1 : 2 };
  }
  const { id, name, diamond_count, image_url, streakable, type } = f.gift!;
  return { id, name, diamond_count, ...(image_url ? { image_url } : {}), streakable, type };
}

/** Somebody of the session by handle or name, or somebody new of that name; undefined leaves it to the server. */
export function userOf(who: string, people: User[]): Partial<User> | undefined {
  const name = who.trim().replace(/^@/, "");
  if (!name) return undefined;
  const known = people.find((u) => u.unique_id === name || u.nickname === name);
  if (known) {
    const { unique_id, nickname, user_id, profile_picture } = known;
    return { unique_id, nickname, ...(user_id ? { user_id } : {}), ...(profile_picture ? { profile_picture } : {}) };
  }
  return { unique_id: name, nickname: name };
}

/** Keeps what is sent, with the pauses between, as the steps of a scenario. */
export class Recorder {
  readonly steps: Step[] = [];
  private last: number | undefined;

  constructor(private readonly now: () => number = Date.now) {}

  add(step: Step): void {
    const now = this.now();
    const delay = this.last === undefined ? 0 : Math.min(Math.max(0, now - this.last), 600_000);
    this.steps.push(delay > 0 ? { ...step, delay_ms: delay } : step);
    // A step's own length is not waited for twice.
    this.last = now + length(step);
  }
}

/** How long a step takes from its first event to its last, in ms. */
export function length(step: Step): number {
  return Math.max(0, (step.repeat ?? 1) - 1) * (step.every_ms ?? 0) + (step.streak ? 3_000 : 0);
}

/** Where the last values are kept. A browser may refuse it. */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const memoryKey = "simulator";

/** The values of last time; what is missing or broken is as in a new form. */
export function recall(memory: () => Memory): Form {
  try {
    const kept = JSON.parse(memory().getItem(memoryKey) ?? "{}") as Record<string, unknown>;
    const form: Record<string, unknown> = { ...empty };
    for (const [key, value] of Object.entries(empty)) {
      if (key !== "gift" && typeof kept[key] === typeof value) form[key] = kept[key];
    }
    if (isGift(kept["gift"])) form["gift"] = kept["gift"];
    const out = form as unknown as Form;
    if (!kinds.includes(out.kind)) out.kind = empty.kind;
    if (!hows.includes(out.how)) out.how = empty.how;
    return out;
  } catch {
    return { ...empty };
  }
}

function isGift(v: unknown): v is CatalogueGift {
  const g = v as CatalogueGift | null;
  return typeof g === "object" && g !== null && typeof g.id === "number" && typeof g.name === "string" && typeof g.diamond_count === "number";
}

export function remember(memory: () => Memory, form: Form): void {
  try {
    memory().setItem(memoryKey, JSON.stringify(form));
  } catch {
    // Private windows and full disks: then it is not remembered.
  }
}

/** What stands for a gift whose picture nobody knows. */
export function giftSign(id: number): string {
  return signs[id] ?? "🎁";
}

const signs: Record<number, string> = {
  5655: "🌹", 7934: "💗", 5269: "🎵", 5487: "🫰", 5658: "🌸", 5879: "🍩", 5660: "🫶", 5585: "🎉", 11046: "🌌", 6369: "🦁",
};
