// The pages of overlays: what moves follows by itself, addresses are shown and copied, and the editor has its preview.
import { Editor } from "./overlay-editor";
import { keepAddresses } from "./overlay-address";
import { LiveParts } from "./live-parts";

const main = document.querySelector<HTMLElement>("main[data-live-from]");
if (main) new LiveParts(main).start();

keepAddresses(document);

const form = document.querySelector<HTMLFormElement>("form[data-overlay-form]");
const canvas = document.querySelector<HTMLElement>("[data-canvas]");
if (form && canvas) new Editor(form, canvas).start();
