// Pieces of the host that the desk and the story's page both show.
import { html, nothing, type TemplateResult } from "lit";
import { script } from "./said";
import { icon } from "./element";
import { fallbackText, guardText, stageText } from "./host";
import type { Texts } from "./i18n";
import type { Clip } from "./wire.gen";

/** Why the template speaks in place of the model, and what to do about it. */
export function why(code: string | undefined, texts: Texts): TemplateResult | typeof nothing {
  if (!code) return nothing;
  return html`<p class="host-why" role="status" data-fallback=${code}>${icon("triangle-alert")}<span>${texts.t("host.why", { Why: fallbackText(code, texts) })}
    <small>${texts.find("fallback.advice." + code) ?? ""}</small></span></p>`;
}

/** What the guards replaced, behind a line that counts it. */
export function guarded(notes: string[] | undefined, texts: Texts): TemplateResult | typeof nothing {
  if (!notes?.length) return nothing;
  return html`<details class="guarded"><summary>${icon("shield-check")} ${texts.t("host.guarded", { Count: notes.length })}</summary>
    <ul>${notes.map((note) => {
      const { words, piece } = guardText(note, texts);
      return html`<li>${words} ${piece ? html`<q dir="auto" lang=${script(piece) ?? nothing}>${piece}</q>` : nothing}</li>`;
    })}</ul></details>`;
}

/** The host's words, each with how it looks and moves. */
export function clipList(clips: Clip[]): TemplateResult {
  return html`<ol class="clips">${clips.map((c) => html`<li><span class="speech" dir="auto" lang=${script(c.speech) ?? nothing}>${c.speech}</span>
    <small class="stage">${stageText(c)}</small></li>`)}</ol>`;
}

/** Who answered, and where the template stood in for the model, why. */
export function answeredBy(responder: string, fallback: string | undefined, texts: Texts): TemplateResult {
  const who = texts.find("host.by." + responder) ?? responder;
  return html`<p class="soft answer-by">${fallback ? `${who} · ${fallbackText(fallback, texts)}` : who}</p>`;
}
