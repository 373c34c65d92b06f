// What one can say to a story: the types of input with their fields, and what is sent of what was typed. Pure: no DOM.
import type { Key } from "./i18n";
import type { StoryEvent } from "./story-client";

export type TalkType = StoryEvent["type"];

export interface TalkField {
  name: string; // the key in `data`
  word: Key;
  numeric?: boolean;
  long?: boolean;
  choices?: readonly string[]; // a closed list; "" among them is none
  prefix?: string; // of the choices' words
}

export const talkTypes: readonly TalkType[] = ["user_chat", "gift_event", "program_event", "simple_text"];

/** The fields of each type; the server's form has the same. */
export const talkFields: Record<TalkType, readonly TalkField[]> = {
  user_chat: [{ name: "message", word: "talk.message", long: true }, { name: "username", word: "talk.username" }],
  gift_event: [
    { name: "username", word: "talk.username" }, { name: "giftName", word: "talk.gift_name" }, { name: "giftCount", word: "talk.gift_count", numeric: true },
    { name: "giftValue", word: "talk.gift_value", numeric: true }, { name: "message", word: "talk.note", long: true },
  ],
  program_event: [
    { name: "action", word: "talk.action", choices: ["start", "finish", "pause", "resume"], prefix: "talk.action." }, { name: "programName", word: "talk.program_name" },
    { name: "programType", word: "talk.program_type", choices: ["", "singing", "chatting", "gaming", "drawing", "other"], prefix: "talk.program_type." },
    { name: "duration", word: "talk.duration", numeric: true },
  ],
  simple_text: [{ name: "text", word: "talk.text", long: true }],
};

/** The event of what was typed: what is empty is left out, and what should be a number and is none stays as it is, so that the story says what is wrong. */
export function talkEvent(type: TalkType, typed: Record<string, string>): StoryEvent {
  const data: Record<string, string | number> = {};
  for (const f of talkFields[type]) {
    const text = typed[f.name] ?? (f.choices?.[0] || "");
    if (text.trim() === "") continue;
    const n = Number(text);
    data[f.name] = f.numeric && Number.isFinite(n) ? n : text;
  }
  return { type, data } as unknown as StoryEvent;
}
