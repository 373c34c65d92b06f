// The desk's key that clears the screen: one press, or Shift+Esc, and the page stays where it is.
import type { Texts } from "./i18n";
import { because, refusal } from "./refusal";

type Action = "stop" | "resume";

/** Looks after the key, if the desk has one. What it returns is told what others of the team did, and when that was asked. */
export function keepStageKey(texts: Texts): (held: boolean, asked: number) => void {
  const form = document.querySelector<HTMLFormElement>("form[data-stage]");
  if (!form) return () => {};
  if (matchMedia("(max-width: 760px)").matches) document.querySelector(".views")?.append(form); // under the thumb
  const keys = [...form.querySelectorAll<HTMLButtonElement>("button[name=action]")];
  const failed = form.querySelector("[data-failed]")!;
  let pressed = 0; // when a press of ours was last done
  const show = (done: Action) => {
    const held = form.contains(document.activeElement);
    for (const k of keys) k.hidden = k.value === done;
    if (held) keys.find((k) => !k.hidden)?.focus();
  };
  const press = async (action: Action) => {
    const answer = await fetch(`/api/rooms/${encodeURIComponent(form.dataset["stage"]!)}/overlays/${action}`, { method: "POST" }).catch(() => undefined);
    const code = await refusal(answer);
    failed.textContent = code ? because(texts.t(`live.stage.failed.${action}`), code, texts) : ""; // the desk stays: it shows a show
    if (code) return;
    pressed = Date.now();
    show(action);
  };
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    void press((e.submitter as HTMLButtonElement | null)?.value === "resume" ? "resume" : "stop");
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !e.shiftKey) return;
    e.preventDefault();
    void press("stop");
  });
  return (held, asked) => {
    if (asked > pressed) show(held ? "stop" : "resume");
  };
}
