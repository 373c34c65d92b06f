// A picture that comes into the page once it has been loaded. One that is put there first and fails has the browser lay the page
// out several times for nothing, and in a busy list that is most of its work.
import { html, noChange, nothing, type TemplateResult } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { directive } from "lit/directive.js";
import { Loads } from "./loads";
import { nextSecond } from "./pulse";

const loads = new Loads((src) => new Promise<unknown>((done, failed) => {
  const img = new Image();
  img.onload = () => done(img); // who keeps it spares the browser a second look
  img.onerror = failed;
  img.src = src;
}));

class LoadedPicture extends AsyncDirective {
  private src = "";

  render(src: string, look: string): TemplateResult | typeof nothing | typeof noChange {
    this.src = src;
    const state = src ? loads.state(src) : "gone";
    if (state === "there") return view(src, look);
    if (state === "loading") void this.arrive(src, look);
    return nothing;
  }

  private async arrive(src: string, look: string): Promise<void> {
    await loads.settled(src);
    await nextSecond(); // with everything else that moves
    if (this.src === src && this.isConnected && loads.state(src) === "there") this.setValue(view(src, look));
  }
}

function view(src: string, look: string): TemplateResult {
  return html`<img class=${look || nothing} src=${src} alt="" data-optional>`;
}

/** Shows the picture at src, which is one of pictureSrc's, as soon as it can be shown; "" shows nothing. */
export const loadedPicture = directive(LoadedPicture);
