package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sayings returns the texts of a catalogue by key. Of a text with plurals all forms are joined: none of them is compared.
func sayings(t testing.TB, language string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "web", "catalog", language+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for key, value := range raw {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		out[key] = text
	}
	return out
}

// foreign are the English texts that a page in a language must not show: those the catalogue says otherwise.
func foreign(t testing.TB, language string) []string {
	t.Helper()
	own := sayings(t, language)
	said := map[string]bool{}
	for _, text := range own {
		said[text] = true
	}
	var out []string
	for key, english := range sayings(t, "en") {
		if own[key] != english && !said[english] && !strings.Contains(english, "{{") {
			out = append(out, english)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// crushed are the cells of tables whose words have no room: one letter stands under another.
const crushed = `JSON.stringify([...document.querySelectorAll("td, th")].filter((cell) => {
	const size = parseFloat(getComputedStyle(cell).fontSize), words = cell.innerText.trim();
	return words.length > 2 && cell.getClientRects().length > 0 && !cell.querySelector(".hidden") && cell.clientWidth < 2 * size;
}).map((cell) => cell.innerText))`

// speaksOnly reads every text of a page, those for screen readers too: none is a key of the catalogue, and none is English where the
// catalogue has another word. What people wrote is marked by its direction or element, and is theirs.
func (b *visitor) speaksOnly(language, page string) {
	b.t.Helper()
	keys := make([]string, 0, len(sayings(b.t, "en")))
	for key := range sayings(b.t, "en") {
		keys = append(keys, key)
	}
	wrong, err := json.Marshal(append(keys, foreign(b.t, language)...))
	if err != nil {
		b.t.Fatal(err)
	}
	found := b.value(`(() => {
		const wrong = new Set(` + string(wrong) + `), found = new Set();
		const read = (text) => { if (wrong.has(text?.trim())) found.add(text.trim()); };
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script, style, bdi, code, [dir]:not(html)")) read(walk.currentNode.data);
		for (const e of document.querySelectorAll("[aria-label], [aria-valuetext], [title], [placeholder], [alt]"))
			for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"]) read(e.getAttribute(name));
		read(document.title);
		return JSON.stringify([...found]);
	})()`)
	if found != "[]" {
		b.t.Errorf("in %s, %s says %s", language, page, found)
	}
}
