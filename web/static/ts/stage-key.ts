// The desk's key that clears the screen: one press, or Shift+Esc, and the page stays where it is.

/** Looks after the key, if the desk has one. */
export function keepStageKey(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-stage]");
  if (!form) return;
  if (matchMedia("(max-width: 760px)").matches) document.querySelector(".views")?.append(form); // under the thumb
  const keys = [...form.querySelectorAll<HTMLButtonElement>("button[name=action]")];
  const press = async (action: string) => {
    const answer = await fetch(`/api/rooms/${encodeURIComponent(form.dataset["stage"]!)}/overlays/${action}`, { method: "POST" }).catch(() => undefined);
    if (!answer?.ok) return location.reload(); // signed out, or nobody answers: the page that comes says so
    const held = form.contains(document.activeElement);
    for (const k of keys) k.hidden = k.value === action;
    if (held) keys.find((k) => !k.hidden)?.focus();
  };
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    void press((e.submitter as HTMLButtonElement | null)?.value ?? "stop");
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !e.shiftKey) return;
    e.preventDefault();
    void press("stop");
  });
}
