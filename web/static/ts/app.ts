// What every page of the panel does. Each page works without it.
import { dropBrokenPictures } from "./pictures";

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
