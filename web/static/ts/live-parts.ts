// Parts of a page that the server prints anew while the page is open, in the reader's words; and forms whose answer is the same page.

const every = 2_000; // ms between two looks

/** Keeps the [data-live] parts of a page up to date, and sends its [data-stay] forms without leaving it: what is typed elsewhere stays. */
export class LiveParts {
  private sending = false;

  constructor(private readonly main: HTMLElement) {}

  start(): void {
    this.main.ownerDocument.addEventListener("submit", (e) => this.submit(e));
    setInterval(() => void this.look(), every);
    document.addEventListener("visibilitychange", () => void this.look());
  }

  private async look(): Promise<void> {
    if (document.hidden || this.sending) return;
    const from = this.main.dataset["liveFrom"]!;
    const answer = await fetch(from).catch(() => undefined);
    if (answer?.redirected && new URL(answer.url).pathname === "/login") return location.reload();
    if (!answer?.ok || this.sending || from !== this.main.dataset["liveFrom"]) return; // a form was sent meanwhile: it knows more
    this.apply(parse(await answer.text()));
  }

  private submit(e: SubmitEvent): void {
    const form = e.target as HTMLFormElement;
    if (!form.matches("[data-stay]")) return;
    e.preventDefault();
    if (this.sending) return; // a double click
    void this.send(form, e.submitter);
  }

  private async send(form: HTMLFormElement, by: HTMLElement | null): Promise<void> {
    this.sending = true;
    try {
      const body = new URLSearchParams(new FormData(form, by) as unknown as Record<string, string>);
      const answer = await fetch(form.getAttribute("action")!, { method: "POST", body });
      const page = parse(await answer.text());
      const fresh = page.querySelector<HTMLElement>("main[data-live-from]");
      if (!fresh) return location.reload(); // signed out, or the overlay is gone: the page says which
      this.main.dataset["liveFrom"] = fresh.dataset["liveFrom"]!;
      this.apply(page);
      const once = fresh.querySelector<HTMLInputElement>("[name=once]")?.value;
      for (const field of once ? this.main.querySelectorAll<HTMLInputElement>("[name=once]") : []) field.value = once!;
      if (answer.ok) for (const typed of form.querySelectorAll<HTMLInputElement>("input:not([type=hidden])")) typed.value = "";
    } catch {
      form.submit(); // nobody answered: the browser says so
    } finally {
      this.sending = false;
    }
  }

  private apply(page: Document): void {
    for (const part of page.querySelectorAll<HTMLElement>("[data-live]")) {
      const at = document.querySelector<HTMLElement>(`[data-live="${part.dataset["live"]}"]`);
      if (at && at.innerHTML.trim() !== part.innerHTML.trim()) replace(at, part);
    }
  }
}

function parse(text: string): Document {
  return new DOMParser().parseFromString(text, "text/html");
}

/** Puts what is new into a part and keeps the keyboard where it was, on the same button or the part's first, and lists where they were read. */
function replace(at: HTMLElement, part: HTMLElement): void {
  const held = at.contains(document.activeElement) ? (document.activeElement as HTMLButtonElement) : undefined;
  const value = held?.value;
  const read = [...at.querySelectorAll("ol")].map((list) => list.scrollTop);
  at.replaceChildren(...part.childNodes);
  at.querySelectorAll("ol").forEach((list, i) => (list.scrollTop = read[i] ?? 0));
  if (!held) return;
  const buttons = [...at.querySelectorAll<HTMLButtonElement>("button")];
  (buttons.find((b) => b.value === value) ?? buttons[0])?.focus();
}
