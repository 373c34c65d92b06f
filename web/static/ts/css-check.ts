// Whether a streamer's own CSS is understood. Browsers pass over what they do not understand without a word. Pure but for understood().

/** The rules of a style sheet as they are written, those within others not counted, and whether one of its brackets is not closed. */
export function written(css: string): { rules: number; open: boolean } {
  const bare = css.replace(/\/\*[^]*?\*\/|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/g, "");
  let depth = 0;
  let rules = 0;
  for (const c of bare) {
    if (c === "{" && depth++ === 0) rules++;
    if (c === "}") depth--;
    if (depth < 0) break;
  }
  return { rules, open: depth !== 0 };
}

/** Whether the browser takes in each rule, and something of it. */
export function understood(css: string): boolean {
  const { rules, open } = written(css);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const taken = [...sheet.cssRules].filter((r) => !(r instanceof CSSStyleRule) || r.style.length > 0 || r.cssRules?.length > 0);
  return !open && taken.length >= rules && (rules > 0 || /^\s*$/.test(css.replace(/\/\*[^]*?\*\//g, "")));
}
