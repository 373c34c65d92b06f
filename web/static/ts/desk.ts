// The live desk: joins the room's socket to the elements of the page. What each shows is its own affair.
import { HealthLine, HealthNote } from "./health-line";
import { History } from "./history";
import { HostPanel } from "./host-panel";
import { loadTexts } from "./i18n";
import { Live } from "./live";
import { LiveChart } from "./live-chart";
import { LiveFeed } from "./live-feed";
import { LiveKeep } from "./live-keep";
import { LiveNumbers, TopGifters } from "./live-numbers";
import { OverlayWatch } from "./overlay-watch";
import { markRefusal } from "./mark-refusal";
import { PinStrip } from "./pin-strip";
import { everySecond } from "./pulse";
import { ProgramBar, ProgramDesk } from "./program-desk";
import { ProgramWatch } from "./program-watch";
import { RunDownEditor } from "./run-down-editor";
import { Score } from "./score";
import { Silence } from "./silence";
import { SilenceAlarm } from "./silence-alarm";
import { keepStageKey } from "./stage-key";
import { ViewerDialog } from "./viewer-dialog";
import type { EventOf } from "./wire.gen";

customElements.define("live-feed", LiveFeed);
customElements.define("live-keep", LiveKeep);
customElements.define("live-numbers", LiveNumbers);
customElements.define("live-chart", LiveChart);
customElements.define("top-gifters", TopGifters);
customElements.define("pin-strip", PinStrip);
customElements.define("silence-alarm", SilenceAlarm);
customElements.define("health-line", HealthLine);
customElements.define("health-note", HealthNote);
customElements.define("host-panel", HostPanel);
customElements.define("program-desk", ProgramDesk);
customElements.define("program-bar", ProgramBar);
customElements.define("run-down-editor", RunDownEditor);

const texts = await loadTexts(document.documentElement.dataset["language"] ?? "en");
const desk = document.querySelector<HTMLElement>("main.desk")!;
const name = desk.dataset["room"]!;
const all = desk.dataset["origin"] === "all";
const feed = find<LiveFeed>("live-feed");
const keep = find<LiveKeep>("live-keep");
const line = find<HealthLine>("health-line");
const note = find<HealthNote>("health-note");
const numbers = find<LiveNumbers>("live-numbers");
const gifters = find<TopGifters>("top-gifters");
const chart = find<LiveChart>("live-chart");
const pins = find<PinStrip>("pin-strip");
const alarm = find<SilenceAlarm>("silence-alarm");
const host = find<HostPanel>("host-panel");
const program = find<ProgramDesk>("program-desk");
for (const e of [feed, keep, gifters, pins, alarm]) e.room = name;

const overlays = new OverlayWatch(name, keepStageKey(texts));
const silence = new Silence();
const score = new Score(all, () => {});
const history = new History(all, () => {}, (marks) => {
  pins.load(marks);
  feed.pinned(marks.filter((e): e is EventOf<"pin"> => e.event_type === "pin"));
});
numbers.history = chart.history = history;
const programs = new ProgramWatch(name, new URLSearchParams(location.search).get("session"), "changes" in program.dataset);
const bar = document.createElement("program-bar") as ProgramBar;
bar.texts = texts;
desk.querySelector(".views")!.before(bar);
for (const e of [program, bar]) e.begin(programs);

let session = 0;
let last = 0; // number of the newest event shown here
let known = 0; // number of the newest event there is, as the server told last
let open = false;

let behindSince = 0;

/** What comes within a blink is not behind. */
function behind(): number {
  if (known <= last) behindSince = 0;
  else behindSince ||= Date.now();
  return behindSince && Date.now() - behindSince > 1_500 ? known - last : 0;
}

note.seen = () => ({ state: note.now, heard: line.last ? Date.now() - line.last : 0, behind: behind(), open, overlays: overlays.now });

/** Once a second, however much arrives: what falls also when nothing comes, and what would only flicker. */
const show = () => {
  const now = Date.now();
  const board = score.board(now);
  numbers.show(board);
  gifters.show(board);
  chart.show(now);
  alarm.show(open ? silence.alarm(note.now, now) : undefined);
  program.tick();
  bar.tick();
};
everySecond(show);

const room = `/api/rooms/${encodeURIComponent(name)}`;
const live = new Live(desk.dataset["follow"] || `${room}/follow`, {
  session(id) {
    session = id;
    last = known = 0;
    feed.begin();
    keep.begin();
    pins.begin();
    score.enter(id);
    history.enter(id);
    silence.enter(Date.now());
    void programs.look();
  },
  events(events) {
    last = events.at(-1)!.seq;
    known = Math.max(known, last);
    feed.add(events);
    keep.add(events);
    pins.add(events);
    score.add(events);
    history.add(events);
    silence.add(events, Date.now());
    programs.add(events);
    line.heard(events);
  },
  health(health) {
    if (!health.session_id) feed.start();
    if (health.session_id === session) known = Math.max(last, health.last_seq ?? 0);
    line.showHealth(health);
    note.showHealth(health);
  },
  host: (state, at) => host.show(state, at),
  link(link) {
    open = link.state === "open";
    if (open) silence.begin(Date.now());
    line.showLink(link);
    note.showLink(link);
    if (link.state === "waiting") void checkLogin();
  },
});
live.start();
setTimeout(show, 300);

addEventListener("online", () => live.renew());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  live.wake();
  void programs.look();
  void overlays.look();
  show();
});

for (const e of [feed, pins]) {
  e.addEventListener("pin", (event) => void pin((event as CustomEvent<{ seq: number; on: boolean }>).detail));
}

feed.addEventListener("hide", (event) => {
  const { seq, on } = (event as CustomEvent<{ seq: number; on: boolean }>).detail;
  void (on ? mark("hide", "hidden", { seq }) : mark("hide", `hidden?seq=${seq}`));
});

/** Pins an event for the team, or takes it off. The page shows it when it comes back through the log, as on every other desk. */
async function pin({ seq, on }: { seq: number; on: boolean }): Promise<void> {
  const path = on ? "pins" : `pins/${seq}`;
  await mark("pin", path, on ? { seq } : undefined);
}

/** Marks an event of the session, or takes the mark off, and says why if that was refused. */
async function mark(what: "pin" | "hide", path: string, body?: { seq: number }): Promise<void> {
  const ask: RequestInit = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : { method: "DELETE" };
  const answer = await fetch(`/api/sessions/${session}/${path}`, ask).catch(() => undefined);
  const why = answer?.ok ? "" : (texts.find(await markRefusal(what, answer)) ?? texts.t(`${what}.error.other`));
  desk.querySelector("[data-refused]")!.textContent = why;
}

new ViewerDialog(desk, texts);

document.querySelector("[data-zone]")!.textContent = texts.zone;

// On a phone one part is shown at a time; the bar under the thumb chooses.
document.body.dataset["script"] = "";
const views = desk.querySelector<HTMLElement>(".views")!;
views.hidden = false;
desk.dataset["view"] = "feed";
views.addEventListener("click", (e) => {
  const view = (e.target as Element).closest<HTMLElement>("[data-view]")?.dataset["view"];
  if (!view) return;
  desk.dataset["view"] = view;
  for (const b of views.querySelectorAll<HTMLElement>("[data-view]")) b.setAttribute("aria-pressed", String(b.dataset["view"] === view));
  show();
});

/** A socket does not tell why it was refused. If the login has ended, the page says so by going to where one signs in. */
async function checkLogin(): Promise<void> {
  const answer = await fetch(room).catch(() => undefined);
  if (answer?.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
}

/** Finds an element of ours and gives it its words. */
function find<T extends HTMLElement & { texts: typeof texts }>(tag: string): T {
  const element = document.querySelector<T>(tag)!;
  element.texts = texts;
  return element;
}
