// The signs of a connection's health, one line each: what it is, whether that is well, and what to do if not. Pure: no DOM.
import type { Texts } from "./i18n";
import type { Health } from "./live";
import type { Overlays } from "./overlay-watch";

export interface Vital {
  name: string; // of the line, for styles and tests
  word: string;
  value: string;
  well: boolean;
  advice?: string; // why, and what to do; where all is well, what the number means
  more?: [string, string][]; // to unfold
}

export interface Seen {
  state: string;
  heard: number; // ms since the newest event; 0 if none came
  behind: number; // events this page does not have yet
  open: boolean; // this page is connected
  overlays?: Overlays | undefined; // of the room; undefined: not known
}

const skewLimit = 2_000; // ms; more shifts what belongs to a minute
const silent = 60_000;
const listening = ["live", "silent", "demo", "paused", "reconnecting"];

export function vitals(health: Health, seen: Seen, t: Texts): Vital[] {
  const out: Vital[] = [];
  const demo = seen.state === "demo";
  const on = listening.includes(seen.state);
  const way = !demo && on ? t.find("health.way." + health.way) : undefined;
  if (way) out.push({ name: "way", word: t.t("vital.way"), value: way, well: true, advice: t.find(`vital.way.${health.way}`) ?? "" });
  if (on && seen.heard > 0) {
    const late = seen.heard > silent && seen.state !== "paused";
    out.push({ name: "heard", word: t.t("vital.heard"), value: t.ago(seen.heard), well: !late, ...(late ? { advice: t.t("vital.heard.advice") } : {}) });
  }
  const quota = health.quota;
  if (quota) {
    const low = quota.remaining * 10 <= quota.limit;
    out.push({
      name: "quota", word: t.t("vital.quota"), value: t.t("vital.quota.left", { Left: quota.remaining, Limit: quota.limit }), well: !low,
      advice: t.t("vital.quota.advice", { Time: t.minute(quota.reset_at) }),
    });
  }
  if (!demo && on) out.push(clock(health.clock_skew_ms ?? 0, t));
  out.push(page(seen, t));
  if (seen.overlays && seen.overlays.all > 0) out.push(overlays(seen.overlays, on, t));
  const repeats = health.repeats_dropped ?? 0;
  if (repeats > 0) out.push({ name: "repeats", word: t.t("vital.repeats"), value: t.number(repeats), well: true, advice: t.t("vital.repeats.advice") });
  const unknown = Object.entries(health.unknown_methods ?? {});
  if (unknown.length > 0) {
    out.push({
      name: "unknown", word: t.t("vital.unknown"), value: t.t("vital.unknown.methods", { Count: unknown.length }), well: true, advice: t.t("vital.unknown.advice"),
      more: unknown.sort((a, b) => b[1].count - a[1].count).slice(0, 50).map(([method, u]) => [method, t.number(u.count)]),
    });
  }
  return out;
}

function clock(skew: number, t: Texts): Vital {
  const well = Math.abs(skew) < skewLimit;
  const value = t.t("unit.seconds", { Count: t.number(Math.round(Math.abs(skew) / 100) / 10) });
  return { name: "clock", word: t.t("vital.clock"), value: well && Math.abs(skew) < 100 ? t.t("vital.clock.right") : value, well, advice: t.t(well ? "vital.clock.well" : "vital.clock.advice") };
}

function page(seen: Seen, t: Texts): Vital {
  if (!seen.open) return { name: "page", word: t.t("vital.page"), value: t.t("vital.page.lost"), well: false, advice: t.t("vital.page.advice") };
  if (seen.behind > 0) return { name: "page", word: t.t("vital.page"), value: t.t("vital.page.behind", { Count: seen.behind }), well: seen.behind < 200, advice: t.t("vital.page.advice") };
  return { name: "page", word: t.t("vital.page"), value: t.t("vital.page.well"), well: true };
}

/** Nobody sees an overlay that no page has open; before a LIVE that is no fault. */
function overlays({ all, open, onAir }: Overlays, on: boolean, t: Texts): Vital {
  const well = open > 0 || !on;
  const value = onAir > 0 ? t.t("vital.overlays.on_air", { Open: open, All: all, Air: onAir }) : t.t("vital.overlays.open", { Open: open, All: all });
  return { name: "overlays", word: t.t("vital.overlays"), value, well, advice: t.t(well ? "vital.overlays.well" : "vital.overlays.advice") };
}
