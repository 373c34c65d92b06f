// One row of what happened, in the feed and wherever else rows are shown.
import { html, nothing, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import eyeOff from "lucide-static/icons/eye-off.svg";
import pin from "lucide-static/icons/pin.svg";
import { describe, madeUp, tags, type Line } from "./describe";
import { drawn, face, who } from "./element";
import type { Part, Texts } from "./i18n";
import { loadedPicture } from "./loaded-picture";
import { pictureSrc } from "./pictures";
import { may } from "./access";
import { band, hidable, pinnable, showable, type Row } from "./rows";
import type { LiveEvent } from "./wire.gen";

const pinIcon = drawn(pin);
const hideIcon = drawn(eyeOff);

/** What rows have in common where they are shown. */
export interface View {
  texts: Texts;
  plain: boolean; // everything is made up: the page says it once, not on each row
  room: string;
  past?: boolean; // what is over: nothing can be pinned or hidden
}

/** A list item. With an index it is one of a feed that can be walked with the keyboard. */
export function rowView(row: Row, view: View, index?: number): TemplateResult {
  const { texts, plain } = view;
  const e = row.event;
  const line = describe(row, texts);
  const classes = {
    row: true, [line.tone]: true, chat: line.tone === "question" || line.tone === "chat", big: line.tone === "gift" && (line.worth ?? 0) >= band,
    sim: !plain && madeUp(e, texts).length > 0, past: !!e.history, gone: !!row.gone, struck: !!row.gone?.data.author, mark: e.event_type === "program", pinned: !!row.pin,
  };
  const walk = index !== undefined;
  return html`<li class=${classMap(classes)} data-id=${row.id} data-index=${index ?? nothing} data-seq=${row.seq} data-kind=${e.event_type}
    data-origin=${e.origin} role=${walk ? "article" : nothing} aria-posinset=${walk ? index + 1 : nothing} aria-setsize=${walk ? "-1" : nothing}
    tabindex=${walk ? "-1" : nothing} title=${e.history ? texts.t("feed.tag.history") : nothing}>
    <time datetime=${row.at}>${texts.clock(row.at)}</time>
    ${line.user ? face(line.user) : nothing}
    <div class="body">${body(line, e, view, !walk)}</div>
    ${end(line, texts)}${walk && !view.past && may("moderator") ? acts(row, texts) : nothing}
  </li>`;
}

/** What a moderator may do with a row. */
function acts(row: Row, texts: Texts): TemplateResult {
  return html`${hidable(row) || showable(row) ? hideButton(row, texts) : nothing}${pinnable(row) ? pinButton(row, texts) : nothing}`;
}

/** Hides what a row says from the audience, or shows it again; H does the same. */
function hideButton(row: Row, texts: Texts): TemplateResult {
  const hidden = showable(row);
  const word = texts.t(hidden ? "feed.show.do" : "feed.hide.do");
  return html`<button class="hide" type="button" tabindex="-1" data-hide=${row.id} aria-pressed=${hidden ? "true" : "false"} title="${word} (H)">${hideIcon}<span class="hidden">${word}</span></button>`;
}

/** Pins a row, or takes it off; P does the same. */
function pinButton(row: Row, texts: Texts): TemplateResult {
  const word = texts.t(row.pin ? "feed.unpin.do" : "feed.pin.do");
  return html`<button class="pin" type="button" tabindex="-1" data-pin=${row.id} aria-pressed=${row.pin ? "true" : "false"} title="${word} (P)">${pinIcon}<span
    class="hidden">${word}</span></button>`;
}

function body(line: Line, e: LiveEvent, { texts, plain, room }: View, stop: boolean): TemplateResult {
  const origin = plain ? [] : madeUp(e, texts);
  const roles = line.tone === "crowd" ? [] : tags(e, texts);
  return html`${origin.map((w) => html`<span class="tag origin">${w}</span> `)}${roles.map((w) => html`<span class="tag">${w}</span> `)}${line.name
    ? html`${who(room, line.user, line.name, stop)} ` : nothing}<span
    class="text" dir="auto" lang=${line.lang ?? nothing}>${line.parts.map(piece)}</span>${line.under ? html` <small class="under">${line.under}</small>` : nothing}`;
}

function piece(p: Part): TemplateResult | string {
  if (typeof p === "string") return p;
  if ("text" in p) return html`<b class=${p.as}>${p.text}</b>`;
  return html`${loadedPicture(pictureSrc(p.picture), "inline")}`;
}

/** What stands at the end of a row: its worth, or a small remark. */
function end(line: Line, texts: Texts): TemplateResult | typeof nothing {
  if (line.worth) {
    return html`<span class="worth" title=${texts.t("num.diamonds_of", { Count: line.worth })}>${texts.number(line.worth)} <i aria-hidden="true">◆</i></span>`;
  }
  return line.aside ? html`<span class="aside">${line.aside}</span>` : nothing;
}
