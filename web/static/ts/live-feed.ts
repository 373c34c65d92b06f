// <live-feed>: what is happening, as a list that may grow for hours. Only the rows in sight are in the page.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { ref, createRef } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { describe, lineText } from "./describe";
import { icon, LightElement } from "./element";
import type { Texts } from "./i18n";
import { dropBrokenPictures } from "./pictures";
import { nextBeat, nextSecond } from "./pulse";
import { may } from "./access";
import { belongs, groups, hasRole, hidable, pinnable, plain, roles, Rows, showable, type Group, type Role, type Row } from "./rows";
import { rowView } from "./row-view";
import { Spoken } from "./spoken";
import { Heights } from "./virtual";
import type { EventOf, LiveEvent } from "./wire.gen";

const overscan = 10; // rows kept in the page beyond those in sight
const overscanInFlood = 3; // what is gone within the second is not worth more
const inset = 16; // px, of the list above its first and below its last row together
const near = 32; // px from the end that still count as being at the end
const rest = 10_000; // ms a pointer may lie still on the list before it no longer holds it
const calm = 80; // ms between two drawings of news; while more comes than anybody can read, it is the page's beat
const readable = 12; // events a second that can be followed
const flood = 30; // events a second of which nobody reads a line
const remembered = 20_000; // events whose numbers are kept
const speak = 10_000; // ms between two spoken summaries

export class LiveFeed extends LightElement {
  texts!: Texts;
  room = "";
  /** The numbers of the newest events received, in order. */
  readonly seqs: number[] = [];
  /** How many events were received. */
  count = 0;

  private readonly demo = "demo" in this.dataset; // everything is made up: the page says it once, not on each row
  private readonly past = "past" in this.dataset; // what is over: nothing can be pinned or hidden
  private started = false; // the server has answered: from now on the list is ours
  private readonly rows = new Rows();
  private visible: Row[] = [];
  private kinds = new Set<Group>(); // empty: all
  private roles = new Set<Role>(); // empty: everybody
  private query = "";

  private readonly heights = new Heights<Row>(33);
  private readonly scroller = createRef<HTMLElement>();
  private following = true; // at the end, and staying there
  private placed = 0; // where the list was put when it was last put at its end
  private held = false; // a pointer or the keyboard is on a row: nothing moves
  private seen = 0; // id of the newest row when following stopped
  private anchor: { row: Row; offset: number } | undefined;
  private active: number | undefined; // id of the row the keyboard is on
  private resting: ReturnType<typeof setTimeout> | undefined;
  private waved = false; // the reader went to the newest: the pointer holds nothing until it has left once
  private speaking: ReturnType<typeof setInterval> | undefined;
  private readonly summary = new Spoken();
  private spoken = "";
  private drawn = 0; // when, by the page's clock
  private hurried = false;
  private arrived = 0; // events since then
  private rate = 0; // events a second, lately

  private tall = 900; // px of the list in sight; asking the page for it each time would have it laid out once more
  private readonly resized = new ResizeObserver(([entry]) => {
    this.tall = entry!.target.clientHeight;
    this.heights.forget();
    this.hurry();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    dropBrokenPictures(this);
    this.speaking = setInterval(() => this.speak(), speak);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.speaking);
    this.resized.disconnect();
  }

  /** The server has answered: the list is ours from now on, also while it is empty. */
  start(): void {
    this.started = true;
    this.requestUpdate();
  }

  /** Another session began: what was shown is past. */
  begin(): void {
    this.started = true;
    this.rows.clear();
    this.seqs.length = 0;
    this.following = true;
    this.requestUpdate();
  }

  add(events: LiveEvent[]): void {
    this.arrived += events.length;
    this.count += events.length;
    if (this.seqs.length > remembered) this.seqs.splice(0, this.seqs.length - remembered / 2);
    for (const e of events) {
      this.seqs.push(e.seq);
      this.rows.add(e);
      this.summary.add(e);
    }
    this.requestUpdate();
  }

  protected override ready(): boolean {
    return this.started;
  }

  /** Pins made before what this page has loaded. */
  pinned(pins: EventOf<"pin">[]): void {
    for (const pin of pins) this.rows.pinned(pin);
    this.requestUpdate();
  }

  /** However much arrives, the page is drawn at most once a frame, and for news alone some times a second. */
  protected override async scheduleUpdate(): Promise<void> {
    if (!this.hurried) await this.turn();
    await new Promise(requestAnimationFrame);
    this.hurried = false;
    const now = performance.now();
    this.rate = (this.rate + (1_000 * this.arrived) / Math.max(now - this.drawn, 1)) / 2;
    this.arrived = 0;
    this.drawn = now;
    await super.scheduleUpdate();
  }

  private turn(): Promise<unknown> {
    if (this.rate > flood) return nextSecond();
    if (this.rate > readable) return nextBeat();
    return new Promise((r) => setTimeout(r, this.drawn + calm - performance.now()));
  }

  /** Draws what the reader did without delay. */
  private hurry(): void {
    this.hurried = true;
    this.requestUpdate();
  }

  protected override willUpdate(): void {
    super.willUpdate();
    this.remember();
    this.visible = this.rows.list.filter((row) => this.wanted(row));
    this.heights.layout(this.visible);
  }

  private wanted(row: Row): boolean {
    if (this.kinds.size > 0 && !belongs(row, this.kinds)) return false;
    if (this.roles.size > 0 && !hasRole(row, this.roles)) return false;
    if (!this.query) return true;
    row.searchable ??= plain(lineText(describe(row, this.texts)));
    return row.searchable.includes(this.query);
  }

  /** Notes which row is at the top, so that it stays there whatever is measured or trimmed above it. */
  private remember(): void {
    this.anchor = undefined;
    const scroller = this.scroller.value;
    if (this.following || !scroller) return;
    const row = this.visible[this.heights.at(scroller.scrollTop)];
    if (row) this.anchor = { row, offset: scroller.scrollTop - this.heights.top(this.visible.indexOf(row)) };
  }

  protected override firstUpdated(): void {
    this.resized.observe(this.scroller.value!);
  }

  protected override updated(_: PropertyValues): void {
    const scroller = this.scroller.value;
    if (!scroller) return;
    let news = false;
    for (const li of scroller.querySelectorAll<HTMLElement>("li[data-id]")) {
      const row = this.visible[Number(li.dataset["index"])];
      if (row) news = this.heights.measure(row, li.offsetHeight) || news;
    }
    if (news) this.heights.layout(this.visible);
    if (news && (!this.following || this.held)) this.hurry(); // at the end nothing below can move: it is right already
    this.place(scroller);
  }

  /** Puts the list where the reader wants it: at the end, or where it was. */
  private place(scroller: HTMLElement): void {
    if (this.following) {
      if (!this.held) scroller.scrollTop = scroller.scrollHeight;
      this.placed = scroller.scrollTop;
      return;
    }
    const index = this.anchor ? this.visible.indexOf(this.anchor.row) : -1;
    if (index < 0) return;
    const top = this.heights.top(index) + this.anchor!.offset;
    if (Math.abs(top - scroller.scrollTop) > 1) scroller.scrollTop = top;
  }

  private speak(): void {
    if (!this.texts) return;
    const said = this.summary.take(this.texts);
    if (said === this.spoken) return;
    this.spoken = said;
    this.requestUpdate();
  }

  // What the reader does.

  private scrolled = (): void => {
    const s = this.scroller.value!;
    if (this.following && !this.held && s.scrollTop === this.placed) return; // we did it ourselves
    const atEnd = s.scrollHeight - s.scrollTop - s.clientHeight < near;
    if (atEnd && !this.following) this.follow();
    else if (!atEnd && this.following && !this.held && s.scrollTop < this.placed - 2) this.leave(); // else the list has grown below
    this.hurry();
  };

  /** The wheel and the keys mean it, also while the list is held. */
  private wheeled = (e: WheelEvent): void => {
    if (e.deltaY < 0 && this.following) this.leave();
  };

  private leave(): void {
    this.following = false;
    this.seen ||= this.newest();
  }

  private follow(): void {
    this.following = true;
    if (!this.held) this.seen = 0;
  }

  private newest(): number {
    return this.visible[this.visible.length - 1]?.id ?? 0;
  }

  private hold = (e: PointerEvent): void => {
    if (e.pointerType !== "mouse" || this.waved) return;
    clearTimeout(this.resting);
    this.resting = setTimeout(this.release, rest);
    if (this.held) return;
    this.held = true;
    this.seen ||= this.newest();
    this.hurry();
  };

  private release = (): void => {
    clearTimeout(this.resting);
    this.held = this.waved = false;
    if (this.following) this.seen = 0;
    this.hurry();
  };

  private toNewest = (): void => {
    this.following = this.waved = true;
    this.held = false;
    this.active = undefined;
    this.seen = 0;
    this.hurry();
    this.scroller.value?.focus({ preventScroll: true });
  };

  private pressed = (e: KeyboardEvent): void => {
    const index = this.visible.findIndex((row) => row.id === this.active);
    const last = this.visible.length - 1;
    const from = index < 0 ? last + 1 : index;
    const page = 10;
    const targets: Record<string, number> = {
      ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page, Home: 0,
    };
    const row = this.visible[index];
    const item = e.target as HTMLElement;
    if (row && item.matches("li") && !e.ctrlKey && !e.metaKey && !e.altKey) {
      if (e.key === "Enter") return item.querySelector<HTMLElement>("a.who")?.click();
      if (e.key === "p" || e.key === "P") return this.pin(row);
      if (e.key === "h" || e.key === "H") return this.hide(row);
    }
    if (e.key === "End" || e.key === "Escape") {
      e.preventDefault();
      return this.toNewest();
    }
    const target = targets[e.key];
    if (target === undefined || last < 0) return;
    e.preventDefault();
    if (target > last) return this.toNewest();
    void this.activate(Math.max(0, target));
  };

  /** Moves the keyboard to a row, which may have to come into the page first. */
  private async activate(index: number): Promise<void> {
    const scroller = this.scroller.value!;
    const row = this.visible[index]!;
    this.active = row.id;
    this.leave();
    const top = this.heights.top(index);
    if (top < scroller.scrollTop || this.heights.top(index + 1) > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top - scroller.clientHeight / 2;
    }
    this.hurry();
    await this.updateComplete;
    scroller.querySelector<HTMLElement>(`li[data-id="${row.id}"]`)?.focus({ preventScroll: true });
  }

  private choose(group: Group | "all"): void {
    if (group === "all") this.kinds.clear();
    else if (!this.kinds.delete(group)) this.kinds.add(group);
    this.toStart();
  }

  private chooseRole(role: Role): void {
    if (!this.roles.delete(role)) this.roles.add(role);
    this.toStart();
  }

  /** A click on a row's pin, or on what hides it. */
  private clicked = (e: MouseEvent): void => {
    const button = (e.target as Element).closest<HTMLElement>("[data-pin], [data-hide]");
    if (!button) return;
    const { pin, hide } = button.dataset;
    const row = this.visible.find((row) => row.id === Number(pin ?? hide));
    if (!row) return;
    if (pin) this.pin(row);
    else this.hide(row);
  };

  private hide(row: Row): void {
    if (this.past || !(hidable(row) || showable(row)) || !may("moderator")) return;
    this.dispatchEvent(new CustomEvent("hide", { detail: { seq: row.event.seq, on: !showable(row) } }));
  }

  private pin(row: Row): void {
    if (this.past || !pinnable(row) || !may("moderator")) return;
    this.dispatchEvent(new CustomEvent("pin", { detail: { seq: row.pin ?? row.event.seq, on: !row.pin } }));
  }

  private closeRoles = (e: KeyboardEvent): void => {
    const menu = e.currentTarget as HTMLDetailsElement;
    if (e.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  };

  private leftRoles = (e: FocusEvent): void => {
    const menu = e.currentTarget as HTMLDetailsElement;
    if (e.relatedTarget instanceof Node && !menu.contains(e.relatedTarget)) menu.open = false;
  };

  private search = (e: InputEvent): void => {
    this.query = plain((e.target as HTMLInputElement).value.trim());
    this.toStart();
  };

  private reset = (): void => {
    this.query = "";
    this.querySelector<HTMLInputElement>(".finder input")!.value = "";
    this.roles.clear();
    this.choose("all");
  };

  private toStart(): void {
    this.following = true;
    this.seen = 0;
    this.active = undefined;
    this.hurry();
  }

  // What is shown.

  protected override render(): TemplateResult {
    const t = this.texts;
    return html`
      <div class="chips">
        <div class="kinds" role="group" aria-label=${t.t("feed.kinds")}>
          ${(["all", ...groups] as const).map((g) => html`<button
            class="chip" aria-pressed=${(g === "all" ? this.kinds.size === 0 : this.kinds.has(g)) ? "true" : "false"} @click=${() => this.choose(g)}>${t.t(`feed.filter.${g}`)}</button>`)}
        </div>
        <details class="menu roles" @keydown=${this.closeRoles} @focusout=${this.leftRoles}>
          <summary class="chip ${this.roles.size > 0 ? "on" : ""}">${icon("users")}${this.roles.size > 0
            ? t.and([...this.roles].map((r) => t.t(`feed.role.${r}`))) : t.t("feed.roles")}</summary>
          <div class="sheet" role="group" aria-label=${t.t("feed.roles")}>
            ${roles.map((r) => html`<label><input type="checkbox" .checked=${this.roles.has(r)} @change=${() => this.chooseRole(r)}>${t.t(`feed.role.${r}`)}</label>`)}
          </div>
        </details>
        <label class="finder">${icon("search")}<input type="search" placeholder=${t.t("feed.find")} title=${t.t("feed.search")} aria-label=${t.t("feed.search")}
          autocomplete="off" @input=${this.search}></label>
      </div>
      <div class="window" @pointermove=${this.hold} @pointerleave=${this.release}>
        <ol class="rows" role=${this.visible.length > 0 ? "feed" : "group"} tabindex="0" aria-label=${t.t("feed.title")} ${ref(this.scroller)} @scroll=${this.scrolled}
          @wheel=${this.wheeled} @keydown=${this.pressed} @click=${this.clicked} aria-describedby="feed-keys">
          ${this.visible.length > 0 ? this.span() : this.nothingYet()}
        </ol>
        ${this.jump()}
      </div>
      <p class="hidden" id="feed-keys">${t.t("feed.keys")}</p>
      <p class="hidden" aria-live="polite">${this.spoken}</p>`;
  }

  private span(): TemplateResult {
    const s = this.scroller.value;
    const height = this.tall;
    const atEnd = this.following && !this.held;
    const top = atEnd ? this.heights.total - height : (s?.scrollTop ?? 0);
    const span = this.heights.span(Math.max(0, top), height, atEnd && this.rate > flood ? overscanInFlood : overscan);
    const shown = this.visible.slice(span.from, span.to);
    const above = Math.max(span.before, height - inset - this.heights.total); // few rows stand at the bottom, where the new ones come
    const view = { texts: this.texts, plain: this.demo, room: this.room, past: this.past };
    return html`
      <li class="pad first" role="presentation" .style=${`height:${above}px`}></li>
      ${repeat(shown, (row) => row.id, (row, i) => rowView(row, view, span.from + i))}
      <li class="pad" role="presentation" .style=${`height:${span.after}px`}></li>`;
  }

  private nothingYet(): TemplateResult {
    const t = this.texts;
    if (this.rows.list.length === 0) {
      return html`<li class="empty" role="presentation"><h3>${t.t("feed.empty.title")}</h3><p>${t.t("feed.empty.text")}</p></li>`;
    }
    return html`<li class="empty" role="presentation"><h3>${t.t("feed.none.title")}</h3><p>${t.t("feed.none.text")}</p>
      <button class="btn" @click=${this.reset}>${t.t("feed.reset")}</button></li>`;
  }

  /** The way back to the end, and how much is waiting there. */
  private jump(): TemplateResult | typeof nothing {
    if (this.following && !this.held) return nothing;
    let fresh = 0;
    for (let i = this.visible.length - 1; i >= 0 && this.visible[i]!.id > this.seen; i--) fresh++;
    if (this.following && fresh === 0) return nothing;
    const t = this.texts;
    return html`<button class="jump" @click=${this.toNewest}>${icon("arrow-down")}${fresh > 0
      ? t.t("feed.new", { Count: fresh }) : t.t("feed.newest")}${this.following ? html`<small>${t.t("feed.held")}</small>` : nothing}</button>`;
  }
}
