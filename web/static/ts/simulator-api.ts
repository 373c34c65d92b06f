// What the simulator asks of the server.
import type { Texts } from "./i18n";
import type { CatalogueGift, Step } from "./simulator-steps";
import type { User } from "./wire.gen";

/** Of a replay, to choose from; the API takes any from the first to the last. */
export const speeds = [1, 2, 5, 10];

export interface SessionInfo {
  id: number;
  title: string;
  origin: string;
  started_at: string;
  ended_at: string | null;
  last_seq: number;
}

export interface Run {
  id: number;
  scenario?: number;
  name: string;
  state: "running" | "done" | "stopped";
  done: number;
  total: number;
}

export interface Playback {
  session_id: number;
  of: number;
  speed: number;
  paused: boolean;
  played: number;
  total: number;
}

export interface Scenario {
  id: number;
  name: string;
  shipped: boolean;
  steps: Step[];
}

/** Where simulated events go, and what runs there. */
export interface Status {
  session: SessionInfo | null;
  open: boolean;
  rehearsal: boolean;
  runs: Run[];
  playback: Playback | null;
}

/** What the server says of a request it refused: a problem of RFC 9457. */
interface Problem {
  code?: string;
  detail?: string;
  errors?: { message: string; rule?: string; args?: Record<string, string | number> }[];
}

/** Why something was not done. Its message is English, from the server; words says it in the reader's language. */
export class Refused extends Error {
  constructor(private readonly problem: Problem, status = 0) {
    super(problem.errors?.[0]?.message ?? problem.detail ?? String(status));
  }

  get code(): string {
    return this.problem.code ?? "internal";
  }

  /** As exact as the catalogue has it: the rule that is broken, or else what sort of refusal it is. */
  words(texts: Texts): string {
    const first = this.problem.errors?.[0];
    const rule = first?.rule ? texts.find(`rule.${first.rule}`, first.args) : undefined;
    if (rule || texts.lang === "en") return rule ?? this.message;
    return texts.find(`refused.${this.code}`) ?? texts.t("refused.internal");
  }
}

/** Calls the API. undefined stands for an answer without a body. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method,
    headers: { "Accept-Language": document.documentElement.lang, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  throw new Refused((await answer.json().catch(() => ({}))) as Problem, answer.status);
}

export class Api {
  constructor(private readonly room: string) {}

  private get path(): string {
    return `/api/rooms/${encodeURIComponent(this.room)}`;
  }

  status(session: string | null): Promise<Status> {
    return call("GET", `${this.path}/simulator${session ? `?session=${encodeURIComponent(session)}` : ""}`);
  }

  rehearse(): Promise<SessionInfo> {
    return call("POST", `${this.path}/rehearsal`);
  }

  async gifts(q: string): Promise<CatalogueGift[]> {
    return (await call<{ items: CatalogueGift[] }>("GET", `/api/gifts?limit=120&q=${encodeURIComponent(q)}`)).items;
  }

  async people(session: number): Promise<User[]> {
    return (await call<{ items: { user: User }[] }>("GET", `/api/sessions/${session}/viewers?sort=last&origin=all&limit=50`)).items.map((v) => v.user);
  }

  async sessions(): Promise<SessionInfo[]> {
    const all = await call<{ items: SessionInfo[] }>("GET", `/api/sessions?limit=50&room=${encodeURIComponent(this.room)}`);
    return all.items.filter((s) => s.last_seq > 0);
  }

  async scenarios(): Promise<Scenario[]> {
    return (await call<{ items: Scenario[] }>("GET", "/api/scenarios?limit=1000")).items;
  }

  save(id: number | undefined, scenario: { name: string; steps: Step[] }): Promise<Scenario> {
    return id ? call("PUT", `/api/scenarios/${id}`, scenario) : call("POST", "/api/scenarios", scenario);
  }

  remove(id: number): Promise<void> {
    return call("DELETE", `/api/scenarios/${id}`);
  }

  send(session: number, name: string, step: Step): Promise<Run> {
    return call("POST", `/api/sessions/${session}/runs`, { name, steps: [step] });
  }

  run(session: number, scenario: number): Promise<Run> {
    return call("POST", `/api/sessions/${session}/scenarios/${scenario}/run`);
  }

  stop(session: number, run?: number): Promise<void> {
    return call("DELETE", `/api/sessions/${session}/runs${run ? `/${run}` : ""}`);
  }

  replay(session: number, speed: number): Promise<SessionInfo> {
    return call("POST", `/api/sessions/${session}/replay`, { speed });
  }

  playback(session: number, change: { paused?: boolean; speed?: number }): Promise<Playback> {
    return call("PATCH", `/api/sessions/${session}/playback`, change);
  }

  end(session: number): Promise<void> {
    return call("POST", `/api/sessions/${session}/end`);
  }
}

const busy = 1_000; // ms between two looks while something moves
const calm = 5_000;

/** Looks again and again where simulated events go, and tells who wants to know. */
export class Watch {
  status: Status | undefined;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking = 0;

  constructor(private readonly api: Api, private readonly session: string | null) {}

  /** Begins to tell; the answer ends it. */
  follow(listener: () => void): () => void {
    this.listeners.add(listener);
    void this.look();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) clearTimeout(this.timer);
    };
  }

  /** Looks at once. Of several that overlap, the last one counts. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    const mine = ++this.looking;
    const status = await this.api.status(this.session).catch(() => undefined);
    if (mine !== this.looking || this.listeners.size === 0) return;
    if (status) this.status = status;
    for (const tell of this.listeners) tell();
    const moving = this.status?.runs.some((r) => r.state === "running") || (this.status?.playback && !this.status.playback.paused);
    this.timer = setTimeout(() => void this.look(), moving ? busy : calm);
  }
}
