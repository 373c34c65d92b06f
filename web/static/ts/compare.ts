// The page that compares sessions: one line each, on one axis.
import { CompareChart } from "./compare-chart";
import { loadTexts } from "./i18n";
import type { CompareAxis } from "./places";

customElements.define("compare-chart", CompareChart);

const chart = document.querySelector<CompareChart>("compare-chart");
if (chart) {
  chart.texts = await loadTexts(document.documentElement.dataset["language"] ?? "en");
  chart.load(JSON.parse(document.getElementById("compare-axis")!.textContent!) as CompareAxis);
  document.querySelector<HTMLElement>(".axis-hint")!.hidden = false;
}
