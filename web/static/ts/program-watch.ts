// What the program desk asks of the server, and the state that all its parts on a page share.
import { eventOf, moving, ran, tell, type Action, type Call, type Change, type Desk, type Item } from "./program";
import { call, Refused } from "./simulator-api";
import { LiveStreamClient, StoryError, type ProgramType } from "./story-client";
import type { LiveEvent } from "./wire.gen";

const busy = 1_000; // ms between two looks while something is under way
const begun = 200; // ms after which a call that was sent shows as such
const calm = 15_000; // and while only somebody else may change the run-down

export interface ItemChange {
  name?: string;
  type?: ProgramType;
  planned_seconds?: number;
  place?: number;
}

interface Changed {
  story_id: string;
  changes: Change[];
}

export class ProgramWatch {
  desk: Desk | undefined;
  private told = 0; // when desk was, by the page's own steady clock
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking = 0;

  constructor(private readonly room: string, private readonly session: string | null, readonly changes: boolean) {}

  /** Begins to look, and tells each time something may have changed. */
  follow(listener: () => void): void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) void this.look();
  }

  /** Seconds that what is on has been running. */
  get seconds(): number {
    return this.desk?.program ? ran(this.desk.program, performance.now() - this.told) : 0;
  }

  /** Looks at once. Of several that overlap, the last one counts. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    const mine = ++this.looking;
    const desk = await call<Desk>("GET", `${this.path}/program${this.session ? `?session=${encodeURIComponent(this.session)}` : ""}`).catch(() => undefined);
    if (mine !== this.looking) return;
    if (desk) {
      this.desk = desk;
      this.told = performance.now();
    }
    for (const listener of this.listeners) listener();
    this.timer = setTimeout(() => void this.look(), this.desk && moving(this.desk) ? busy : calm);
  }

  /** Events that came: looks if they are about programs. */
  add(events: LiveEvent[]): void {
    const known = new Set(this.desk?.calls.map((c) => c.seq));
    const mine = (e: LiveEvent) => e.event_type === "program" || ((e.event_type === "reply" || e.event_type === "skip") && known.has(e.cause ?? 0));
    if (events.some(mine)) void this.look();
  }

  /** Changes the show: the event is in the log, and marked on every chart, before the host is told. Throws a Refused. */
  async change(action: Action, item?: Item, finish = false): Promise<void> {
    const desk = this.desk!;
    const data = eventOf(desk, action, item, this.seconds);
    if (!data) return;
    const { duration: _, ...wish } = data; // the server's clock knows the true one
    const query = `?strict=true&last=${desk.last}${finish ? "&finish=true" : ""}`;
    try {
      const changed = await call<Changed>("POST", `/api/sessions/${desk.session_id}/program${query}`, wish);
      if (changed.story_id) void this.tell(changed);
    } finally {
      await this.look();
    }
  }

  /** Tells the host, and looks at what became of it. Why it did not answer is part of what the server shows. */
  private async tell({ story_id, changes }: Changed): Promise<void> {
    const client = new LiveStreamClient({ storyId: story_id });
    await Promise.allSettled(changes.map((c) => tell(client, c).finally(() => this.look())));
  }

  /** Tells the host again about a change it did not answer. Throws a Refused if it cannot be told at all. */
  async retry({ seq, key, program }: Call): Promise<void> {
    const client = new LiveStreamClient({ storyId: this.desk?.host?.story_id ?? "" });
    setTimeout(() => void this.look(), begun);
    try {
      await tell(client, { seq, key, event: { type: "program_event", data: program } });
    } catch (e) {
      // What the story itself did wrong is part of what the server shows.
      if (!(e instanceof StoryError) || e.code === "conflict" || e.code === "network") throw new Refused(e instanceof StoryError ? { code: e.code === "network" ? "upstream" : e.code, detail: e.message } : { detail: String(e) });
    } finally {
      await this.look();
    }
  }

  async addItem(item: ItemChange): Promise<void> {
    await call("POST", `${this.path}/run-down`, item);
    await this.look();
  }

  async changeItem(id: number, change: ItemChange): Promise<void> {
    await call("PATCH", `${this.path}/run-down/${id}`, change);
    await this.look();
  }

  async removeItem(id: number): Promise<void> {
    await call("DELETE", `${this.path}/run-down/${id}`);
    await this.look();
  }

  private get path(): string {
    return `/api/rooms/${encodeURIComponent(this.room)}`;
  }
}

export { Refused };
