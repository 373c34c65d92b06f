package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// shipped are the npm packages of which something is in dist. Their licences ask to be passed on with it.
var shipped = []string{
	"@fontsource-variable/inter", "@fontsource-variable/jetbrains-mono", "@fontsource-variable/lora", "@fontsource-variable/noto-sans-thai",
	"@fontsource-variable/nunito", "@fontsource/barlow-condensed", "@fontsource/noto-color-emoji", "@fontsource/noto-sans-arabic",
	"@fontsource/noto-sans-jp", "@fontsource/noto-sans-kr", "@fontsource/noto-sans-sc", "lucide-static", "lit", "lit-html", "lit-element", "@lit/reactive-element", "uplot",
}

// licenses puts the licences of what we ship into one file beside it.
func licenses(root string) ([]byte, error) {
	var b bytes.Buffer
	for _, name := range shipped {
		text, err := os.ReadFile(filepath.Join(root, "node_modules", name, "LICENSE"))
		if err != nil {
			return nil, fmt.Errorf("licence of %s: %w (has `npm ci` run?)", name, err)
		}
		fmt.Fprintf(&b, "%s\n\n%s\n\n", name, bytes.TrimSpace(text))
	}
	return b.Bytes(), nil
}
