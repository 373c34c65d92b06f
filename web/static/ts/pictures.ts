// Pictures of viewers and gifts come from TikTok and may be gone, or be out of reach: what lies under them then shows.

/** Where a page finds a picture of TikTok's: on our own address, where it is kept after TikTok's has expired. "" if it is none. */
export function pictureSrc(address: string | undefined): string {
  return address?.startsWith("https://") ? `/picture?u=${encodeURIComponent(address)}` : "";
}

/** Takes pictures marked data-optional away when they cannot be loaded, now and later. */
export function dropBrokenPictures(root: Document | HTMLElement): void {
  // An error does not bubble, but it can be caught on its way down.
  root.addEventListener("error", (e) => {
    if (e.target instanceof HTMLImageElement && "optional" in e.target.dataset) drop(e.target);
  }, true);
  for (const img of root.querySelectorAll<HTMLImageElement>("img[data-optional]")) {
    if (img.complete && img.naturalWidth === 0) drop(img);
  }
}

/** A face has its letter beneath; where only the looks change, nothing is laid out anew. */
function drop(img: HTMLImageElement): void {
  if (img.closest(".face")) img.dataset["broken"] = "";
  else img.hidden = true;
}
