// The simulator on the desk: the drawer it opens in, and the bar of a rehearsal.
import { GiftSimulator } from "./gift-simulator";
import { loadTexts } from "./i18n";
import { RehearsalBar } from "./rehearsal-bar";
import { Api, Watch } from "./simulator-api";

customElements.define("gift-simulator", GiftSimulator);
customElements.define("rehearsal-bar", RehearsalBar);

const simulator = document.querySelector<GiftSimulator>("gift-simulator");
if (simulator) {
  const texts = await loadTexts(document.documentElement.dataset["language"] ?? "en");
  const api = new Api(simulator.dataset["room"]!);
  const watch = new Watch(api, new URLSearchParams(location.search).get("session"));
  const bar = document.querySelector<RehearsalBar>("rehearsal-bar");
  if (bar) {
    bar.texts = texts;
    bar.begin(api, watch);
  }
  simulator.texts = texts;
  simulator.begin(api, watch);
}
