// The program desk's state, as the server tells it, and what follows from it. Knows no DOM.
import type { Clip, LiveStreamClient, ProgramEvent, ProgramType, StoryEvent } from "./story-client";

export type Action = ProgramEvent["action"];

export const programTypes: readonly ProgramType[] = ["singing", "chatting", "gaming", "drawing", "other"];

/** A program of the run-down, and what became of it. */
export interface Item {
  id: number;
  program_id: string;
  name: string;
  type: ProgramType;
  planned_seconds: number; // 0 leaves the end open
  state: "planned" | "on" | "done";
  ran_seconds?: number; // of done
}

/** The program that is on. */
export interface OnAir {
  program_id: string;
  name: string;
  type: ProgramType | "";
  seq: number;
  paused: boolean;
  ran_seconds: number; // as of the answer's now
  planned_seconds: number;
}

/** A program event and what became of telling the host. */
export interface Call {
  session_id: number;
  seq: number;
  key: string; // under which its answer is waited for, and it is told again
  at: string;
  program: ProgramEvent;
  state: "untold" | "waiting" | "asking" | "answered" | "failed" | "skipped" | "unanswered";
  tries: number;
  took_ms?: number;
  clips?: Clip[];
  error?: { code?: string; why?: string; detail?: string; retry_at?: string };
}

export interface Desk {
  session_id: number; // 0: none is open
  open: boolean;
  phase: "idle" | "running" | "paused";
  program: OnAir | null;
  last: number;
  actions: Action[];
  items: Item[];
  host: { story_id: string; name: string; paused: boolean; url: string } | null;
  calls: Call[];
}

/** An event that was added, and the key under which its answer is waited for. */
export interface Change {
  seq: number;
  key: string;
  event: Extract<StoryEvent, { type: "program_event" }>;
}

/** Seconds that what is on has been running, so many ms after the server told. */
export function ran(on: OnAir, since: number): number {
  return on.ran_seconds + (on.paused ? 0 : since / 1000);
}

/** 23:41, and 1:24:10 from an hour on. The server's clockTime is the same. */
export function clockTime(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s < 3600 ? rest : `${Math.floor(s / 3600)}:${rest}`;
}

/** The first program of the run-down that has not been on. */
export function nextItem(desk: Desk): Item | undefined {
  return desk.items.find((i) => i.state === "planned");
}

/** What of the run-down is still ahead, with the one that was done before it. */
export function ahead(items: Item[]): Item[] {
  const first = items.findIndex((i) => i.state !== "done");
  return first < 0 ? items.slice(-1) : items.slice(Math.max(0, first - 1));
}

/** The data of a program event that comes of an action now; undefined if there is nothing to start. */
export function eventOf(desk: Desk, action: Action, item: Item | undefined, seconds: number): ProgramEvent | undefined {
  if (action === "start") {
    return item && { action, programName: item.name, programId: item.program_id, programType: item.type };
  }
  const on = desk.program;
  if (!on) return undefined;
  const duration = action === "finish" ? { duration: Math.max(1, Math.round(seconds)) } : {};
  return { action, programName: on.name, ...(on.program_id ? { programId: on.program_id } : {}), ...(on.type ? { programType: on.type } : {}), ...duration };
}

/** What would be sent now, one input for each thing that may happen next. */
export function preview(desk: Desk, seconds: number): StoryEvent[] {
  return desk.actions.flatMap((action) => {
    const data = eventOf(desk, action, nextItem(desk), seconds);
    return data ? [{ type: "program_event" as const, data }] : [];
  });
}

/** Whether the host can be told again by hand. */
export function again(desk: Desk, call: Call): boolean {
  return desk.open && desk.host !== null && !["waiting", "asking", "answered"].includes(call.state);
}

/** Whether something is going to change by itself soon. What waits for a paused host waits for a person. */
export function moving(desk: Desk): boolean {
  return desk.calls.some((c) => (c.state === "waiting" && !desk.host?.paused) || c.state === "asking" || c.error?.retry_at !== undefined);
}

/** Tells the story about a change that is in the log already. Under the event's own key this is no second question: the answer is the
    one the director gets, and asking again after a failure tries again. */
export async function tell(client: LiveStreamClient, { key, event: { data } }: Change): Promise<void> {
  const options = { key, programId: data.programId, metadata: data.metadata };
  switch (data.action) {
    case "start":
      await client.startProgram(data.programName, data.programType, options);
      break;
    case "finish":
      await client.finishProgram(data.programName, data.duration, data.programType, options);
      break;
    case "pause":
      await client.pauseProgram(data.programName, options);
      break;
    case "resume":
      await client.resumeProgram(data.programName, options);
  }
}

/** Minutes as they are typed, whole or broken, in seconds; nothing is an open end, undefined is no number. */
export function readMinutes(text: string): number | undefined {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return 0;
  const minutes = Number(typed);
  return minutes >= 0 && minutes <= 1440 ? Math.round(minutes * 60) : undefined;
}

export function minutesText(seconds: number): string {
  return seconds === 0 ? "" : String(Math.round((seconds / 60) * 100) / 100);
}
