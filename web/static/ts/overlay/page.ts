// An overlay's page: takes what the socket says to the view of its kind, and tells the server what it is asked to.
import type { Texts } from "../i18n";
import type { OverlayFrame, OverlayHello, OverlayKind, OverlayLook, OverlayParts, OverlayReport, OverlayTest } from "../wire.gen";
import { readAddress } from "./address";
import { Alerts } from "./alerts";
import { Chat } from "./chat";
import { Clock } from "./clock";
import { Counter } from "./counter";
import { el, painted } from "./dom";
import { fit } from "./fit";
import { Goal } from "./goal";
import { Host } from "./host";
import { Leaderboard } from "./leaderboard";
import { Link } from "./link";
import { dress } from "./look";
import { Surroundings } from "./obs";
import { Program } from "./program";
import { Sounds } from "./sound";
import { Ticker } from "./ticker";
import { Timer } from "./timer";
import type { Stage, View } from "./view";
import { tagOf, wordsOf } from "./words";

const views: { [K in OverlayKind]: new (stage: Stage) => View<K> } = {
  chat: Chat, alerts: Alerts, goal: Goal, leaderboard: Leaderboard, counter: Counter, ticker: Ticker, program: Program, timer: Timer, host: Host,
};

/** Of these there is one thing to show, and it is to be seen whole. Lists leave out what does not fit. */
const fitted: OverlayKind[] = ["alerts", "goal", "counter", "program", "timer"];

const lookEvery = 3; // tries that nobody answered, after which the page looks whether its address is still one
const reloadAgain = 30_000; // ms: a page that is still the old one after it was loaded anew does not try again at once
const reloadKey = "reloaded";

export class Page implements Stage {
  readonly clock = new Clock();
  readonly sounds: Sounds;
  readonly faceless: boolean;
  texts: Texts = wordsOf(document.documentElement.lang.slice(0, 2));
  speed = 300;
  calm = false;

  private readonly address = readAddress(location.search);
  private readonly link: Link;
  private readonly around: Surroundings;
  private readonly stage = el("main", "stage");
  private kind: OverlayKind | undefined;
  private view: View<OverlayKind> | undefined;
  private configured = ""; // what the view was set up with
  private preview = false;
  private testing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const url = `${location.origin.replace(/^http/, "ws")}${location.pathname.replace(/\/$/, "")}/follow`;
    this.link = new Link(url, { frame: (f) => this.take(f), unheard: (n) => this.unheard(n) });
    this.around = new Surroundings((seen) => {
      this.sounds.muted = this.preview || !this.around.visible;
      this.say({ type: "seen", ...seen });
    });
    this.faceless = this.address.faceless;
    this.sounds = new Sounds(this.address.loudness, this.around.inOBS, () => this.texts.t("stage.sound.hint"));
    addEventListener("online", () => this.link.wake());
    addEventListener("resize", () => this.fit());
    document.fonts.addEventListener("loadingdone", () => this.fit());
  }

  start(): void {
    document.body.append(this.stage);
    this.link.start();
  }

  /** A preview is no page on air. That it has drawn an alert it tells nevertheless: its own queue waits for that. */
  say(report: OverlayReport): void {
    if (!this.preview || report.type === "drawn") this.link.say(report);
  }

  /** One frame that cannot be drawn must not end the show. */
  private take(frame: OverlayFrame): void {
    try {
      this.read(frame);
      this.fit();
    } catch (e) {
      console.error(`a frame of type ${frame.type} could not be shown`, e);
    }
  }

  private read(frame: OverlayFrame): void {
    switch (frame.type) {
      case "hello":
        return this.hello(frame);
      case "overlay":
        return this.configure(frame.kind, frame.options);
      case "snapshot":
      case "state":
        if (frame.kind === this.kind) this.view?.show(frame.state, frame.type === "snapshot");
        return;
      case "events":
        return this.view?.events?.(frame.events);
      case "alert":
        return this.view?.alert?.(frame);
      case "host":
        return this.view?.clip?.(frame);
      case "test":
        return this.test(frame);
      case "beat":
        return this.clock.hear(frame.now_ms);
      case "bye":
        if (frame.revoked) this.vanish();
    }
  }

  private fit(): void {
    if (this.view && this.kind && fitted.includes(this.kind)) fit(this.stage, this.view.root);
  }

  private hello(hello: OverlayHello): void {
    this.clock.set(hello.now_ms);
    this.preview = hello.preview ?? false;
    this.sounds.muted = this.preview || !this.around.visible;
    if (hello.build !== document.documentElement.dataset["build"] && this.reload(hello.build)) return;
    this.around.tellAnew();
    this.tellEditor("joined");
  }

  /** The server is another one: its page may be too. */
  private reload(build: string): boolean {
    const [before, at] = (sessionStorage.getItem(reloadKey) ?? "").split("@");
    if (before === build && Date.now() - Number(at) < reloadAgain) return false;
    sessionStorage.setItem(reloadKey, `${build}@${Date.now()}`);
    location.reload();
    return true;
  }

  private configure<K extends OverlayKind>(kind: K, options: OverlayParts[K]["options"]): void {
    const all = JSON.stringify([kind, options]);
    if (all === this.configured) return; // only the connection is new: what is on screen stays as it is
    this.configured = all;
    const look: OverlayLook = { ...options.look, ...this.address.look };
    this.texts = wordsOf(look.language);
    document.documentElement.lang = tagOf(this.texts);
    ({ speed: this.speed, calm: this.calm } = dress(kind, look, this.address));
    if (kind !== this.kind) {
      this.kind = kind;
      this.view = new views[kind](this) as unknown as View<OverlayKind>;
      this.stage.replaceChildren(this.view.root);
    }
    this.view!.setup(options);
  }

  /** Tells the editor around a preview how it is with it. Of all pages only a preview is let into a frame, and only into the panel's. */
  private tellEditor(type: "joined" | "revoked"): void {
    if (this.preview && parent !== window) parent.postMessage({ type }, location.origin);
  }

  /** Shows where the page is and how large, for some seconds. */
  private test(frame: OverlayTest): void {
    const words = this.texts.t("stage.test", { Kind: this.texts.t(`stage.kind.${this.kind ?? "chat"}`), Size: `${innerWidth} × ${innerHeight}` });
    const frameOf = el("div", "test-frame", el("span", "test-words", words));
    document.querySelector(".test-frame")?.remove();
    document.body.append(frameOf);
    void painted().then(() => this.say({ type: "drawn", id: frame.id }));
    clearTimeout(this.testing);
    this.testing = setTimeout(() => frameOf.remove(), frame.show_ms);
  }

  /** After some tries the page looks whether its address is still one: a socket cannot say what it was refused for. */
  private unheard(times: number): void {
    if (times % lookEvery !== 0) return;
    void fetch(location.href, { cache: "no-store" }).then(
      (answer) => {
        if (answer.status === 404) this.vanish();
      },
      () => undefined, // nobody is there: what is shown stays
    );
  }

  private vanish(): void {
    this.view?.clear();
    document.querySelector(".test-frame")?.remove();
    this.tellEditor("revoked");
  }
}
