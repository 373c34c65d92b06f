import assert from "node:assert/strict";
import { test } from "node:test";
import { written } from "./css-check";

test("rules are counted as they are written", () => {
  const cases: [css: string, rules: number, open: boolean][] = [
    ["", 0, false],
    [".line { color: red }\n.name { color: blue }", 2, false],
    ["@media (min-width: 1px) { .line { color: red } .name { color: blue } }", 1, false],
    ['.line::before { content: "} {"; } /* { */', 1, false],
    [".line { color: red", 1, true],
    [".line color: red }", 0, true],
    [":root { --accent: '\\'{'; }", 1, false],
  ];
  for (const [css, rules, open] of cases) assert.deepEqual(written(css), { rules, open }, css);
});
