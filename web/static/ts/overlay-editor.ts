// The editor of an overlay: the form's values, saved or not, go to the page in the preview's frame.
import type { OverlaySetup } from "./wire.gen";

const pause = 200; // ms of quiet after which what was typed is shown

interface Draft {
  size: { width: number; height: number };
  options: OverlaySetup["options"] | null; // null if something does not fit
  errors: string[];
}

export class Editor {
  private readonly frame = this.canvas.querySelector("iframe")!;
  private readonly note = document.querySelector<HTMLElement>("[data-note]")!;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private size = { width: Number(this.canvas.dataset["width"]), height: Number(this.canvas.dataset["height"]) };
  private draft: Draft | undefined;
  private dirty = false;

  constructor(private readonly form: HTMLFormElement, private readonly canvas: HTMLElement) {}

  start(): void {
    this.note.textContent = this.note.dataset["saved"]!;
    new ResizeObserver(() => this.fit()).observe(this.canvas);
    this.fit();
    this.form.addEventListener("input", (e) => this.typed(e));
    this.form.addEventListener("submit", () => (this.dirty = false));
    addEventListener("beforeunload", (e) => this.dirty && e.preventDefault());
    this.frame.addEventListener("load", () => this.draft && setTimeout(() => this.show(), 1_000));
    for (const well of this.form.querySelectorAll<HTMLInputElement>("input[data-well]")) this.join(well);
    this.choose();
    this.listen();
    this.onlyWhatFits();
    if (this.form.querySelector("[aria-invalid]")) void this.look(); // what was refused is shown as it was typed
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
    this.dirty = true;
    const field = e.target as HTMLInputElement;
    if (field.dataset["well"]) return;
    if (field.name.endsWith(".on")) this.onlyWhatFits();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.look(), pause);
  }

  /** Asks the server what the form would make of the page. Of two answers the later question's counts. */
  private async look(): Promise<void> {
    const mine = ++this.asked;
    const body = new URLSearchParams(new FormData(this.form) as unknown as Record<string, string>);
    const answer = await fetch(this.form.dataset["draft"]!, { method: "POST", body }).catch(() => undefined);
    if (mine !== this.asked) return;
    const json = answer?.headers.get("Content-Type")?.startsWith("application/json");
    const draft = json ? ((await answer!.json()) as Draft) : undefined;
    for (const field of this.form.querySelectorAll(".unfit")) field.classList.remove("unfit");
    for (const id of draft?.errors ?? []) document.getElementById(id)?.classList.add("unfit");
    this.note.textContent = this.note.dataset[draft?.options ? "draft" : draft ? "wrong" : "lost"]!;
    if (!draft?.options) return;
    this.draft = draft;
    this.size = draft.size;
    this.fit();
    this.show();
  }

  private show(): void {
    this.frame.contentWindow?.postMessage({ type: "overlay", options: this.draft!.options }, location.origin);
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

  /** Whose events the preview shows: the frame alone is loaded anew, what is typed stays. */
  private listen(): void {
    const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-events]")];
    for (const link of links) {
      const go = async (e: Event) => {
        e.preventDefault();
        const answer = await fetch(link.href).catch(() => undefined);
        const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
        const src = page.querySelector("[data-canvas] iframe")?.getAttribute("src");
        if (!src) return;
        this.frame.src = src;
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
