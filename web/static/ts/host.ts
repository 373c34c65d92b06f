// What the AI host does, in words: what is said and by whom, what waits and why, what the guards replaced. Pure: no DOM.
import { Refusal } from "./host-api";
import type { Texts } from "./i18n";
import type { Clip, Queue, QueueItem, QueueTurn, SkippedItem, StoryNotice } from "./wire.gen";

/** A room's host, as its socket tells: cut to what a desk shows. */
export interface Host extends Queue {
  more: number; // wait beyond those in the list
}

/** What was said last, or is being said: who speaks and why is told of that. */
export function spoken(q: Queue): QueueTurn | undefined {
  return q.now?.reply ? q.now : q.last;
}

/** Who speaks, in a word: of what was said, or as the story is set. */
export function by(q: Queue, texts: Texts): string {
  const who = spoken(q)?.responder;
  return texts.find("host.by." + (who && who !== "operator" ? who : q.responder)) ?? "";
}

/** Why something asked of the host was not done. */
export function hostRefusal(action: string, err: unknown, texts: Texts): string {
  const { code, message } = err instanceof Refusal ? err : { code: "other", message: "" };
  return texts.find(`host.error.${action}.${code}`) ?? texts.find("host.error." + code) ?? (message || texts.t("host.error.other"));
}

/** Why the template spoke in place of the model; a code we have no words for is shown as it is. */
export function fallbackText(code: string, texts: Texts): string {
  return texts.find("fallback." + code) ?? code;
}

/** What the guards replaced and why, and the piece it was found in. */
export function guardText(note: string, texts: Texts): { words: string; piece: string } {
  const m = /^(in|out) (\w+): (.*)$/s.exec(note);
  if (!m) return { words: note, piece: "" };
  return { words: texts.find(`guard.${m[1]}.${m[2]}`) ?? m[2]!, piece: m[3]! };
}

/** Which clip is being spoken, from 0, and how much of all is said. Overlays tell the clip; between their words, and without an overlay, the lengths do. */
export function position(turn: QueueTurn, now: number): { clip: number; said: number } {
  const lengths = turn.lengths ?? [];
  let left = (now - Date.parse(turn.began ?? "")) / 1000;
  if (Number.isNaN(left) || lengths.length === 0) return { clip: turn.clip ?? 0, said: 0 };
  let clip = Math.min(turn.clip ?? 0, lengths.length - 1);
  while (clip < lengths.length - 1 && left >= lengths[clip]!) left -= lengths[clip++]!;
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  const said = (sum(lengths.slice(0, clip)) + Math.min(left, lengths[clip]!)) / sum(lengths);
  return { clip, said: Math.min(1, Math.max(0, said)) };
}

/** What waits, in a few words. */
export function itemText(item: QueueItem, texts: Texts): string {
  if (item.action) {
    const name = (item.text ?? "").slice(item.action.length + 1);
    return texts.find("feed.program." + item.action, { Name: name }) ?? `${item.action} · ${name}`;
  }
  if (item.notice) return noticeText(item.notice, texts);
  return item.rank === "idle" ? texts.t("host.rank.idle") : (item.text ?? "");
}

function noticeText(n: StoryNotice, texts: Texts): string {
  const parts: string[] = [];
  if (n.follows?.length) parts.push(texts.t("host.notice.follows", { Count: n.follows.length }));
  if (n.shares?.length) parts.push(texts.t("host.notice.shares", { Count: n.shares.length }));
  if (n.joins?.length) parts.push(texts.t("host.notice.joins", { Count: n.joins.length }));
  if (n.likes) parts.push(texts.t("host.notice.likes", { Count: n.likes }));
  return parts.join(" · ");
}

/** Why something waits, and how much longer at most. */
export function waitText(item: QueueItem, now: number, texts: Texts): string {
  const why = texts.find("host.waits." + item.why) ?? "";
  const left = Date.parse(item.until ?? "") - now;
  if (Number.isNaN(left)) return why;
  const time = texts.duration(Math.max(0, left));
  const until = item.why === "gathering" || item.why === "retry" ? texts.t("host.until.ready", { Time: time }) : texts.t("host.until.left", { Time: time });
  return `${why} · ${until}`;
}

/** Why something got no answer. */
export function skipWords(item: SkippedItem, texts: Texts): string {
  const words = texts.find("skip." + item.reason) ?? item.reason;
  return item.detail && texts.lang === "en" ? `${words} · ${item.detail}` : words; // what a story's error says is English
}

/** Whether the host can be told to answer a viewer's chat no more. */
export function canMute(item: QueueItem, q: Queue): boolean {
  return !!item.viewer && (item.rank === "chat" || item.rank === "question") && !q.muted_viewers?.includes(item.viewer);
}

/** How a clip looks and moves. */
export function stageText(c: Clip): string {
  return [c.face, c.body].filter(Boolean).join(" · ");
}

export const rankIcons: Record<string, string> = {
  say: "mic", program: "flag", gift: "gem", question: "circle-question-mark", chat: "message-square", notice: "users", idle: "timer",
};
