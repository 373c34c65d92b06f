// The page of a past session: joins the time axis to the minute that is read beside it.
import type { Axis } from "./axis";
import { loadTexts } from "./i18n";
import { dropBrokenPictures } from "./pictures";
import { ReviewChart } from "./review-chart";

customElements.define("review-chart", ReviewChart);

// In the zone of the times the server printed beside the chart.
const texts = await loadTexts(document.documentElement.dataset["language"] ?? "en", document.querySelector<HTMLElement>("main")!.dataset["zone"]);
const chart = document.querySelector<ReviewChart>("review-chart")!;
const pane = document.querySelector<HTMLElement>("[data-minute-pane]")!;
const settle = 120; // ms for which a key may be held down before a minute is fetched

chart.texts = texts;
chart.load(JSON.parse(document.getElementById("axis")!.textContent!) as Axis);
document.querySelector<HTMLElement>(".axis-hint")!.hidden = false;

let asked = 0; // the newest request; a slower one before it is stale
let waiting: ReturnType<typeof setTimeout> | undefined;

chart.chosen = (start) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => void open(here(start)), settle);
};

// A step to another minute stays on the page. With a modifier key, or without script, it is a link like any other.
document.addEventListener("click", (e) => {
  const link = (e.target as Element).closest<HTMLAnchorElement>("a[data-step]");
  if (!link || e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  const start = Date.parse(link.dataset["step"]!);
  const inPane = pane.contains(link);
  chart.select(start);
  void open(here(start)).then(() => {
    if (inPane) pane.querySelector<HTMLElement>(`[title="${CSS.escape(link.title)}"]`)?.focus();
    else pane.querySelector<HTMLElement>("#minute-title")?.focus();
  });
});

addEventListener("popstate", () => location.reload());

/** The address of this page at a minute. */
function here(start: number): URL {
  const url = new URL(location.href);
  url.searchParams.set("minute", new Date(start).toISOString().replace(".000Z", "Z"));
  url.searchParams.delete("after");
  url.searchParams.delete("seq");
  url.hash = "";
  return url;
}

async function open(url: URL): Promise<void> {
  const mine = ++asked;
  const part = new URL(url);
  part.searchParams.set("part", "minute");
  const answer = await fetch(part).catch(() => undefined);
  if (mine !== asked) return;
  if (!answer?.ok || answer.redirected) {
    location.assign(url); // the page says what is wrong, or asks to sign in
    return;
  }
  pane.innerHTML = await answer.text(); // our own server's, where everything viewers wrote is escaped
  dropBrokenPictures(pane);
  history.replaceState(null, "", url);
}

// A search leads to one line of the minute.
pane.querySelector(".row.found")?.scrollIntoView({ block: "center" });
