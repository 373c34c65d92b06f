// The editor of an overlay: the server is told what the form holds, saved or not, and the page in the preview's frame follows.
import { understood } from "./css-check";

const pause = 200; // ms of quiet after which what was typed is shown

interface Draft {
  size: { width: number; height: number };
  errors: string[]; // the ids of the fields that do not fit
}

export class Editor {
  private readonly frame = this.canvas.querySelector("iframe")!;
  private readonly note = document.querySelector<HTMLElement>("[data-note]")!;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private again = false; // something was typed while the server was asked
  private size = { width: Number(this.canvas.dataset["width"]), height: Number(this.canvas.dataset["height"]) };
  private at = ""; // the field that was typed into last
  private typedIn = false; // the form differs from what the preview's page begins with
  private page = location.href; // that names the frame's address
  private unframed = false; // the frame's address is worth nothing, and there was no other
  private dirty = false; // and what was typed would be lost

  constructor(private readonly form: HTMLFormElement, private readonly canvas: HTMLElement) {}

  start(): void {
    this.say("saved");
    new ResizeObserver(() => this.fit()).observe(this.canvas);
    this.fit();
    this.form.addEventListener("input", (e) => this.typed(e));
    this.form.addEventListener("submit", () => (this.dirty = false));
    addEventListener("beforeunload", (e) => this.dirty && e.preventDefault());
    addEventListener("message", (e) => this.overhear(e));
    for (const well of this.form.querySelectorAll<HTMLInputElement>("input[data-well]")) this.join(well);
    this.checkCSS();
    this.choose();
    this.listen();
    this.onlyWhatFits();
    this.typedIn = !!this.form.querySelector("[aria-invalid]"); // what was refused is shown as it was typed
    if (this.typedIn) void this.look();
  }

  /** The frame has the overlay's own size, and is drawn as large as there is room. */
  private fit(): void {
    const { width, height } = this.size;
    const most = Math.max(180, Math.min(innerHeight * (innerWidth < 760 ? 0.28 : 0.52), 560));
    const scale = Math.min(this.canvas.clientWidth / width, most / height, 2);
    this.frame.width = String(width);
    this.frame.height = String(height);
    this.frame.style.transform = `translate(-50%, -50%) scale(${scale})`;
    this.canvas.style.height = `${Math.round(Math.min(height * scale, most))}px`;
  }

  private typed(e: Event): void {
    this.dirty = this.typedIn = true;
    const field = e.target as HTMLInputElement;
    if (field.dataset["well"]) return;
    this.at = field.name;
    if (field.name.endsWith(".on")) this.onlyWhatFits();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.look(), pause);
  }

  /** Has the preview follow the form. One question at a time, so that they come in order. */
  private async look(): Promise<void> {
    this.again = this.asking;
    if (this.asking) return;
    this.asking = true;
    const answer = await this.ask();
    this.told(answer);
    if (this.unframed && typeof answer !== "string") await this.frameFrom(this.page);
    this.asking = false;
    if (this.again) void this.look();
  }

  /** What the server says of the form, or the name of the note that says why it says nothing. */
  private async ask(): Promise<Draft | "lost" | "away"> {
    const body = new URLSearchParams(new FormData(this.form) as unknown as Record<string, string>);
    body.set("preview", this.frame.src.slice(this.frame.src.lastIndexOf("/") + 1));
    body.set("at", this.at);
    try {
      const answer = await fetch(this.form.dataset["draft"]!, { method: "POST", body });
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) return (await answer.json()) as Draft;
      return answer.redirected ? "away" : "lost";
    } catch {
      return "lost";
    }
  }

  private told(draft: Draft | "lost" | "away"): void {
    for (const field of this.form.querySelectorAll(".unfit")) field.classList.remove("unfit");
    if (typeof draft === "string") return this.say(draft);
    for (const id of draft.errors) document.getElementById(id)?.classList.add("unfit");
    this.say(draft.errors.length > 0 ? "wrong" : "draft");
    if (draft.errors.length > 0) return;
    this.size = draft.size;
    this.fit();
  }

  /** Says below the preview how it is with it. A phone has room for what is wrong only. */
  private say(what: "saved" | "draft" | "wrong" | "lost" | "away"): void {
    this.note.textContent = this.note.dataset[what]!;
    this.note.classList.toggle("bad", what !== "saved" && what !== "draft");
  }

  /** The preview's page has come, anew perhaps, and knows what is saved; or its address is worth nothing any more. */
  private overhear(e: MessageEvent<{ type?: string } | null>): void {
    if (e.source !== this.frame.contentWindow || e.origin !== location.origin) return;
    if (e.data?.type === "joined" && this.typedIn) void this.look();
    if (e.data?.type === "revoked") void this.frameFrom(this.page);
  }

  /** Gives the frame the address it has in the page as the server would make it now. What is typed stays. */
  private async frameFrom(href: string): Promise<boolean> {
    const answer = await fetch(href).catch(() => undefined);
    const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
    const src = page.querySelector("[data-canvas] iframe")?.getAttribute("src");
    this.unframed = !src;
    if (src) {
      this.frame.src = src;
      this.page = href;
    } else this.say(answer?.redirected ? "away" : "lost");
    return !!src;
  }

  /** A colour may be typed or chosen; an empty one is the preset's own. */
  private join(well: HTMLInputElement): void {
    const text = document.getElementById(well.dataset["well"]!) as HTMLInputElement;
    const take = () => {
      const known = /^#[0-9a-f]{6}$/i.test(text.value.trim());
      if (known) well.value = text.value.trim();
      well.classList.toggle("none", !known);
    };
    well.hidden = false;
    take();
    text.addEventListener("input", take);
    well.addEventListener("input", () => {
      text.value = well.value;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  /** Says beside a streamer's own CSS that a part of it does nothing. It may be saved all the same: what is right of it counts. */
  private checkCSS(): void {
    for (const note of this.form.querySelectorAll<HTMLElement>("[data-css-of]")) {
      const text = document.getElementById(note.dataset["cssOf"]!) as HTMLTextAreaElement;
      const look = () => (note.hidden = understood(text.value));
      look();
      text.addEventListener("input", look);
    }
  }

  /** What the overlay is seen against, as the streamer last chose. */
  private choose(): void {
    const bar = document.querySelector<HTMLElement>("[data-behinds]")!;
    const buttons = [...bar.querySelectorAll<HTMLElement>("[data-behind]")];
    const behind = this.canvas.querySelector<HTMLElement>(".behind")!;
    const put = (name: string) => {
      if (!buttons.some((b) => b.dataset["behind"] === name)) return;
      this.canvas.dataset["behind"] = name;
      behind.hidden = name !== "video";
      for (const b of buttons) b.setAttribute("aria-pressed", String(b.dataset["behind"] === name));
    };
    bar.hidden = false;
    put(localStorage.getItem("overlay-behind") ?? "checker");
    bar.addEventListener("click", (e) => {
      const name = (e.target as Element).closest<HTMLElement>("[data-behind]")?.dataset["behind"];
      if (!name) return;
      put(name);
      localStorage.setItem("overlay-behind", name);
    });
  }

  /** Whose events the preview shows: the frame alone is loaded anew. */
  private listen(): void {
    const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-events]")];
    for (const link of links) {
      const go = async (e: Event) => {
        e.preventDefault();
        if (!(await this.frameFrom(link.href))) return;
        for (const l of links) l.setAttribute("aria-pressed", String(l === link));
      };
      link.addEventListener("click", (e) => void go(e));
      link.addEventListener("keydown", (e) => e.key === " " && void go(e));
    }
  }

  /** A rule shows the fields that are of use for what it is about. */
  private onlyWhatFits(): void {
    for (const rule of this.form.querySelectorAll<HTMLElement>("[data-rule]")) {
      const on = rule.querySelector<HTMLSelectElement>("select[name$='.on']")?.value;
      for (const field of rule.querySelectorAll<HTMLElement>("[data-only]")) field.hidden = field.dataset["only"] !== "" && field.dataset["only"] !== on;
    }
  }
}
