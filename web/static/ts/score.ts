// The numbers of the session that is shown: asks the server for the sum so far and goes on from there. Knows no DOM.
import { fold, Gifters, Rate, zero, type Gifter, type Summary, type Totals } from "./numbers";
import type { LiveEvent } from "./wire.gen";

export interface Board {
  totals: Totals;
  perMinute: number;
  gifters: Gifter[] | undefined; // undefined: not known
}

const refresh = 30_000; // the top list is exact only as of the last summary

export class Score {
  private session = 0;
  private totals: Totals | undefined;
  private gifters: Gifters | undefined;
  private rate = new Rate();
  private early: LiveEvent[] | undefined; // what came while a summary was on its way; undefined: none is
  private gifts = false; // since the last summary

  constructor(
    private readonly all: boolean,
    private readonly changed: () => void,
    private readonly fetchSummary: (session: number, all: boolean) => Promise<Summary> = summary,
  ) {}

  enter(session: number): void {
    this.session = session;
    this.totals = this.gifters = undefined;
    this.rate = new Rate();
    this.early = undefined;
    if (session) void this.load(session, 1_000);
  }

  add(events: LiveEvent[]): void {
    this.rate.add(events, this.all, Date.now());
    this.gifts ||= events.some((e) => e.event_type === "gift");
    this.early?.push(...events);
    if (!this.totals) return;
    this.totals = fold(this.totals, events, this.all);
    this.gifters?.add(events, this.all);
    this.changed();
  }

  board(now: number): Board | undefined {
    if (!this.totals) return undefined;
    return { totals: this.totals, perMinute: this.rate.perMinute(now), gifters: this.gifters?.top(10) };
  }

  /** Loads the summary, tries again until it comes, and renews it while gifts arrive. */
  private async load(session: number, delay: number): Promise<void> {
    this.early = []; // what came before is stored, and so in the summary
    this.gifts = false;
    try {
      const s = await this.fetchSummary(session, this.all);
      if (session !== this.session) return;
      this.begin(s);
      delay = 1_000;
    } catch {
      if (session !== this.session) return;
      this.early = undefined; // the next summary holds it
      delay = Math.min(delay * 2, refresh);
      setTimeout(() => session === this.session && void this.load(session, delay), delay);
      return;
    }
    setTimeout(() => this.again(session), refresh);
  }

  private again(session: number): void {
    if (session !== this.session) return;
    if (this.gifts) void this.load(session, 1_000);
    else setTimeout(() => this.again(session), refresh);
  }

  private begin(s: Summary): void {
    const since = this.early ?? [];
    this.early = undefined;
    this.totals = fold({ ...zero, ...s }, since, this.all);
    this.gifters = s.top_gifters ? new Gifters(s.top_gifters, s.last_seq) : undefined;
    this.gifters?.add(since, this.all);
    this.changed();
  }
}

async function summary(session: number, all: boolean): Promise<Summary> {
  const answer = await fetch(`/api/sessions/${session}/summary${all ? "?origin=all" : ""}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`summary: ${answer.status}`);
  return (await answer.json()) as Summary;
}
