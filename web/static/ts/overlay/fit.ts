// Makes everything smaller where a page is too small for what it shows, until it fits: better small than cut off.

const least = 0.3;
const steps = 5; // of the search: to within two percent

/** Fits what is on a stage into it. It is called after whatever may have changed a size. */
export function fit(stage: HTMLElement, root: HTMLElement): void {
  const fits = (by: number): boolean => {
    document.documentElement.style.setProperty("--fit", by.toFixed(3));
    return within(stage, root);
  };
  if (fits(1)) return;
  let small = least;
  let large = 1;
  for (let i = 0; i < steps; i++) {
    const by = (small + large) / 2;
    if (fits(by)) small = by;
    else large = by;
  }
  fits(small);
}

function within(stage: HTMLElement, root: HTMLElement): boolean {
  const style = getComputedStyle(stage);
  const width = stage.clientWidth - 2 * parseFloat(style.paddingLeft);
  const height = stage.clientHeight - 2 * parseFloat(style.paddingTop);
  return root.offsetWidth <= width + 1 && root.offsetHeight <= height + 1;
}
