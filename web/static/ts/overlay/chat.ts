// The chat: the newest lines. What comes within a moment is drawn together, and there are never more lines than fit.
import { hides } from "../hides";
import type { ChatOptions, ChatState, EventOf, LiveEvent } from "../wire.gen";
import { el, face, leave, mark, nameOf, picture, said, sentence, worth } from "./dom";
import { icon } from "./icons";
import { badges, keyOf, lineOf, madeUp, type Line } from "./lines";
import type { Stage, View } from "./view";

const together = 80; // ms, of lines that are drawn as one change
const pause = 250; // ms at least between two changes: a busy chat costs by the change, not by the line
const tints = 3; // that a preset may give to lines in turn
const sweep = 500; // ms, between two looks for lines that have had their time

interface Shown {
  event: LiveEvent;
  root: HTMLElement;
  gone: number; // on the server's clock: when it has had its time
}

export class Chat implements View<"chat"> {
  readonly root = el("div", "chat");
  private readonly list = el("ol", "lines");
  private readonly lines = new Map<string, Shown>(); // the oldest first
  private options: ChatOptions | undefined;
  private waiting: LiveEvent[] = [];
  private flush: ReturnType<typeof setTimeout> | undefined;
  private sliding: { animation: Animation; from: number } | undefined; // from: px that it began out of place
  private changed = -Infinity; // ms, on the page's clock: when lines last came
  private pace = Infinity; // ms between that and the time before
  private tint = 0;
  private sweeper: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly stage: Stage) {
    this.root.append(this.list);
    // Fonts and pictures come later than their words, and a source in OBS may change its size.
    const watch = new ResizeObserver(() => this.trim(this.options?.max_lines ?? 0));
    watch.observe(this.list);
    watch.observe(this.root);
  }

  setup(options: ChatOptions): void {
    this.options = options;
    mark(this.root, { up: options.newest_first });
    const all = [...this.lines.values()].map((l) => l.event);
    this.clear();
    this.put(all, true);
  }

  /** Keeps what is in the state and on screen, forgets what is not, and adds what is missing without any ado. */
  show(state: ChatState): void {
    this.waiting = [];
    const keys = new Set(state.events.map(keyOf));
    for (const [key, line] of [...this.lines]) {
      if (!keys.has(key)) this.drop(key, line, true);
    }
    const have = [...this.lines.keys()];
    const inOrder = have.every((key, i) => key === keyOf(state.events[i]!));
    if (!inOrder) this.clear(); // something older came to light: a plain list says it best
    this.put(state.events, true);
  }

  events(events: LiveEvent[]): void {
    for (const e of events) {
      if (e.event_type === "delete") this.remove(e);
      else this.waiting.push(e);
    }
    const most = this.options?.max_lines ?? 0;
    if (this.waiting.length > most) this.waiting.splice(0, this.waiting.length - most);
    this.flush ??= setTimeout(() => {
      this.flush = undefined;
      const now = performance.now();
      this.pace = now - this.changed;
      this.changed = now;
      this.put(this.waiting.splice(0), false);
    }, Math.max(together, this.changed + pause - performance.now()));
  }

  clear(): void {
    this.waiting = [];
    this.lines.clear();
    this.list.replaceChildren();
  }

  private remove(gone: EventOf<"delete">): void {
    this.waiting = this.waiting.filter((e) => !hides(gone, e));
    for (const [key, line] of [...this.lines]) {
      if (hides(gone, line.event)) this.drop(key, line, false);
    }
  }

  /** Adds lines; quietly: they are no news. */
  private put(events: LiveEvent[], quietly: boolean): void {
    const options = this.options;
    if (!options) return;
    const newest = [...this.lines.values()].at(-1)?.root;
    const before = newest && this.place(newest);
    const still = quietly || this.offset() !== 0; // what comes while the list slides comes in with it
    const added: HTMLElement[] = [];
    for (const e of events) {
      const key = keyOf(e);
      const line = this.lines.has(key) ? undefined : lineOf(e, this.stage.texts);
      if (!line) continue;
      const root = this.draw(e, line, options);
      if (still) root.classList.add("still");
      this.lines.set(key, { event: e, root, gone: this.time(e, quietly, options.fade_after) });
      added.push(root);
    }
    if (added.length === 0) return;
    if (options.newest_first) this.list.prepend(...[...added].reverse());
    else this.list.append(...added);
    this.trim(options.max_lines);
    if (!quietly && newest?.isConnected) this.slide(before! - this.place(newest), added.length > 1);
    this.sweep();
  }

  /** When a line has had its time. Of what was there before, its own clock says since when. */
  private time(e: LiveEvent, quietly: boolean, seconds: number): number {
    if (seconds === 0) return Infinity;
    const now = this.stage.clock.now();
    const since = quietly ? Math.min(now, Date.parse(e.data.timestamp) || now) : now;
    return since + seconds * 1000;
  }

  /** Takes away what is too much, the oldest first: lines beyond the most there may be, then those that no longer fit on the page whole. */
  private trim(most: number): void {
    this.shorten(this.lines.size - most);
    this.shorten(this.beyond());
  }

  private shorten(by: number): void {
    for (const [key, line] of [...this.lines].slice(0, Math.max(0, Math.min(by, this.lines.size - 1)))) this.drop(key, line, true);
  }

  /** How many lines do not fit on the page. All sizes are read before a line goes: each look after a change costs a layout. */
  private beyond(): number {
    if (this.list.childElementCount > this.lines.size) return 0; // those that leave make room by themselves
    const room = this.root.clientHeight;
    const over = this.list.offsetHeight - room;
    if (over <= 0) return 0;
    const roots = [...this.lines.values()].map((l) => l.root);
    const fits = roots.findIndex((r) => (this.options?.newest_first ? r.offsetTop + r.offsetHeight <= room : r.offsetTop >= over));
    return fits === -1 ? roots.length : fits;
  }

  private drop(key: string, line: Shown, atOnce: boolean): void {
    this.lines.delete(key);
    if (atOnce) line.root.remove();
    else leave(line.root, this.stage.speed);
  }

  /** Where a line stands on the page, px from the top, wherever a slide has it now. */
  private place(line: HTMLElement): number {
    return this.list.offsetTop + line.offsetTop;
  }

  /** How far a slide has the list out of place now, px. Asked of the slide's own time: a look at the style would have it made anew. */
  private offset(): number {
    if (!this.sliding) return 0;
    return this.sliding.from * (1 - (this.sliding.animation.effect?.getComputedTiming().progress ?? 1));
  }

  /** Slides the lines that new ones have moved to their new place, from where an earlier slide has brought them. While several keep coming
      a slide lasts until well after the next is due, so that the list moves on evenly on a slow computer too. Slides that add up by themselves
      (composite: "add") would have the browser lay out and paint each frame in the page's own thread. */
  private slide(way: number, several: boolean): void {
    if (this.stage.calm || way === 0) return;
    const { speed } = this.stage;
    const from = this.offset() + way;
    const duration = several && this.pace < 2 * speed ? Math.max(speed, 1.6 * this.pace) : speed;
    this.sliding?.animation.cancel(); // two slides of one list at a time would be drawn by the page's own thread
    const animation = this.list.animate([{ transform: `translateY(${from}px)` }, { transform: "translateY(0)" }], { duration, easing: "cubic-bezier(.2,.7,.2,1)" });
    this.sliding = { animation, from };
  }

  private sweep(): void {
    if (this.sweeper !== undefined || this.options?.fade_after === 0) return;
    this.sweeper = setTimeout(() => {
      this.sweeper = undefined;
      const now = this.stage.clock.now();
      for (const [key, line] of [...this.lines]) {
        if (line.gone <= now) this.drop(key, line, false);
      }
      if (this.lines.size > 0) this.sweep();
    }, sweep);
  }

  private draw(e: LiveEvent, line: Line, options: ChatOptions): HTMLElement {
    const { texts } = this.stage;
    const body = el("div", "body");
    if (options.badges) body.append(...badges(line.user, texts).map((b) => el("span", `badge badge-${b.kind}`, icon(b.icon), b.text)));
    body.append(nameOf(line.user));
    if (line.to) body.append(said("span", "to", `@${line.to}`));
    body.append(sentence("text", line.parts, line.lang));
    body.append(...(line.stickers ?? []).flatMap((s) => picture("sticker", s)));
    if (line.gift) body.append(...picture("gift-picture", line.gift.image_url), ...worth(line, texts));
    if (madeUp(e)) body.append(el("span", "mark", texts.t("stage.mark.rehearsal")));
    const root = el("li", `line plate tone-${line.tone} tint-${this.tint++ % tints} is-${e.event_type}`);
    for (const role of line.user?.roles ?? []) root.classList.add(`role-${role}`);
    if (madeUp(e)) root.classList.add("rehearsal");
    if (options.avatars && !this.stage.faceless) root.append(face(line.user));
    root.append(body);
    return root;
  }
}
