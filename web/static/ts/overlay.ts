// An overlay's page in OBS. What it shows is in overlay/; docs/overlays.md describes what it hears and says.
import { Page } from "./overlay/page";

new Page().start();
