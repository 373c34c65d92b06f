// Alerts, one at a time, when the server says so.
import type { Alert, AlertsOptions, AlertsState, OverlayAlert } from "../wire.gen";
import { AlertSlot, type Step } from "./alert-slot";
import { el, face, leave, painted, picture, write } from "./dom";
import { icon, type Icon } from "./icons";
import { colour, inkOn } from "./look";
import type { Stage, View } from "./view";

const late = 3000; // ms after its time an alert leaves by itself; the server gives a slow page two seconds
const isNew = 1500; // ms: an alert that has been on screen for longer somewhere else comes without a sound
const rest = 400; // ms between two jumps of a number that grows: nothing flickers, however fast somebody taps

const icons: Partial<Record<Alert["on"], Icon>> = { gift: "gift", follow: "userPlus", share: "share", subscribe: "star", like: "heart", join: "wave", question: "question" };

/** What of an alert changes while it is on screen. */
interface Card {
  root: HTMLElement;
  title: HTMLElement;
  text: HTMLElement;
  count: HTMLElement;
  worth: HTMLElement;
  bar: HTMLElement;
  jumped: number;
}

export class Alerts implements View<"alerts"> {
  readonly root = el("div", "alerts");
  private readonly slot = new AlertSlot();
  private options: AlertsOptions | undefined;
  private card: Card | undefined;
  private frame: OverlayAlert | undefined; // of the card
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly stage: Stage) {}

  setup(options: AlertsOptions): void {
    this.options = options;
    if (!this.card || !this.frame?.alert) return;
    const fresh = this.draw(this.frame.alert);
    fresh.root.classList.add("still");
    this.card.root.replaceWith(fresh.root);
    this.card = fresh;
    this.time(this.frame);
  }

  show(state: AlertsState): void {
    this.step(this.slot.settle(state.now));
  }

  alert(frame: OverlayAlert): void {
    this.step(this.slot.take(frame));
  }

  clear(): void {
    this.step(this.slot.settle(undefined));
  }

  private step(step: Step): void {
    switch (step.do) {
      case "show":
        return this.begin(step.frame);
      case "update":
        return this.update(step.frame);
      case "keep":
        this.update(step.frame);
        if (step.drawn) this.stage.say({ type: "drawn", id: step.frame.id });
        return;
      case "done":
        return this.stage.say({ type: "drawn", id: step.id, done: true });
      case "hide":
        return this.hide();
      case "nothing":
    }
  }

  private begin(frame: OverlayAlert): void {
    const alert = frame.alert;
    if (!alert || !this.options) return;
    this.hide();
    this.card = this.draw(alert);
    this.root.append(this.card.root);
    this.time(frame);
    if ((frame.shown_ms ?? 0) < isNew) this.stage.sounds.play(alert.sound, alert.volume);
    else this.card.root.classList.add("still");
    void painted().then(() => {
      if (this.slot.drawn(frame.id)) this.stage.say({ type: "drawn", id: frame.id });
    });
  }

  /** A streak grew, or the time changed: what is on screen stays what it is, with other numbers. */
  private update(frame: OverlayAlert): void {
    const { card } = this;
    if (!card || !frame.alert) return;
    const before = card.count.textContent;
    this.fill(card, frame.alert);
    const now = performance.now();
    if (card.count.textContent !== before && now - card.jumped > rest && !this.stage.calm) {
      card.jumped = now;
      card.count.animate([{ transform: "scale(1.35)" }, { transform: "scale(1)" }], { duration: this.stage.speed, easing: "cubic-bezier(.2,1.4,.4,1)" });
    }
    this.time(frame);
  }

  /** Shows how long the alert stays, and has it leave by itself if nobody says that it is over. */
  private time(frame: OverlayAlert): void {
    this.frame = frame;
    const { card } = this;
    const left = frame.left_ms ?? 0;
    const all = left + (frame.shown_ms ?? 0);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.slot.expire();
      this.hide();
    }, left + late);
    if (!card || !this.options?.bar) return;
    for (const a of card.bar.getAnimations()) a.cancel();
    const from = all > 0 ? left / all : 0;
    card.bar.animate([{ transform: `scaleX(${from})` }, { transform: "scaleX(0)" }], { duration: Math.max(1, left), fill: "forwards" });
  }

  private hide(): void {
    clearTimeout(this.timer);
    if (this.card) leave(this.card.root, this.stage.speed);
    this.card = this.frame = undefined;
  }

  private draw(alert: Alert): Card {
    const card: Card = {
      root: el("section", `alert plate on-${alert.on}`), title: el("h1", "alert-title"), text: el("p", "alert-text"), count: el("b", "alert-count"),
      worth: el("span", "diamonds"), bar: el("i", ""), jumped: 0,
    };
    const { texts } = this.stage;
    const words = el("div", "alert-words", card.title, el("div", "alert-under", card.text, card.worth));
    card.root.append(this.art(alert), words, card.count);
    if (this.options?.bar) card.root.append(el("div", "alert-bar", card.bar));
    const marked = alert.test ? texts.t("stage.mark.test") : alert.rehearsal ? texts.t("stage.mark.rehearsal") : "";
    if (marked) card.root.append(el("span", "mark", marked));
    card.root.classList.toggle("rehearsal", marked !== "");
    if (alert.animation) card.root.dataset["animation"] = alert.animation;
    const accent = colour(alert.accent);
    if (accent) {
      card.root.style.setProperty("--accent", accent);
      card.root.style.setProperty("--accent-ink", inkOn(accent));
    }
    this.fill(card, alert);
    return card;
  }

  private fill(card: Card, alert: Alert): void {
    const { texts } = this.stage;
    write(card.title, alert.title);
    write(card.text, alert.text ?? "");
    // A streamer's own words may have told the numbers already.
    const told = (sign: string, n: number): boolean => `${alert.title} ${alert.text}`.includes(sign + String(n));
    const { count = 0, diamonds = 0 } = alert;
    write(card.count, count > 1 && !told("×", count) && !told("x", count) ? "×" + texts.number(count) : "");
    write(card.worth, diamonds > 0 && !told("", diamonds) ? texts.number(diamonds) : "");
  }

  /** The gift's picture where that is wanted, else the viewer's, else what sort of alert it is. */
  private art(alert: Alert): HTMLElement {
    const art = el("div", "alert-art", icon(icons[alert.on] ?? "gift"));
    const gift = this.options?.gift_pictures ? picture("gift-picture", alert.gift?.image_url) : [];
    if (gift.length > 0) art.append(...gift);
    else if (this.options?.avatars && !this.stage.faceless && alert.user) art.append(face(alert.user));
    return art;
  }
}
