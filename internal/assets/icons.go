package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// icons are the pictures of Lucide that we use. A new one is a name here; a page shows it with <svg><use href="…#name">, and
// never without a word beside it.
var icons = []string{
	"arrow-down", "arrow-right", "arrow-up", "captions", "check", "circle-dot", "circle-question-mark", "download", "ellipsis", "eye-off", "flag", "flask-conical", "gem", "gift", "globe", "heart", "history", "info", "languages", "layers",
	"layout-grid", "list-checks", "log-out", "message-square", "mic", "pause", "pencil", "pin", "play", "plug", "plus", "radio", "save", "search", "send", "share-2", "shield-check",
	"shuffle", "skip-forward", "sparkles", "square", "star", "sun-moon", "swords", "target", "timer", "trash-2", "triangle-alert", "trophy", "unplug", "user-plus", "users", "volume-2", "volume-x",
	"wifi-off", "x",
}

var svgBody = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)

// iconSprite puts the icons into one SVG file of symbols.
func iconSprite(root string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">`)
	for _, name := range icons {
		raw, err := os.ReadFile(filepath.Join(root, "node_modules/lucide-static/icons", name+".svg"))
		if err != nil {
			return nil, fmt.Errorf("icon %s: %w (has `npm ci` run?)", name, err)
		}
		m := svgBody.FindSubmatch(raw)
		if m == nil {
			return nil, fmt.Errorf("icon %s: not an SVG file", name)
		}
		fmt.Fprintf(&b, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`, name, bytes.Join(bytes.Fields(m[1]), []byte(" ")))
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}
