// The live desk: joins the room's socket to the elements of the page. What each shows is its own affair.
import { HealthLine, HealthNote } from "./health-line";
import { loadTexts } from "./i18n";
import { Live } from "./live";
import { LiveFeed } from "./live-feed";
import { LiveKeep } from "./live-keep";
import { LiveNumbers, TopGifters } from "./live-numbers";
import { Score } from "./score";

customElements.define("live-feed", LiveFeed);
customElements.define("live-keep", LiveKeep);
customElements.define("live-numbers", LiveNumbers);
customElements.define("top-gifters", TopGifters);
customElements.define("health-line", HealthLine);
customElements.define("health-note", HealthNote);

const texts = await loadTexts(document.documentElement.dataset["language"] ?? "en");
const desk = document.querySelector<HTMLElement>("main.desk")!;
const feed = find<LiveFeed>("live-feed");
const keep = find<LiveKeep>("live-keep");
const line = find<HealthLine>("health-line");
const note = find<HealthNote>("health-note");
const numbers = [find<LiveNumbers>("live-numbers"), find<TopGifters>("top-gifters")];

const show = () => {
  const board = score.board(Date.now());
  for (const n of numbers) n.show(board);
};
const score = new Score(desk.dataset["origin"] === "all", show);
setInterval(show, 1_000); // the rate falls also when nothing comes

const room = `/api/rooms/${encodeURIComponent(desk.dataset["room"]!)}`;
const live = new Live(`${room}/follow`, {
  session(id) {
    feed.begin();
    keep.begin();
    score.enter(id);
  },
  events(events) {
    feed.add(events);
    keep.add(events);
    score.add(events);
    line.heard(events);
  },
  health(health) {
    if (!health.session_id) feed.start();
    line.showHealth(health);
    note.showHealth(health);
  },
  link(link) {
    line.showLink(link);
    note.showLink(link);
    if (link.state === "waiting") void checkLogin();
  },
});
live.start();

addEventListener("online", () => live.renew());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) live.wake();
});

/** A socket does not tell why it was refused. If the login has ended, the page says so by going to where one signs in. */
async function checkLogin(): Promise<void> {
  const answer = await fetch(room).catch(() => undefined);
  if (answer?.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
}

/** Finds an element of ours and gives it its words. */
function find<T extends HTMLElement & { texts: typeof texts }>(name: string): T {
  const element = document.querySelector<T>(name)!;
  element.texts = texts;
  return element;
}
