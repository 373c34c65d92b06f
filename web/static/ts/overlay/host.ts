// The AI host on stage: says one clip at a time, with a voice if there is one, and reports when it has.
import type { HostOptions, HostState, OverlayClip } from "../wire.gen";
import { el, mark, said, write } from "./dom";
import { heard, letters, pieces, saidOf, timed } from "./mouth";
import { Puppet } from "./puppet";
import { script } from "../said";
import type { Stage, View } from "./view";

const beat = 50; // ms between two looks at how far the clip is: a timer, so that it goes on while OBS hides the source
const pause = 900; // ms after a clip in which the next one may come, before the host is at rest again
const drift = 250; // ms that a voice may be apart from where it should be before it is set right

interface Playing {
  clip: OverlayClip;
  length: number; // ms
  from: number; // on performance.now(), when it began
  voice: HTMLAudioElement | undefined;
  letters: string[];
  words: HTMLElement[];
  texts: string[];
  timer?: ReturnType<typeof setTimeout>;
}

export class Host implements View<"host"> {
  readonly root = el("section", "host");
  private readonly puppet = new Puppet();
  private readonly figure = el("div", "figure", this.puppet.root);
  private readonly bubble = el("div", "subtitle plate");
  private readonly name = el("b", "host-name name");
  private readonly text = el("p", "speech");
  private readonly marked = el("span", "mark");
  private options: HostOptions | undefined;
  private playing: Playing | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly stage: Stage) {
    this.bubble.append(this.name, this.text, this.marked);
    this.bubble.hidden = true;
    this.root.append(this.figure, this.bubble);
  }

  setup(options: HostOptions): void {
    this.options = options;
    this.root.dataset["side"] = options.side;
    this.figure.hidden = !options.puppet;
    this.puppet.paint(options.colours);
    this.bubble.hidden = !this.playing || !options.subtitles;
    this.name.hidden = !options.name;
  }

  show(state: HostState): void {
    if (state.clip) this.clip(state.clip);
    else this.stop();
  }

  clip(clip: OverlayClip): void {
    if (clip.action === "stop") return this.stop();
    const now = this.playing?.clip;
    if (now?.turn === clip.turn && now?.clip === clip.clip) return; // it is being said
    this.halt();
    this.begin(clip);
  }

  clear(): void {
    this.stop();
    this.root.hidden = true;
  }

  private begin(clip: OverlayClip): void {
    this.root.hidden = false;
    clearTimeout(this.resting);
    const speech = clip.speech ?? "";
    const lang = script(speech, clip.language);
    const texts = pieces(speech, lang);
    const words = texts.map((t) => el("span", "word", t));
    this.playing = {
      clip, texts, words, letters: letters(speech), length: clip.duration_ms ?? 0, from: performance.now() - (clip.shown_ms ?? 0), voice: this.voice(clip),
    };
    this.puppet.pose(clip.face_id, clip.body_id);
    this.subtitle(clip, words, lang);
    this.tick();
  }

  private subtitle(clip: OverlayClip, words: HTMLElement[], lang: string | undefined): void {
    const line = said("p", "speech", clip.speech ?? "", lang); // for its direction, language and fonts
    this.text.dir = line.dir;
    this.text.lang = line.lang;
    this.text.replaceChildren(...words);
    write(this.name, clip.host ?? "");
    write(this.marked, clip.rehearsal ? this.stage.texts.t("stage.mark.rehearsal") : "");
    mark(this.bubble, { rehearsal: clip.rehearsal ?? false, timed: clip.timed ?? false, long: (clip.speech ?? "").length > 60, leaving: false });
    this.bubble.hidden = !this.options?.subtitles || !clip.speech;
  }

  /** Begins to sound. What may not or cannot is only shown, in the same time. */
  private voice(clip: OverlayClip): HTMLAudioElement | undefined {
    const { sounds } = this.stage;
    if (!clip.sound || !this.options?.sound || sounds.gain(this.options.volume) === 0) return undefined;
    const voice = new Audio(`${location.pathname.replace(/\/$/, "")}/${clip.sound}`);
    voice.volume = sounds.gain(this.options.volume);
    if (clip.shown_ms) voice.currentTime = clip.shown_ms / 1000;
    voice.onerror = () => this.mute(voice);
    voice.play().catch(() => this.mute(voice));
    return voice;
  }

  private mute(voice: HTMLAudioElement): void {
    if (this.playing?.voice === voice) this.playing.voice = undefined;
  }

  private tick(): void {
    const p = this.playing;
    if (!p) return;
    const ms = this.position(p);
    if (ms >= p.length) return this.finish(p);
    const { envelope } = p.clip;
    this.puppet.speak(envelope?.length ? heard(envelope, ms) : timed(p.letters, p.length * 0.96, ms));
    const n = saidOf(p.texts, ms / p.length + 0.03);
    p.words.forEach((w, i) => w.classList.toggle("said", i < n));
    p.timer = setTimeout(() => this.tick(), beat);
  }

  /** How far the clip is: the voice says so, once it sounds. */
  private position(p: Playing): number {
    const now = performance.now() - p.from;
    const { voice } = p;
    if (!voice) return now;
    voice.muted = this.stage.sounds.muted;
    if (voice.ended) return p.length;
    const at = voice.currentTime * 1000;
    if (at > 0 && Math.abs(at - now) > drift) p.from = performance.now() - at;
    return at > 0 ? at : Math.min(now, p.length - 1);
  }

  private finish(p: Playing): void {
    this.halt();
    if (p.clip.turn !== undefined) this.stage.say({ type: "ack", turn: p.clip.turn, clip: p.clip.clip });
    p.words.forEach((w) => w.classList.add("said"));
    this.resting = setTimeout(() => this.rest(), pause);
  }

  /** Falls silent at once. */
  private stop(): void {
    this.halt();
    this.rest();
  }

  private halt(): void {
    const p = this.playing;
    this.playing = undefined;
    if (p) clearTimeout(p.timer);
    p?.voice?.pause();
    this.puppet.speak(0);
  }

  private rest(): void {
    clearTimeout(this.resting);
    this.puppet.pose("neutral", "idle");
    this.bubble.classList.add("leaving");
    this.resting = setTimeout(() => (this.bubble.hidden = true), this.stage.speed);
  }
}
