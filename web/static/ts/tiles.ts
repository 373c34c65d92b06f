// The list of rooms moves by itself: the server sends what changed of each tile, in the reader's words.

interface Frame {
  type: "rooms" | "bye";
  order?: string[];
  rooms?: Record<string, Record<string, string>>;
  retry?: number;
}

/** Keeps a list of tiles up to date, for ever. */
export function followTiles(list: HTMLElement): void {
  const url = list.dataset["follow"]!;
  let failures = 0;
  const connect = () => {
    const socket = new WebSocket(new URL(url, location.href.replace(/^http/, "ws")));
    let retry: number | undefined;
    socket.onmessage = (e) => {
      failures = 0;
      const frame = JSON.parse(String(e.data)) as Frame;
      if (frame.type === "bye") retry = frame.retry;
      else apply(list, frame);
    };
    socket.onclose = () => {
      const delay = retry ?? 1_000 + Math.random() * (Math.min(30_000, 2_000 * 2 ** failures) - 1_000);
      failures = Math.min(failures + 1, 10);
      setTimeout(connect, delay);
    };
  };
  connect();
}

function apply(list: HTMLElement, { order = [], rooms = {} }: Frame): void {
  const tiles = new Map([...list.querySelectorAll<HTMLElement>("[data-room]")].map((t) => [t.dataset["room"]!, t]));
  if (order.length !== tiles.size || order.some((room) => !tiles.has(room))) {
    void reload(list);
    return;
  }
  for (const [room, parts] of Object.entries(rooms)) {
    for (const [part, html] of Object.entries(parts)) {
      const at = tiles.get(room)?.querySelector<HTMLElement>(`[data-part="${part}"]`);
      if (at && !same(at, html)) replace(at, html);
    }
  }
}

function same(at: HTMLElement, html: string): boolean {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  return at.innerHTML.trim() === fresh.innerHTML.trim();
}

/** Puts new markup into a part and keeps the keyboard where it was. */
function replace(at: HTMLElement, html: string): void {
  const held = at.contains(document.activeElement);
  at.innerHTML = html; // our own server's
  if (held) at.querySelector<HTMLElement>("button, a")?.focus();
}

/** A room came or went: the page's own list is fetched anew. Tiles that were there stay, with what is open or focused in them. */
async function reload(list: HTMLElement): Promise<void> {
  const answer = await fetch(list.dataset["page"]!).catch(() => undefined);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("ul.tiles");
  if (!fresh) return location.reload();
  const old = new Map([...list.querySelectorAll<HTMLElement>("[data-room]")].map((t) => [t.dataset["room"]!, t]));
  list.replaceChildren(...[...fresh.children].map((tile) => old.get((tile as HTMLElement).dataset["room"] ?? "") ?? tile));
}
