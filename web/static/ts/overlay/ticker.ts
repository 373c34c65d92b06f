// The last event, the last few, or a line of them that moves.
import type { LiveEvent, TickerOptions, TickerState } from "../wire.gen";
import { el, face, nameOf, picture, sentence, worth } from "./dom";
import { icon } from "./icons";
import { keyOf, lineOf, madeUp, type Line } from "./lines";
import type { Stage, View } from "./view";

const pace = 90; // px a second that the line moves, at a scale of 100 %

export class Ticker implements View<"ticker"> {
  readonly root = el("section", "ticker");
  private readonly track = el("div", "ticker-track");
  private options: TickerOptions | undefined;
  private shown: LiveEvent[] = []; // the oldest first
  private roots = new Map<string, HTMLElement>();
  private moving: Animation | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly stage: Stage) {
    this.root.append(this.track);
    addEventListener("resize", () => this.draw(true));
  }

  setup(options: TickerOptions): void {
    this.options = options;
    this.root.dataset["mode"] = this.mode;
    this.roots.clear();
    this.draw(true);
  }

  show(state: TickerState): void {
    this.shown = this.newest(state.events);
    this.draw(true);
  }

  events(events: LiveEvent[]): void {
    this.shown = this.newest([...this.shown, ...events]);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw(false);
    }, 100);
  }

  clear(): void {
    this.shown = [];
    this.draw(true);
  }

  /** What may not move stands still: the newest alone says as much. */
  private get mode(): TickerOptions["mode"] {
    const mode = this.options?.mode ?? "last";
    return mode === "scroll" && this.stage.calm ? "last" : mode;
  }

  private newest(events: LiveEvent[]): LiveEvent[] {
    const texts = this.stage.texts;
    const fit = events.filter((e) => lineOf(e, texts) !== undefined);
    return fit.slice(-(this.mode === "last" ? 1 : (this.options?.max ?? 1)));
  }

  private draw(quietly: boolean): void {
    if (!this.options) return;
    const before = this.roots;
    this.roots = new Map(this.shown.map((e) => [keyOf(e), before.get(keyOf(e)) ?? this.item(e, quietly)]));
    const items = [...this.roots.values()];
    if (this.mode === "scroll") return this.scroll(items, before);
    this.moving?.cancel();
    this.moving = undefined;
    this.track.replaceChildren(...(this.mode === "list" ? items.reverse() : items));
    this.trim();
  }

  /** Takes away the oldest of a list that does not fit on the page whole. */
  private trim(): void {
    const room = this.root.clientHeight;
    while (this.track.childElementCount > 1 && this.track.offsetHeight > room) this.track.lastElementChild!.remove();
  }

  /** One round is all items and, behind them, as many of them again as the page is wide: where it begins anew nobody sees. */
  private scroll(items: HTMLElement[], before: Map<string, HTMLElement>): void {
    const first = this.track.firstElementChild as HTMLElement | null;
    const kept = [...before].find(([key]) => this.roots.has(key))?.[1];
    const done = this.offset() - (first && kept?.parentElement === this.track ? kept.offsetLeft - first.offsetLeft : 0);
    this.moving?.cancel();
    this.moving = undefined;
    this.track.replaceChildren(...items);
    if (items.length === 0) return;
    const end = el("i", "");
    this.track.append(end);
    const round = end.offsetLeft - items[0]!.offsetLeft;
    end.remove();
    if (round <= 0) return;
    const copies = Math.min(20, Math.ceil(this.root.clientWidth / round));
    for (let i = 0; i < copies; i++) this.track.append(...items.map((e) => still(e.cloneNode(true) as HTMLElement)));
    const scale = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--scale")) || 1;
    this.moving = this.track.animate([{ transform: "translateX(0)" }, { transform: `translateX(${-round}px)` }], { duration: (round / pace / scale) * 1000, iterations: Infinity });
    this.moving.currentTime = (((done % round) + round) % round) / pace / scale * 1000;
  }

  /** How far the line has moved in this round, px. */
  private offset(): number {
    if (!this.moving) return 0;
    return -new DOMMatrixReadOnly(getComputedStyle(this.track).transform).m41;
  }

  private item(e: LiveEvent, quietly: boolean): HTMLElement {
    const line = lineOf(e, this.stage.texts) as Line; // newest() let nothing else in
    const root = el("div", `item plate tone-${line.tone} is-${e.event_type}`);
    if (quietly) still(root);
    if (this.options!.avatars && !this.stage.faceless) root.append(face(line.user));
    else root.append(icon(line.icon));
    const body = el("div", "body", nameOf(line.user), sentence("text", line.parts, line.lang));
    if (line.gift) body.append(...picture("gift-picture", line.gift.image_url), ...worth(line, this.stage.texts));
    if (madeUp(e)) {
      root.classList.add("rehearsal");
      body.append(el("span", "mark", this.stage.texts.t("stage.mark.rehearsal")));
    }
    root.append(body);
    return root;
  }
}

function still(e: HTMLElement): HTMLElement {
  e.classList.add("still");
  return e;
}
