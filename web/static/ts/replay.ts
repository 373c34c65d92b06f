// The page that plays a past session again: as it was, in the browser alone. Nothing is recorded and nobody is asked.
import type { AxisMark } from "./axis";
import { loadTexts, stopwatch } from "./i18n";
import { LiveFeed } from "./live-feed";
import { markFrom, Player, type Recording } from "./replay-player";
import type { StageFrame } from "./replay-show";
import type { LiveEvent } from "./wire.gen";

customElements.define("live-feed", LiveFeed);

const main = document.querySelector<HTMLElement>("main.replay")!;
const find = <E extends HTMLElement>(selector: string): E => main.querySelector<E>(selector)!;
const texts = await loadTexts(document.documentElement.dataset["language"] ?? "en", main.dataset["zone"]);
const recording = JSON.parse(document.getElementById("recording")!.textContent!) as Recording;
const feed = find<LiveFeed>("live-feed");
const stage = find<HTMLIFrameElement>("iframe");
const play = find<HTMLButtonElement>("[data-play]");
const speed = find<HTMLSelectElement>("#speed");
const scrub = find<HTMLInputElement>("#scrub");
const clock = find("[data-clock]");
const state = find("[data-state]");
const moments = [...main.querySelectorAll<HTMLElement>("[data-moment]")];

const tick = 100; // ms
const asleep = 1_000; // ms: a page that was in the background for longer does not catch up in a rush
const told = 4_000; // ms for which it is said that a gap was skipped
const step = 10_000; // ms, of an arrow key
const sceneEvents = 200; // that the stage is given at a jump: more than it shows

feed.texts = texts;
feed.begin();

const player = new Player(recording, async (after, limit) => {
  const answer = await fetch(`/api/sessions/${recording.session}/events?after=${after}&limit=${limit}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`events: ${answer.status}`);
  return ((await answer.json()) as { items: LiveEvent[] }).items;
});

let playing = false;
let then = 0; // when the clock was last moved on, by the page's own
let busy = false; // one step at a time
let saidAt = 0; // when the last word was said
let ready = false; // the stage listens
let scene: LiveEvent[] = []; // since the last jump, until the stage is ready

const rate = (): number => Number(speed.value);

function tell(frame: StageFrame): void {
  if (ready) stage.contentWindow?.postMessage(frame, location.origin);
}

addEventListener("message", (e: MessageEvent<{ type?: string }>) => {
  if (e.origin !== location.origin || e.source !== stage.contentWindow || e.data.type !== "ready") return;
  ready = true;
  tell({ type: "scene", events: scene, clock: player.clock });
});

function say(words: string): void {
  state.textContent = words;
  saidAt = performance.now();
}

function gapWords(gap: AxisMark): string {
  return texts.t("replay.skipped", { From: texts.clock(gap.from), To: texts.clock(gap.to), Why: gap.label ?? "" });
}

function show(): void {
  const passed = player.clock - recording.from;
  clock.textContent = `${texts.clock(player.clock)} · ${stopwatch(passed)}`;
  scrub.value = String(Math.round(passed / 1000));
  scrub.setAttribute("aria-valuetext", clock.textContent);
  const t = player.totals;
  const numbers: Record<string, number | null> = { viewers: t.viewers, comments: t.comments, diamonds: t.diamonds, likes: t.likes_recorded, follows: t.follows };
  for (const [name, n] of Object.entries(numbers)) find(`[data-number="${name}"] b`).textContent = n === null ? "–" : texts.short(n);
  for (const m of moments) {
    const at = Number(m.dataset["moment"]);
    m.toggleAttribute("data-past", at <= player.clock);
  }
}

/** Says what the button does, and shows it. */
function press(on: boolean): void {
  playing = on;
  then = performance.now();
  play.querySelector("span")!.textContent = texts.t(on ? "replay.pause" : "replay.play");
  play.querySelector("use")!.setAttribute("href", `${document.documentElement.dataset["icons"]}#${on ? "pause" : "play"}`);
}

async function advance(): Promise<void> {
  const now = performance.now();
  const passed = Math.min(now - then, asleep);
  if (!playing || busy) return;
  then = now;
  busy = true;
  try {
    const { events, skipped } = await player.advance(passed * rate());
    if (events.length > 0) feed.add(events);
    tell({ type: "events", events, clock: player.clock, speed: rate() });
    if (skipped) say(gapWords(skipped));
    else if (state.textContent && now - saidAt > told) say("");
    if (player.over) {
      press(false);
      say(texts.t("replay.over"));
    }
  } catch {
    press(false);
    say(texts.t("replay.failed"));
  } finally {
    busy = false;
  }
  show();
}

async function jump(to: number): Promise<void> {
  const at = Math.min(recording.to, Math.max(recording.from, to));
  try {
    const { before, events } = await player.seek(at);
    if (player.clock < at) return; // another jump overtook it
    feed.begin();
    scene = [...before, ...events].slice(-sceneEvents);
    feed.add([...before, ...events]);
    tell({ type: "scene", events: scene, clock: player.clock });
    say("");
  } catch {
    press(false);
    say(texts.t("replay.failed"));
  }
  then = performance.now();
  show();
}

async function toggle(): Promise<void> {
  if (!playing && player.over) await jump(recording.from);
  press(!playing);
  if (playing) say("");
}

// What the reader does.

play.addEventListener("click", () => void toggle());
scrub.addEventListener("change", () => void jump(recording.from + Number(scrub.value) * 1000));
scrub.addEventListener("input", () => {
  clock.textContent = `${texts.clock(recording.from + Number(scrub.value) * 1000)} · ${stopwatch(Number(scrub.value) * 1000)}`;
});
for (const m of moments) {
  m.addEventListener("click", (e) => {
    if (e.detail > 0) m.blur(); // of a mouse: the space bar is the player's again
    void jump(Number(m.dataset["moment"]));
  });
}

function faster(by: number): void {
  speed.selectedIndex = Math.min(speed.options.length - 1, Math.max(0, speed.selectedIndex + by));
  say(texts.t("replay.now", { Speed: `${speed.value}×` }));
}

function toMark(forward: boolean): void {
  const at = markFrom(recording.marks, player.clock, forward);
  if (at !== undefined) void jump(at);
  else if (!forward) void jump(recording.from);
}

const keys: Record<string, () => void> = {
  " ": () => void toggle(), k: () => void toggle(),
  ArrowLeft: () => void jump(player.clock - step), ArrowRight: () => void jump(player.clock + step),
  j: () => void jump(player.clock - 6 * step), l: () => void jump(player.clock + 6 * step),
  Home: () => void jump(recording.from), End: () => void jump(recording.to),
  "[": () => toMark(false), "]": () => toMark(true), "<": () => faster(-1), ">": () => faster(1),
};

document.addEventListener("keydown", (e) => {
  const on = e.target as Element;
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || on.closest("select, input:not([type=range]), textarea, live-feed")) return;
  if (e.key === " " && on.closest("button, a, summary")) return; // it presses what it is on
  if (on === scrub && e.key.startsWith("Arrow")) return; // the bar's own step
  const act = keys[e.key];
  if (!act) return;
  e.preventDefault();
  act();
});

/** Puts the marks on the bar: the page's policy lets no style in but from here. */
function marksOnBar(): void {
  const length = recording.to - recording.from;
  if (length <= 0) return;
  const part = (ms: number): string => `${Math.min(100, Math.max(0, (100 * (ms - recording.from)) / length))}%`;
  find(".replay-marks").append(...recording.marks.map((m) => {
    const i = document.createElement("i");
    i.className = `mark-${m.kind}`;
    i.style.left = part(m.from);
    if (m.to > m.from && (m.kind === "gap" || m.kind === "program")) i.style.width = `calc(${part(m.to)} - ${part(m.from)})`;
    return i;
  }));
}

marksOnBar();
find("[data-controls]").hidden = false;
setInterval(() => void advance(), tick);
await jump(recording.from + Number(main.dataset["at"] ?? 0));
stage.src = stage.dataset["src"]!; // after our listener: it says when it is ready
