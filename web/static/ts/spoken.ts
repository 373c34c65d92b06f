// What a screen reader is told of the feed: a summary every while, never each line. Pure: no DOM.
import type { Texts } from "./i18n";
import type { LiveEvent } from "./wire.gen";

export class Spoken {
  private chat = 0;
  private gifts = 0;
  private diamonds = 0;
  private questions = 0;
  private people = 0;

  add(e: LiveEvent): void {
    if (e.history) return;
    if (e.event_type === "comment") this.chat++;
    if (e.event_type === "question") this.questions++;
    if (e.event_type === "follow") this.people++;
    if (e.event_type !== "gift" || e.data.streaking) return;
    this.gifts += e.data.repeat_count;
    this.diamonds += e.data.total_diamonds;
  }

  /** Returns what there is to say, "" for nothing, and begins anew. */
  take(texts: Texts): string {
    const said: string[] = [];
    if (this.gifts > 0) said.push(texts.t("feed.summary.gifts", { Count: this.gifts, Diamonds: this.diamonds }));
    if (this.questions > 0) said.push(texts.t("feed.summary.questions", { Count: this.questions }));
    if (this.chat > 0) said.push(texts.t("feed.summary.chat", { Count: this.chat }));
    if (this.people > 0) said.push(texts.t("feed.summary.people", { Count: this.people }));
    this.chat = this.gifts = this.diamonds = this.questions = this.people = 0;
    return said.length > 0 ? texts.t("feed.summary", { List: texts.and(said) }) : "";
  }
}
