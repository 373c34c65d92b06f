// The few pictures an overlay has, from Lucide. They stand beside a word or a number, or on a coloured disc.
import clock from "lucide-static/icons/clock.svg";
import crown from "lucide-static/icons/crown.svg";
import eye from "lucide-static/icons/eye.svg";
import gem from "lucide-static/icons/gem.svg";
import gift from "lucide-static/icons/gift.svg";
import heart from "lucide-static/icons/heart.svg";
import message from "lucide-static/icons/message-circle.svg";
import question from "lucide-static/icons/message-circle-question-mark.svg";
import share from "lucide-static/icons/share-2.svg";
import shield from "lucide-static/icons/shield-check.svg";
import star from "lucide-static/icons/star.svg";
import trending from "lucide-static/icons/trending-up.svg";
import trophy from "lucide-static/icons/trophy.svg";
import userPlus from "lucide-static/icons/user-plus.svg";
import wave from "lucide-static/icons/hand.svg";

const sources = { clock, crown, eye, gem, gift, heart, message, question, share, shield, star, trending, trophy, userPlus, wave };

export type Icon = keyof typeof sources;

const parsed = new Map<Icon, Node>();

export function icon(name: Icon): Node {
  let svg = parsed.get(name);
  if (!svg) {
    const drawn = document.importNode(new DOMParser().parseFromString(sources[name], "image/svg+xml").documentElement, true);
    drawn.setAttribute("class", "icon");
    drawn.setAttribute("aria-hidden", "true");
    drawn.removeAttribute("width");
    drawn.removeAttribute("height");
    parsed.set(name, svg = drawn);
  }
  return svg.cloneNode(true);
}
