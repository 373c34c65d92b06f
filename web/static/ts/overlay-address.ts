// The secret address of an overlay: shown and hidden, and copied without being shown. Who shares their screen can copy it all the same.

/** Gives the addresses of a page their buttons. Without script "show" is a form. */
export function keepAddresses(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-address]")) new Address(box).start();
}

class Address {
  private readonly secret = this.box.querySelector<HTMLElement>(".secret")!;
  private readonly masked = [...this.secret.childNodes];
  private readonly show = this.box.querySelector<HTMLButtonElement>("[data-reveal]");
  private readonly copy = this.box.querySelector<HTMLButtonElement>("[data-copy]");
  private readonly words = this.show?.textContent ?? "";
  private shown = false;

  constructor(private readonly box: HTMLElement) {}

  start(): void {
    if (!this.show || !this.copy) return;
    this.copy.hidden = !("clipboard" in navigator);
    if (!(this.secret instanceof HTMLInputElement)) {
      this.show.form!.addEventListener("submit", (e) => {
        e.preventDefault();
        void this.toggle();
      });
    }
    this.copy.addEventListener("click", () => void this.take());
  }

  private async toggle(): Promise<void> {
    const url = this.shown ? "" : await this.ask();
    if (url === undefined) return;
    this.shown = url !== "";
    this.secret.replaceChildren(...(url ? [url] : this.masked));
    this.show!.textContent = url ? this.show!.dataset["shown"]! : this.words;
  }

  private async take(): Promise<void> {
    const url = this.secret instanceof HTMLInputElement ? this.secret.value : await this.ask();
    if (!url) return;
    await navigator.clipboard.writeText(url);
    const words = this.copy!.textContent;
    this.copy!.textContent = this.copy!.dataset["done"]!;
    setTimeout(() => (this.copy!.textContent = words), 2_000);
  }

  /** Asks for the address. Where it cannot be had, the form's own page says why. */
  private async ask(): Promise<string | undefined> {
    const answer = await fetch(`/api/overlays/${this.box.dataset["address"]}/reveal`, { method: "POST" }).catch(() => undefined);
    if (!answer?.ok) {
      this.show!.form!.submit();
      return undefined;
    }
    return ((await answer.json()) as { url: string }).url;
  }
}
