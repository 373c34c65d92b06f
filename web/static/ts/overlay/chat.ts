// The chat: the newest lines. What comes within a moment is drawn together, and there are never more lines than fit.
import { hides } from "../hides";
import type { ChatOptions, ChatState, EventOf, LiveEvent } from "../wire.gen";
import { el, face, leave, mark, nameOf, picture, said, sentence, worth } from "./dom";
import { icon } from "./icons";
import { badges, keyOf, lineOf, madeUp, type Line } from "./lines";
import type { Stage, View } from "./view";

const together = 80; // ms, of lines that are drawn as one change
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
  private sliding: Animation | undefined;
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
      this.put(this.waiting.splice(0), false);
    }, together);
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
    const added: HTMLElement[] = [];
    for (const e of events) {
      const key = keyOf(e);
      const line = this.lines.has(key) ? undefined : lineOf(e, this.stage.texts);
      if (!line) continue;
      const root = this.draw(e, line, options);
      if (quietly) root.classList.add("still");
      this.lines.set(key, { event: e, root, gone: this.time(e, quietly, options.fade_after) });
      added.push(root);
    }
    if (added.length === 0) return;
    if (options.newest_first) this.list.prepend(...[...added].reverse());
    else this.list.append(...added);
    this.trim(options.max_lines);
    if (!quietly) this.push(added, options.newest_first);
    this.sweep();
  }

  /** When a line has had its time. Of what was there before, its own clock says since when. */
  private time(e: LiveEvent, quietly: boolean, seconds: number): number {
    if (seconds === 0) return Infinity;
    const now = this.stage.clock.now();
    const since = quietly ? Math.min(now, Date.parse(e.data.timestamp) || now) : now;
    return since + seconds * 1000;
  }

  /** Takes away what is too much: lines beyond the most there may be, and those that no longer fit on the page whole. */
  private trim(most: number): void {
    for (const [key, line] of [...this.lines]) {
      const leaving = this.list.childElementCount > this.lines.size; // these make room by themselves
      const fits = this.lines.size <= most && (leaving || this.list.offsetHeight <= this.root.clientHeight);
      if (fits || this.lines.size === 1) return;
      this.drop(key, line, true);
    }
  }

  private drop(key: string, line: Shown, atOnce: boolean): void {
    this.lines.delete(key);
    if (atOnce) line.root.remove();
    else leave(line.root, this.stage.speed);
  }

  /** Slides the lines that were there out of the way of new ones, from where an earlier slide has brought them. Slides that add up by
      themselves (composite: "add") would have the browser lay out and paint each frame in the page's own thread. */
  private push(added: HTMLElement[], down: boolean): void {
    if (this.stage.calm) return;
    const way = down ? below(added[0]!) : this.list.offsetHeight - end(added[0]!.previousElementSibling);
    if (way === 0) return;
    const still = new DOMMatrixReadOnly(getComputedStyle(this.list).transform).m42;
    this.sliding?.cancel();
    this.sliding = this.list.animate([{ transform: `translateY(${still + (down ? -way : way)}px)` }, { transform: "translateY(0)" }],
      { duration: this.stage.speed, easing: "cubic-bezier(.2,.7,.2,1)" });
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
    const root = el("li", `line plate tone-${line.tone} is-${e.event_type}`);
    for (const role of line.user?.roles ?? []) root.classList.add(`role-${role}`);
    if (madeUp(e)) root.classList.add("rehearsal");
    if (options.avatars && !this.stage.faceless) root.append(face(line.user));
    root.append(body);
    return root;
  }
}

/** Where the line after a new one begins, and where the one before it ends; 0 if there is none. */
const below = (line: Element): number => (line.nextElementSibling instanceof HTMLElement ? line.nextElementSibling.offsetTop : 0);
const end = (line: Element | null): number => (line instanceof HTMLElement ? line.offsetTop + line.offsetHeight : 0);
