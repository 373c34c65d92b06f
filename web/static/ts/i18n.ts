// The catalogue in the browser: the same files and the same placeholders as in Go.
import type english from "../../catalog/en.json";

/** A key of the catalogue. The compiler knows them all. */
export type Key = keyof typeof english;

export type Args = Record<string, string | number>;
type Message = string | Record<string, string>;

/** A piece of a sentence: plain, or with a look of its own. */
export type Part = string | { text: string; as: "gift" | "times" | "name" } | { picture: string };

const placeholder = /\{\{\.(\w+)\}\}/;

/** The texts of one language, and how it writes numbers and times. */
export class Texts {
  private readonly plural: Intl.PluralRules;
  private readonly full: Intl.NumberFormat;
  private readonly compact: Intl.NumberFormat;
  private readonly second: Intl.DateTimeFormat;
  private readonly hourMinute: Intl.DateTimeFormat;
  private readonly list: Intl.ListFormat;

  /** Times are the reader's: in their zone, unless another is named. */
  constructor(readonly lang: string, private readonly messages: Record<string, Message>, zone?: string) {
    this.plural = new Intl.PluralRules(lang);
    this.full = new Intl.NumberFormat(lang);
    this.compact = new Intl.NumberFormat(lang, { notation: "compact", maximumSignificantDigits: 3 });
    const timeZone = zone ? { timeZone: zone } : {};
    this.second = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", ...timeZone });
    this.hourMinute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...timeZone });
    this.list = new Intl.ListFormat(lang, { type: "conjunction" });
  }

  t(key: Key, args: Args = {}): string {
    return this.parts(key, args).map((p) => (typeof p === "string" ? p : "text" in p ? p.text : "")).join("");
  }

  /** The text of a key that was put together, or undefined where the catalogue has none. */
  find(key: string, args: Args = {}): string | undefined {
    return key in this.messages ? this.t(key as Key, args) : undefined;
  }

  /** Like t, but what stands for a placeholder may have a look of its own. */
  parts(key: Key, args: Record<string, string | number | Part> = {}): Part[] {
    const count = args["Count"];
    const pieces = this.template(key, typeof count === "number" ? count : 2).split(placeholder);
    return pieces
      .map((piece, i): Part => {
        if (i % 2 === 0) return piece;
        const value = args[piece] ?? "";
        return typeof value === "number" ? this.number(value) : value;
      })
      .filter((p) => p !== "");
  }

  private template(key: string, count: number): string {
    const message = this.messages[key];
    if (message === undefined) return key;
    if (typeof message === "string") return message;
    return message[this.plural.select(count)] ?? message["other"] ?? key;
  }

  /** 1,284 */
  number(n: number): string {
    return this.full.format(n);
  }

  /** In full below a hundred thousand, with a unit above: 212K, 21.2万. Rounded down: nothing is claimed that is not there yet. */
  short(n: number): string {
    if (n < 100_000) return this.number(n);
    const step = 10 ** (Math.floor(Math.log10(n)) - 2);
    return this.compact.format(Math.floor(n / step) * step);
  }

  /** The time of day in the reader's zone. */
  clock(time: string | number): string {
    const date = new Date(time);
    return Number.isNaN(date.getTime()) ? "" : this.second.format(date);
  }

  /** The time of day without seconds, for what is planned or long past. */
  minute(time: string | number): string {
    const date = new Date(time);
    return Number.isNaN(date.getTime()) ? "" : this.hourMinute.format(date);
  }

  /** The name of the zone times are in. */
  get zone(): string {
    return this.second.resolvedOptions().timeZone;
  }

  /** The day and the time of day, short, in the reader's zone. */
  moment(time: string): string {
    return new Intl.DateTimeFormat(this.lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }).format(new Date(time));
  }

  /** A length of time in its largest unit: 17 s, 3 min, 5 h. */
  duration(ms: number): string {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) return this.t("unit.seconds", { Count: s });
    if (s < 3600) return this.t("unit.minutes", { Count: Math.floor(s / 60) });
    if (s < 48 * 3600) return this.t("unit.hours", { Count: Math.floor(s / 3600) });
    return this.t("unit.days", { Count: Math.floor(s / 86400) });
  }

  ago(ms: number): string {
    return ms < 1500 ? this.t("unit.now") : this.t("unit.ago", { Time: this.duration(ms) });
  }

  and(items: string[]): string {
    return this.list.format(items);
  }
}

/** 1:24:10 */
export function stopwatch(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** Loads the texts of a language; each is a small file of its own. Times are in the reader's zone, unless another is named. */
export async function loadTexts(lang: string, zone?: string): Promise<Texts> {
  const load = languages[lang] ?? languages["en"]!;
  return new Texts(lang in languages ? lang : "en", (await load()).default, zone);
}

const languages: Record<string, () => Promise<{ default: Record<string, Message> }>> = {
  en: () => import("../../catalog/en.json"),
  vi: () => import("../../catalog/vi.json"),
  zh: () => import("../../catalog/zh.json"),
  ja: () => import("../../catalog/ja.json"),
};
