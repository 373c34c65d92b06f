// What is known of a viewer, in a dialog over the desk. The card is the server's own, the same as on the viewer's page.
import { hostRefusal } from "./host";
import { HostApi } from "./host-api";
import type { Texts } from "./i18n";
import { dropBrokenPictures } from "./pictures";
import { because, refusal } from "./refusal";

/** Opens a viewer's card where a link to one is clicked. Without script, or with a modifier key, the link leads to a page. */
export class ViewerDialog {
  private readonly dialog = document.createElement("dialog");
  private opener: HTMLElement | undefined;
  private link: HTMLAnchorElement | undefined; // to the card that is shown
  private asked = 0; // the newest request; a slower one before it is stale

  constructor(root: HTMLElement, private readonly texts: Texts) {
    this.dialog.className = "viewer-dialog";
    this.dialog.setAttribute("aria-labelledby", "viewer-name");
    document.body.append(this.dialog);
    dropBrokenPictures(this.dialog);
    root.addEventListener("click", (e) => this.clicked(e));
    this.dialog.addEventListener("click", (e) => {
      if (e.target === this.dialog || (e.target as Element).closest("[data-close]")) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => this.opener?.isConnected && this.opener.focus());
    this.dialog.addEventListener("submit", (e) => void this.save(e));
  }

  private clicked(e: MouseEvent): void {
    const link = (e.target as Element).closest<HTMLAnchorElement>("a[data-viewer]");
    if (!link || e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    void this.open(link);
  }

  private async open(link: HTMLAnchorElement): Promise<void> {
    const asked = ++this.asked;
    if (link !== this.link) this.opener = link.closest<HTMLElement>("li[tabindex]") ?? link;
    this.link = link;
    const made = link.closest<HTMLElement>("[data-origin]")?.dataset["origin"];
    const query = made === "simulated" || made === "replay" ? "&origin=all" : "";
    const answer = await fetch(`${link.getAttribute("href")}?part=card${query}`).catch(() => undefined);
    if (asked !== this.asked) return;
    if (!answer?.ok || answer.redirected) {
      location.assign(link.href); // the page says what is wrong, or asks to sign in
      return;
    }
    this.show(await answer.text());
  }

  private show(card: string): void {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn quiet small close";
    close.dataset["close"] = "";
    close.textContent = this.texts.t("viewer.close");
    this.dialog.innerHTML = card; // our own server's, where everything viewers wrote is escaped
    this.dialog.append(close);
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** Tells the host to leave the viewer alone, or to answer them again, and shows the card anew: it says what is so. */
  private async mute(story: string, viewer: string, action: string): Promise<void> {
    let why = "";
    await new HostApi(story).direct({ action: action === "mute" ? "mute" : "unmute", viewer }).catch((err: unknown) => (why = hostRefusal("mute", err, this.texts)));
    if (this.link && this.dialog.open) await this.open(this.link);
    const form = this.dialog.querySelector<HTMLFormElement>("[data-mute]");
    form?.querySelector("button")?.focus();
    if (form && why) say(form, why, false);
  }

  /** Saves the note without leaving the desk. */
  private async save(e: SubmitEvent): Promise<void> {
    const form = e.target as HTMLFormElement;
    e.preventDefault();
    const { mute, viewerKey } = form.dataset;
    if (mute) return this.mute(mute, viewerKey!, (e.submitter as HTMLButtonElement).value);
    if ("hide" in form.dataset) return this.hide(form);
    const text = form.querySelector<HTMLTextAreaElement>("textarea")!.value;
    const answer = await fetch("/api" + form.getAttribute("action"), {
      method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }),
    }).catch(() => undefined);
    await this.told(form, answer);
  }

  /** Hides what the viewer has written. The answer leads to the card, which says nothing new. */
  private async hide(form: HTMLFormElement): Promise<void> {
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    await this.told(form, await fetch(form.action, { method: "POST", body }).catch(() => undefined));
  }

  /** Says beside a form whether it was taken, or why not. */
  private async told(form: HTMLFormElement, answer: Response | undefined): Promise<void> {
    const { saved, failed } = form.querySelector<HTMLElement>("[role=status]")!.dataset;
    const code = await refusal(answer);
    say(form, code ? because(failed!, code, this.texts) : saved!, !code);
  }
}

function say(form: HTMLFormElement, words: string, good: boolean): void {
  const status = form.querySelector<HTMLElement>("[role=status]")!;
  status.textContent = words;
  status.classList.toggle("bad", !good);
}
