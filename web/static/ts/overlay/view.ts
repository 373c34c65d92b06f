// What every kind of overlay is to the page.
import type { Texts } from "../i18n";
import type { LiveEvent, OverlayAlert, OverlayClip, OverlayKind, OverlayParts, OverlayReport } from "../wire.gen";
import type { Clock } from "./clock";
import type { Sounds } from "./sound";

/** What a view gets from its page. */
export interface Stage {
  readonly clock: Clock;
  readonly sounds: Sounds;
  readonly texts: Texts;
  readonly speed: number; // ms, of an animation
  readonly calm: boolean; // nothing moves
  readonly faceless: boolean; // no pictures of viewers, whatever the options say
  /** Tells the server; in a preview nobody. */
  say(report: OverlayReport): void;
}

/** Shows one kind. It lives as long as the page does. */
export interface View<K extends OverlayKind> {
  readonly root: HTMLElement;
  /** Options, at once and whenever they change. What is shown may be drawn anew. */
  setup(options: OverlayParts[K]["options"]): void;
  /** All there is to show now. fresh: it is a snapshot, so nothing in it has just happened. */
  show(state: OverlayParts[K]["state"], fresh: boolean): void;
  events?(events: LiveEvent[]): void;
  alert?(frame: OverlayAlert): void;
  clip?(frame: OverlayClip): void;
  /** The address was taken away: nothing may be left to see or to hear. */
  clear(): void;
}
