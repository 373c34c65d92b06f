import assert from "node:assert/strict";
import { test } from "node:test";
import type { OverlayLook } from "../wire.gen";
import { readAddress } from "./address";
import { inkOn, properties, shade } from "./look";

const look = (more: Partial<OverlayLook> = {}): OverlayLook => ({ preset: "studio", scale: 100, ...more });

test("what nobody chose is the preset's", () => {
  assert.deepEqual(properties(look()), { "--scale": "1" });
});

test("what was chosen becomes a property", () => {
  assert.deepEqual(properties(look({ scale: 150, font_size: 30, weight: 700, radius: 0, speed_ms: 200, plate: "#102030", plate_opacity: 0, accent: "#ffe000", text: "#abcdef" })), {
    "--scale": "1.5", "--size": "30px", "--weight": "700", "--radius": "0px", "--speed": "200ms", "--plate-rgb": "16, 32, 48", "--plate-alpha": "0",
    "--accent": "#ffe000", "--accent-ink": "#14110a", "--text": "#abcdef",
  });
});

test("what is no value of its kind is passed over: a preview's options are unchecked", () => {
  const wrong = { scale: 1e9, font_size: "1px}body{" as unknown as number, text: "red;}*{display:none", plate: "#12", accent: "url(x)", radius: -1, weight: NaN };
  assert.deepEqual(properties(look(wrong)), {});
});

test("letters on a colour can be read", () => {
  for (const [hex, ink] of [["#ffffff", "#14110a"], ["#000000", "#ffffff"], ["#ffb224", "#14110a"], ["#5b43d6", "#ffffff"], ["#e5182d", "#ffffff"]] as const) {
    assert.equal(inkOn(hex), ink, hex);
  }
  assert.equal(shade("#808080", -0.5), "#404040");
  assert.equal(shade("#808080", 1), "#ffffff");
});

test("an address overrides a few options", () => {
  const a = readAddress("?scale=150&theme=neon&lang=vi&align=right&position=bottom&volume=50&font=serif&radius=4&accent=f00&textcolor=%23ffffff&cardbg=102030&animation=pop&chroma=00ff00&hideavatar");
  assert.deepEqual(a, {
    look: {
      scale: 150, preset: "neon", language: "vi", align: "right", anchor: "bottom", font: "serif", animation: "pop", radius: 4, accent: "#ff0000", text: "#ffffff", plate: "#102030",
    },
    loudness: 0.5, chroma: "#00ff00", faceless: true,
  });
});

test("what does not fit is passed over", () => {
  assert.deepEqual(readAddress("?scale=7&theme=x&lang=xx&align=up&volume=-1&accent=red&radius=1e1&hideavatar=false&font=Arial"), {
    look: {}, loudness: 1, chroma: undefined, faceless: false,
  });
  assert.equal(readAddress("?volume=0").loudness, 0);
  assert.equal(readAddress("?ln=ja").look.language, "ja");
});
