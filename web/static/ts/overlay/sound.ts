// Sounds that are made on the spot: nothing is fetched, nothing can be missing. OBS lets pages sound without a click; a browser does
// not, and then says so, to somebody who moves a mouse over the page. No other program that shows the page ever sees the hint.
import type { OverlaySound } from "../wire.gen";
import { el } from "./dom";

type Voice = (ctx: AudioContext, out: AudioNode, at: number) => void;

export class Sounds {
  private ctx: AudioContext | undefined;
  private hint: HTMLElement | undefined;
  muted = false; // nobody can see the page, or it is a preview

  /** loudness is the address's own, on top of what was chosen. words is what the hint says. */
  constructor(readonly loudness: number, private readonly inOBS: boolean, private readonly words: () => string) {
    if (inOBS) return;
    addEventListener("pointermove", () => this.offer());
    addEventListener("pointerdown", () => this.unlock());
  }

  /** Plays a sound at so many percent. */
  play(sound: OverlaySound, volume: number): void {
    const make = voices[sound];
    const gain = this.gain(volume);
    if (!make || gain === 0) return;
    this.ctx ??= new AudioContext();
    void this.ctx.resume();
    if (this.ctx.state !== "running" && !this.inOBS) return; // it would sound later, at the click
    const out = this.ctx.createGain();
    out.gain.value = gain * 0.6;
    out.connect(this.ctx.destination);
    make(this.ctx, out, this.ctx.currentTime + 0.02);
  }

  /** How loud so many percent are: the ear hears the square. */
  gain(volume: number): number {
    return this.muted ? 0 : Math.min(1, ((volume / 100) * this.loudness) ** 2);
  }

  private unlock(): void {
    this.ctx ??= new AudioContext();
    void this.ctx.resume();
    this.hint?.remove();
  }

  private offer(): void {
    if (this.muted || this.ctx?.state === "running" || this.hint?.isConnected) return;
    this.ctx ??= new AudioContext();
    if (this.ctx.state === "running") return;
    this.hint = el("button", "sound-hint", this.words());
    document.body.append(this.hint);
    const hint = this.hint;
    setTimeout(() => hint.remove(), 5000);
  }
}

const voices: Partial<Record<OverlaySound, Voice>> = {
  chime: (ctx, out, at) => [659.3, 987.8, 1318.5].forEach((f, i) => tone(ctx, out, { at: at + i * 0.11, f, long: 0.9, loud: 0.5 })),
  bell: (ctx, out, at) => [1, 2.76, 5.4, 8.93].forEach((ratio, i) => tone(ctx, out, { at, f: 523.3 * ratio, long: 1.8 / (i + 1), loud: 0.5 / (i + 1) })),
  coin: (ctx, out, at) => {
    tone(ctx, out, { at, f: 987.8, long: 0.09, loud: 0.3, wave: "square" });
    tone(ctx, out, { at: at + 0.08, f: 1318.5, long: 0.5, loud: 0.3, wave: "square" });
  },
  pop: (ctx, out, at) => tone(ctx, out, { at, f: 620, to: 180, long: 0.16, loud: 0.9 }),
  whoosh: (ctx, out, at) => whoosh(ctx, out, at),
  fanfare: (ctx, out, at) => {
    const notes: [f: number, start: number, long: number][] = [[523.3, 0, 0.18], [523.3, 0.16, 0.14], [523.3, 0.3, 0.14], [698.5, 0.44, 0.42], [880, 0.84, 0.2], [1046.5, 1.02, 0.9]];
    const soft = ctx.createBiquadFilter();
    soft.frequency.value = 2600;
    soft.connect(out);
    for (const [f, start, long] of notes) {
      for (const detune of [-6, 6]) tone(ctx, soft, { at: at + start, f, long, loud: 0.24, wave: "sawtooth", detune });
    }
  },
};

interface Tone {
  at: number;
  f: number; // Hz
  to?: number; // Hz, where it glides to
  long: number; // seconds
  loud: number;
  wave?: OscillatorType;
  detune?: number;
}

function tone(ctx: AudioContext, out: AudioNode, t: Tone): void {
  const source = ctx.createOscillator();
  const gain = ctx.createGain();
  source.type = t.wave ?? "sine";
  source.frequency.setValueAtTime(t.f, t.at);
  if (t.to) source.frequency.exponentialRampToValueAtTime(t.to, t.at + t.long);
  source.detune.value = t.detune ?? 0;
  gain.gain.setValueAtTime(0, t.at);
  gain.gain.linearRampToValueAtTime(t.loud, t.at + 0.008); // without it every note begins with a click
  gain.gain.exponentialRampToValueAtTime(0.0005, t.at + t.long);
  source.connect(gain).connect(out);
  source.start(t.at);
  source.stop(t.at + t.long + 0.05);
}

function whoosh(ctx: AudioContext, out: AudioNode, at: number): void {
  const long = 0.55;
  const noise = ctx.createBuffer(1, Math.ceil(ctx.sampleRate * long), ctx.sampleRate);
  const samples = noise.getChannelData(0);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
  const source = ctx.createBufferSource();
  source.buffer = noise;
  const band = ctx.createBiquadFilter();
  band.type = "bandpass";
  band.Q.value = 1.4;
  band.frequency.setValueAtTime(260, at);
  band.frequency.exponentialRampToValueAtTime(3200, at + long * 0.6);
  band.frequency.exponentialRampToValueAtTime(500, at + long);
  const gain = ctx.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.9, at + long * 0.45);
  gain.gain.linearRampToValueAtTime(0, at + long);
  source.connect(band).connect(gain).connect(out);
  source.start(at);
}
