// The host's puppet. How it looks in each face and pose is the style sheet's; this chooses them, blinks, and moves the mouth.
import type { HostOptions } from "../wire.gen";
import { colour, shade } from "./look";
import source from "./puppet.svg";

export const faces = ["neutral", "happy", "angry", "sad", "relaxed", "surprised", "shy", "thinking"];
export const poses = ["idle", "wave", "nod", "bow", "clap", "cheer", "think", "point", "heart"];

const blinkFor = 130; // ms
const closed = 0.07; // below it the mouth is shut

export class Puppet {
  readonly root: Element;
  private readonly mouth: SVGElement;
  private readonly head: SVGElement;

  constructor() {
    this.root = document.importNode(new DOMParser().parseFromString(source, "image/svg+xml").documentElement, true);
    this.mouth = this.root.querySelector(".mouth-talk")!;
    this.head = this.root.querySelector(".head")!;
    this.pose("neutral", "idle");
    this.blink();
  }

  /** Shows a face and a pose; one it does not know is a neutral one. A pose that is shown already begins anew. */
  pose(face: string | undefined, body: string | undefined): void {
    const { root } = this;
    root.setAttribute("data-face", faces.includes(face ?? "") ? face! : "neutral");
    const pose = poses.includes(body ?? "") ? body! : "idle";
    if (root.getAttribute("data-body") === pose && pose !== "idle") {
      root.setAttribute("data-body", "idle");
      root.getBoundingClientRect(); // so that the browser sees two changes, not none
    }
    root.setAttribute("data-body", pose);
  }

  /** Opens the mouth so far, 0 to 1. */
  speak(open: number): void {
    const talking = open > closed;
    this.root.classList.toggle("talking", talking);
    if (talking) this.mouth.style.transform = `translate(200px, 224px) scale(${1 - 0.15 * open}, ${0.25 + 0.75 * open})`;
  }

  paint(colours: HostOptions["colours"]): void {
    const style = (this.root as SVGElement).style;
    for (const part of ["hair", "eyes", "skin", "outfit"] as const) {
      const chosen = colour(colours?.[part]);
      for (const [suffix, by] of [["", 0], ["-dark", -0.24], ["-light", 0.22]] as const) {
        if (chosen) style.setProperty(`--${part}${suffix}`, shade(chosen, by));
        else style.removeProperty(`--${part}${suffix}`);
      }
    }
  }

  /** Now and then it blinks, and holds its head a little differently. */
  private blink(): void {
    setTimeout(() => {
      this.root.classList.add("blink");
      if (Math.random() < 0.4) this.head.style.setProperty("--tilt", `${(Math.random() * 5 - 2.5).toFixed(1)}deg`);
      setTimeout(() => {
        this.root.classList.remove("blink");
        this.blink();
      }, blinkFor);
    }, 1800 + Math.random() * 4200);
  }
}
