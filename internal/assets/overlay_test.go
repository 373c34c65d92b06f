package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// Overlays run in the browser inside OBS, which may be Chromium 103. What esbuild can write in older words it does; what it cannot
// is here, with an example that each rule must find.
var (
	newerCSS = []newer{
		{":has()", 105, `:has\(`, `.a:has(.b){}`},
		{"container queries", 105, `@container|container-(type|name)|\d(cqw|cqh|cqi|cqb|cqmin|cqmax)\b`, `.a{width:10cqw}`},
		{"color-mix()", 111, `color-mix\(`, `.a{color:color-mix(in srgb,red,blue)}`},
		{"dvh and its like", 108, `\d(d|s|l)v(h|w|min|max|i|b)\b`, `.a{height:100dvh}`},
		{"lh", 109, `\dr?lh\b`, `.a{height:2lh}`},
		{"transforms of their own", 104, `[;{](translate|rotate|scale):`, `.a{rotate:4deg}`},
		{"ranges in media queries", 104, `@media[^{]*[<>]`, `@media (width>=600px){}`},
		{"newer colours", 111, `\b(oklch|oklab|lab|lch|color)\(`, `.a{color:oklch(1 0 0)}`},
		{"relative colours", 119, `(rgb|hsl)a?\(\s*from`, `.a{color:rgb(from red r g b)}`},
		{"mask without its prefix", 120, `[;{]mask(-image|-size)?:`, `.a{mask:url(x)}`},
		{"sines", 111, `\b(sin|cos|tan|pow|sqrt|hypot|exp|round|mod|rem)\(`, `.a{width:calc(1px*sin(1rad))}`},
		{"linear() easing", 113, `[: ,]linear\(`, `.a{transition:all 1s linear(0,1)}`},
		{"@scope", 118, `@scope`, `@scope (.a){}`},
		{"@starting-style", 117, `@starting-style`, `@starting-style{.a{}}`},
		{"text-wrap", 114, `text-wrap`, `.a{text-wrap:balance}`},
		{"subgrid", 117, `subgrid`, `.a{grid-template-rows:subgrid}`},
		{"timelines", 115, `animation-timeline|view\(|scroll\(`, `.a{animation-timeline:scroll()}`},
		{"anchors", 125, `anchor\(|position-anchor`, `.a{left:anchor(left)}`},
		{":user-valid", 119, `:user-(in)?valid`, `.a:user-valid{}`},
		{"light-dark()", 123, `light-dark\(`, `.a{color:light-dark(red,blue)}`},
	}
	newerJS = []newer{
		{"arrays that are copied", 110, `\.(toSorted|toReversed|toSpliced)\(`, `a.toSorted()`},
		{"groupBy", 117, `\b(Object|Map)\.groupBy\(`, `Object.groupBy(a,f)`},
		{"Promise.withResolvers", 119, `withResolvers`, `Promise.withResolvers()`},
		{"Array.fromAsync", 121, `fromAsync`, `Array.fromAsync(a)`},
		{"sets that are combined", 122, `\.(isSubsetOf|isSupersetOf|symmetricDifference)\(`, `a.isSubsetOf(b)`},
		{"well-formed strings", 111, `isWellFormed|toWellFormed`, `s.isWellFormed()`},
		{"AbortSignal.any", 116, `AbortSignal\.any`, `AbortSignal.any([])`},
		{"the flag v", 112, `new RegExp\([^)]*"[a-z]*v[a-z]*"\)`, `new RegExp("a","v")`},
		{"checkVisibility", 105, `checkVisibility`, `e.checkVisibility()`},
		{"view transitions", 111, `startViewTransition`, `document.startViewTransition()`},
		{"popovers", 114, `(show|hide|toggle)Popover`, `e.showPopover()`},
		{"highlights", 105, `CSS\.highlights`, `CSS.highlights`},
		{"setHTML", 105, `setHTML|parseHTMLUnsafe`, `e.setHTMLUnsafe("")`},
		{"scheduler.yield", 129, `scheduler\.yield`, `scheduler.yield()`},
		{"Promise.try", 128, `Promise\.try`, `Promise.try(f)`},
	}
)

// newer is something that browsers learned after Chromium 103.
type newer struct {
	name    string
	since   int
	pattern string
	example string
}

func TestOverlaysRunInChromium103(t *testing.T) {
	script, style := overlayBundle(t)
	nesting := newer{"nesting", 112, `[{;]\s*&|\{[^{}@]*\{`, styleBlocks(`.a{color:red;.b{color:blue}}`)}
	nesting.check(t, styleBlocks(style))
	for _, n := range newerCSS {
		n.check(t, style)
	}
	for _, n := range newerJS {
		n.check(t, script)
	}
	for _, example := range []string{`/[\p{L}--[a-z]]/v`, `class A{@dec x}`, `using x=f()`} {
		if !newerSyntax(example) {
			t.Errorf("the check for newer syntax does not find %s", example)
		}
	}
	if newerSyntax(script) {
		t.Error("overlay.js has syntax that Chromium 103 does not know")
	}
}

// check finds a rule's example, or else the rule is no good, and nothing in the bundle.
func (n newer) check(t *testing.T, bundle string) {
	t.Helper()
	pattern := regexp.MustCompile(n.pattern)
	if !pattern.MatchString(n.example) {
		t.Errorf("the check for %s does not find %s", n.name, n.example)
	}
	if found := pattern.FindStringIndex(bundle); found != nil {
		t.Errorf("Chromium 103 has no %s (%d has): …%s…", n.name, n.since, bundle[max(0, found[0]-60):min(len(bundle), found[1]+60)])
	}
}

var (
	cssString  = regexp.MustCompile(`"[^"]*"|url\([^)]*\)`)
	blocksHave = regexp.MustCompile(`@(layer|media|keyframes)[^{;]*\{`)
)

// styleBlocks takes strings and the at-rules that hold rules out of a style sheet: what is nested then is nesting.
func styleBlocks(css string) string {
	return blocksHave.ReplaceAllString(cssString.ReplaceAllString(css, ""), "}")
}

// newerSyntax reports whether esbuild would have to write a script in other words for Chromium 103, or cannot.
func newerSyntax(script string) bool {
	write := func(o api.TransformOptions) (string, bool) {
		r := api.Transform(script, o)
		return string(r.Code), len(r.Errors) > 0
	}
	newest, broken := write(api.TransformOptions{Target: api.ESNext})
	oldest, impossible := write(api.TransformOptions{Engines: []api.Engine{{Name: api.EngineChrome, Version: "103"}}})
	return broken || impossible || newest != oldest
}

// overlayBundle returns the script of overlays, with what it loads at once, and their style sheet, as they are built now.
func overlayBundle(t *testing.T) (script, style string) {
	t.Helper()
	dir := root(t)
	if _, err := os.Stat(filepath.Join(dir, "node_modules/lit")); err != nil {
		t.Skip("no node_modules: run `npm ci`")
	}
	files, manifest, err := bundle(dir)
	if err != nil {
		t.Fatal(err)
	}
	style = string(files[manifest["overlay.css"]])
	script = string(files[manifest["overlay.js"]])
	for _, m := range regexp.MustCompile(`(?:from|import)"\./([^"]+)"`).FindAllStringSubmatch(script, -1) {
		script += "\n" + string(files[m[1]])
	}
	if style == "" || script == "" {
		t.Fatal("there is no overlay.css or overlay.js")
	}
	return script, style
}

// An OBS may have nine overlays open, each with all of this.
func TestOverlaysAreSmall(t *testing.T) {
	script, style := overlayBundle(t)
	for what, size := range map[string]struct{ is, most int }{"overlay.js and what it loads": {len(script), 100_000}, "overlay.css": {len(style), 70_000}} {
		t.Logf("%s: %d bytes", what, size.is)
		if size.is > size.most {
			t.Errorf("%s: %d bytes, at most %d", what, size.is, size.most)
		}
	}
}

// Overlays say only what viewers may read: what begs for gifts or follows draws TikTok's warnings.
func TestOverlaysDoNotBeg(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root(t), "web/catalog/*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogue: %v", err)
	}
	begging := regexp.MustCompile(`(?i)\bplease\b|follow (me|us|now)|send (a |me )?gift|\bhãy\b|xin hãy|求关注|求礼物|点点关注|してね|ください`)
	if !begging.MatchString("Please follow") || !begging.MatchString("フォローしてね") {
		t.Error("the check finds no begging")
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := browserTexts(raw, stageKeys)
		if err != nil {
			t.Fatal(err)
		}
		if found := begging.FindString(string(kept)); found != "" {
			t.Errorf("%s says %q on stage", filepath.Base(f), found)
		}
	}
}

func TestFacesModule(t *testing.T) {
	css := `/* x */ @font-face { font-family: 'A'; src: url(./files/a-0.woff2) format('woff2'), url(./files/a-0.woff) format('woff'); unicode-range: U+1,U+2-3; }
		@font-face { src: url(./files/a-1.woff2) format('woff2'); unicode-range: U+4; }`
	got, err := facesModule(css)
	if err != nil {
		t.Fatal(err)
	}
	want := "import f0 from \"./files/a-0.woff2\";\nimport f1 from \"./files/a-1.woff2\";\nexport default [\n[f0, \"U+1,U+2-3\"],\n[f1, \"U+4\"],\n];\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, broken := range []string{"", `@font-face { src: url(./files/a.woff) format('woff'); unicode-range: U+1; }`, strings.Replace(css, "unicode-range: U+4;", "", 1)} {
		if _, err := facesModule(broken); err == nil {
			t.Errorf("nothing is wrong with %q", broken)
		}
	}
}
