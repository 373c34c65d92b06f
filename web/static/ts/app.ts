// What every page of the panel does. Each page works without it.
import { dropBrokenPictures } from "./pictures";
import { followTiles } from "./tiles";

// A menu closes when its reader looks elsewhere.
for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu]")) {
  document.addEventListener("pointerdown", (e) => {
    if (!menu.contains(e.target as Node)) menu.open = false;
  });
  menu.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

dropBrokenPictures(document);

const tiles = document.querySelector<HTMLElement>("ul.tiles[data-follow]");
if (tiles) followTiles(tiles);

// The server prints times in the zone of the reader, once it has been told.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
