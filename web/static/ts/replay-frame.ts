// The stage of a replay: chat and alerts as overlays draw them, in a frame of its own because their style sheet is. It is told what
// happens by the page around it, and says nothing to anybody.
import { hiddenBy } from "./hides";
import { Alerts } from "./overlay/alerts";
import { readAddress } from "./overlay/address";
import { Chat } from "./overlay/chat";
import { Clock } from "./overlay/clock";
import { el } from "./overlay/dom";
import { dress } from "./overlay/look";
import { Sounds } from "./overlay/sound";
import type { Stage } from "./overlay/view";
import { tagOf, wordsOf } from "./overlay/words";
import { AlertQueue, chatLine, type StageFrame } from "./replay-show";
import type { AlertsOptions, ChatOptions, LiveEvent, OverlayAlert } from "./wire.gen";

interface Options {
  room: string;
  chat: ChatOptions;
  alerts: AlertsOptions;
}

const options = JSON.parse(document.getElementById("options")!.textContent!) as Options;
const texts = wordsOf(options.chat.look.language ?? document.documentElement.lang.slice(0, 2));
document.documentElement.lang = tagOf(texts);
const address = readAddress("");
const { font_size: _, ...look } = options.chat.look; // sizes are meant for a scene in OBS
const { speed, calm } = dress("chat", { ...look, scale: 100 }, address);

let now = 0; // the replay's clock
const clock = new Clock(() => now);
const sounds = new Sounds(0, true, () => "");
sounds.muted = true;
const stage: Stage = { clock, sounds, texts, speed, calm, faceless: false, say: () => undefined };
const chat = new Chat(stage);
const alerts = new Alerts(stage);
const queue = new AlertQueue(options.alerts, (key) => texts.find(`stage.alert.${key}`) ?? "", options.room);

for (const [kind, root] of [["chat", chat.root], ["alerts", alerts.root]] as const) {
  const layer = el("div", "stage", root);
  layer.dataset["kind"] = kind;
  document.body.append(layer);
}
delete document.documentElement.dataset["kind"]; // each layer is of its own
chat.setup(options.chat);
alerts.setup(options.alerts);

function lines(events: LiveEvent[]): LiveEvent[] {
  return events.map((e) => chatLine(e, options.chat)).filter((e) => e !== undefined);
}

/** What no moderator has taken away. */
function left(events: LiveEvent[]): LiveEvent[] {
  const gone = events.filter((e) => e.event_type === "delete");
  return events.filter((e) => e.event_type !== "delete" && !hiddenBy(gone, e));
}

/** An alert's times are the session's: on screen they pass as fast as the replay goes. */
function shown(frame: OverlayAlert, fast: number): OverlayAlert {
  return { ...frame, shown_ms: (frame.shown_ms ?? 0) / fast, left_ms: (frame.left_ms ?? 0) / fast };
}

function take(frame: StageFrame): void {
  now = frame.clock;
  if (frame.type === "scene") {
    queue.clear();
    alerts.clear();
    chat.clear();
    chat.show({ events: left(lines(frame.events)).slice(-options.chat.max_lines) });
    return;
  }
  const events = frame.type === "events" ? frame.events : [];
  if (events.length > 0) chat.events(lines(events));
  for (const f of queue.step(events, frame.clock)) alerts.alert(shown(f, frame.speed));
}

addEventListener("message", (e: MessageEvent<StageFrame>) => {
  if (e.origin === location.origin && e.source === parent) take(e.data);
});
parent.postMessage({ type: "ready" }, location.origin);
