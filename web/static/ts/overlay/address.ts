// What the address of an overlay's page may override. All else lives on the server. Pure: no DOM.
import type { OverlayAlign, OverlayAnchor, OverlayAnimation, OverlayFont, OverlayLook, OverlayPreset } from "../wire.gen";

export interface Address {
  look: Partial<OverlayLook>;
  loudness: number; // of all sounds, 0 to 1 and up to 2
  chroma: string | undefined; // a colour behind everything, for programs that cannot show what is transparent
  faceless: boolean; // no pictures of viewers
}

const presets: OverlayPreset[] = ["studio", "broadcast", "candy", "neon", "paper", "bare"];
const fonts: OverlayFont[] = ["sans", "rounded", "condensed", "serif", "mono"];
const animations: OverlayAnimation[] = ["none", "fade", "slide", "rise", "pop", "flip"];
const aligns: OverlayAlign[] = ["left", "center", "right"];
const anchors: OverlayAnchor[] = ["top", "middle", "bottom"];

/** Reads a query. What does not fit is passed over: nobody is there to read an error. */
export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const look: Partial<OverlayLook> = {};
  const put = <K extends keyof OverlayLook>(key: K, value: OverlayLook[K] | undefined): void => {
    if (value !== undefined) look[key] = value;
  };
  put("scale", number(query.get("scale"), 25, 400));
  put("preset", one(query.get("theme"), presets));
  put("language", one(query.get("lang") ?? query.get("ln"), ["en", "vi", "zh", "ja"]));
  put("align", one(query.get("align"), aligns));
  put("anchor", one(query.get("position"), anchors));
  put("font", one(query.get("font"), fonts));
  put("animation", one(query.get("animation"), animations));
  put("radius", number(query.get("radius"), 0, 80));
  put("accent", colour(query.get("accent")));
  put("text", colour(query.get("textcolor")));
  put("plate", colour(query.get("cardbg")));
  return {
    look,
    loudness: (number(query.get("volume"), 0, 200) ?? 100) / 100,
    chroma: colour(query.get("chroma")),
    faceless: query.has("hideavatar") && query.get("hideavatar") !== "false",
  };
}

function one<T extends string>(value: string | null, known: T[]): T | undefined {
  return known.find((k) => k === value);
}

function number(value: string | null, least: number, most: number): number | undefined {
  if (value === null || !/^\d{1,4}$/.test(value)) return undefined;
  const n = Number(value);
  return n >= least && n <= most ? n : undefined;
}

/** A colour in hex, with or without its #: in an address that would have to be written as %23. */
function colour(value: string | null): string | undefined {
  const m = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(value ?? "");
  if (!m) return undefined;
  const hex = m[1]!.toLowerCase();
  return "#" + (hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex);
}
