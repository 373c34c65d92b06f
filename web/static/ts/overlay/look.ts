// How an overlay looks: what was chosen becomes custom properties, and the style sheet does the rest. Pure but for dress().
import type { OverlayKind, OverlayLook } from "../wire.gen";
import type { Address } from "./address";

const quick = 300; // ms, of an animation when nobody chose

/** The properties that were chosen. What was not is the preset's. */
export function properties(look: OverlayLook): Record<string, string> {
  const all: Record<string, string> = {};
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined) all[name] = value;
  };
  put("--scale", number(look.scale, 25, 400, (n) => String(n / 100)));
  put("--size", number(look.font_size, 8, 200, (n) => `${n}px`));
  put("--weight", number(look.weight, 300, 900, String));
  put("--radius", number(look.radius, 0, 80, (n) => `${n}px`));
  put("--speed", number(look.speed_ms, 100, 1000, (n) => `${n}ms`));
  put("--plate-alpha", number(look.plate_opacity, 0, 100, (n) => String(n / 100)));
  put("--text", colour(look.text));
  put("--soft", colour(look.soft_text));
  put("--edge", colour(look.edge));
  put("--accent", colour(look.accent));
  put("--accent-ink", look.accent && colour(look.accent) && inkOn(look.accent));
  put("--plate-rgb", look.plate && colour(look.plate) && channels(look.plate).join(", "));
  return all;
}

function number(n: number | undefined, least: number, most: number, f: (n: number) => string): string | undefined {
  return typeof n === "number" && n >= least && n <= most ? f(n) : undefined;
}

export function colour(hex: string | undefined): string | undefined {
  return hex && /^#[0-9a-f]{6}$/i.test(hex) ? hex : undefined;
}

export function channels(hex: string): [number, number, number] {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** What can be read on a colour: nearly black or white, whichever has more contrast (WCAG 2). */
export function inkOn(hex: string): string {
  const [r, g, b] = channels(hex).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#14110a" : "#ffffff";
}

/** A colour lighter (more than 0) or darker. */
export function shade(hex: string, by: number): string {
  const to = by > 0 ? 255 : 0;
  return "#" + channels(hex).map((c) => Math.round(c + (to - c) * Math.abs(by)).toString(16).padStart(2, "0")).join("");
}

/** What the page itself must know of a look. */
export interface Dressed {
  speed: number; // ms, of an animation
  calm: boolean; // nothing moves, things only appear and go
}

/**
 * Gives the page a look. Everything of ours is in cascade layers, so that whatever a streamer writes in OBS or in the form wins, and
 * the form's CSS stands in an element of its own: OBS adds its own to the head and would be lost if the head were written anew.
 */
export function dress(kind: OverlayKind, look: OverlayLook, address: Address): Dressed {
  const root = document.documentElement;
  const own = properties(look);
  if (address.chroma) own["--behind"] = address.chroma;
  sheet("look").textContent = `@layer look{:root{${Object.entries(own).map(([name, value]) => `${name}:${value}`).join(";")}}}`;
  const custom = sheet("custom");
  if (custom.textContent !== (look.css ?? "")) custom.textContent = look.css ?? "";
  const calm = look.motion === "reduced" || (look.motion === "system" && matchMedia("(prefers-reduced-motion: reduce)").matches);
  attributes(root, {
    kind, preset: look.preset, font: look.font, align: look.align, anchor: look.anchor, animation: look.animation, motion: calm ? "calm" : "full",
  });
  return { speed: Number.parseInt(own["--speed"] ?? "", 10) || quick, calm };
}

function attributes(e: HTMLElement, all: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(all)) {
    if (value) e.dataset[name] = value;
    else delete e.dataset[name];
  }
}

/** Our style elements stand right behind the style sheet, before whatever came later. */
function sheet(id: string): HTMLElement {
  const have = document.getElementById(id);
  if (have) return have;
  const made = document.createElement("style");
  made.id = id;
  const before = document.getElementById("look") ?? document.querySelector("link[rel=stylesheet]");
  if (before) before.after(made);
  else document.head.prepend(made);
  return made;
}
