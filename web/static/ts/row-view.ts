// One row of what happened, in the feed and wherever else rows are shown.
import { html, nothing, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { describe, madeUp, script, tags, type Line } from "./describe";
import { face } from "./element";
import type { Part, Texts } from "./i18n";
import { band, type Row } from "./rows";
import type { LiveEvent } from "./wire.gen";

/** A list item. With an index it is one of a feed that can be walked with the keyboard. plain leaves out that it was made up. */
export function rowView(row: Row, texts: Texts, plain: boolean, index?: number): TemplateResult {
  const e = row.event;
  const line = describe(row, texts);
  const classes = {
    row: true, [line.tone]: true, chat: line.tone === "question" || line.tone === "chat", big: line.tone === "gift" && (line.worth ?? 0) >= band,
    sim: !plain && madeUp(e, texts).length > 0, past: !!e.history, gone: !!row.gone, mark: e.event_type === "program",
  };
  const walk = index !== undefined;
  return html`<li class=${classMap(classes)} data-id=${row.id} data-index=${index ?? nothing} data-seq=${row.seq} data-kind=${e.event_type}
    data-origin=${e.origin} role=${walk ? "article" : nothing} aria-posinset=${walk ? index + 1 : nothing} aria-setsize=${walk ? "-1" : nothing}
    tabindex=${walk ? "-1" : nothing} title=${e.history ? texts.t("feed.tag.history") : nothing}>
    <time datetime=${row.at}>${texts.clock(row.at)}</time>
    ${line.user ? face(line.user) : nothing}
    <div class="body">${body(line, e, texts, plain)}</div>
    ${end(line, texts)}
  </li>`;
}

function body(line: Line, e: LiveEvent, texts: Texts, plain: boolean): TemplateResult {
  const origin = plain ? [] : madeUp(e, texts);
  const roles = line.tone === "crowd" ? [] : tags(e, texts);
  return html`${origin.map((w) => html`<span class="tag origin">${w}</span> `)}${roles.map((w) => html`<span class="tag">${w}</span> `)}${line.name
    ? html`<bdi class="who" lang=${script(line.name) ?? nothing}>${line.name}</bdi> ` : nothing}<span
    class="text" dir="auto" lang=${line.lang ?? nothing}>${line.parts.map(piece)}</span>`;
}

function piece(p: Part): TemplateResult | string {
  if (typeof p === "string") return p;
  if ("text" in p) return html`<b class=${p.as}>${p.text}</b>`;
  if (!p.picture.startsWith("https://")) return "";
  return html`<img class="inline" src=${p.picture} alt="" loading="lazy" referrerpolicy="no-referrer" data-optional>`;
}

/** What stands at the end of a row: its worth, or a small remark. */
function end(line: Line, texts: Texts): TemplateResult | typeof nothing {
  if (line.worth) {
    return html`<span class="worth" title=${texts.t("num.diamonds_of", { Count: line.worth })}>${texts.number(line.worth)} <i aria-hidden="true">◆</i></span>`;
  }
  return line.aside ? html`<span class="aside">${line.aside}</span>` : nothing;
}
