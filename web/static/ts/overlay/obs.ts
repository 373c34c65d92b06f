// What OBS tells its pages: whether they are seen, and what goes on around them.
import type { OverlaySeen } from "../wire.gen";

/** What OBS 28 and later give to pages; the status is there from the second of its six levels of trust on. */
interface ObsStudio {
  pluginVersion?: string;
  getStatus?(f: (status: { streaming?: boolean; recording?: boolean }) => void): void;
  getCurrentScene?(f: (scene: { name?: string }) => void): void;
}

declare global {
  interface Window {
    obsstudio?: ObsStudio;
  }
}

export class Surroundings {
  private known: Partial<OverlaySeen> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private told = "";

  /** tell is called soon after something of it changed. */
  constructor(private readonly tell: (seen: OverlaySeen) => void) {
    addEventListener("resize", () => this.changed());
    document.addEventListener("visibilitychange", () => this.changed());
    if (window.obsstudio) this.listen(window.obsstudio);
  }

  get inOBS(): boolean {
    return window.obsstudio !== undefined;
  }

  /** Whether anybody can see the page. Not every program that shows pages says so; those always can. */
  get visible(): boolean {
    return this.known.visible ?? document.visibilityState !== "hidden";
  }

  get seen(): OverlaySeen {
    const obs = window.obsstudio?.pluginVersion;
    return { width: innerWidth, height: innerHeight, ...(obs ? { obs } : {}), ...this.known, visible: this.visible };
  }

  /** Tells everything now, whether it changed or not: somebody new listens. */
  tellAnew(): void {
    this.told = "";
    this.report();
  }

  private listen(obs: ObsStudio): void {
    const on = <T>(event: string, f: (detail: T) => Partial<OverlaySeen>): void =>
      addEventListener(event, (e) => this.learn(f((e as CustomEvent<T>).detail)));
    on<{ visible: boolean }>("obsSourceVisibleChanged", (d) => ({ visible: d.visible }));
    on<{ active: boolean }>("obsSourceActiveChanged", (d) => ({ active: d.active }));
    on<{ name: string }>("obsSceneChanged", (d) => ({ scene: d.name }));
    on("obsStreamingStarted", () => ({ streaming: true }));
    on("obsStreamingStopped", () => ({ streaming: false }));
    on("obsRecordingStarted", () => ({ recording: true }));
    on("obsRecordingStopped", () => ({ recording: false }));
    obs.getStatus?.((s) => this.learn({ ...flag("streaming", s.streaming), ...flag("recording", s.recording) }));
    obs.getCurrentScene?.((s) => this.learn(s.name ? { scene: s.name } : {}));
  }

  private learn(news: Partial<OverlaySeen>): void {
    Object.assign(this.known, news);
    this.changed();
  }

  /** While a window is dragged it has another size many times a second. */
  private changed(): void {
    this.timer ??= setTimeout(() => this.report(), 250);
  }

  private report(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const seen = this.seen;
    const now = JSON.stringify(seen);
    if (now === this.told) return;
    this.told = now;
    this.tell(seen);
  }
}

function flag(name: "streaming" | "recording", value: boolean | undefined): Partial<OverlaySeen> {
  return value === undefined ? {} : { [name]: value };
}
