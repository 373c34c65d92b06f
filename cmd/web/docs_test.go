package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
)

// Links between our own documents lead somewhere, down to the heading.
func TestDocsLinks(t *testing.T) {
	for _, file := range documents(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(fence.ReplaceAll(text, nil), -1) {
			target, anchor, _ := strings.Cut(string(m[1]), "#")
			if strings.Contains(target, "://") {
				continue
			}
			path := file
			if target != "" {
				path = filepath.Join(filepath.Dir(file), target)
			}
			linked, err := os.ReadFile(path)
			if info, e := os.Stat(path); e == nil && info.IsDir() {
				continue
			}
			if err != nil {
				t.Errorf("%s: %s leads nowhere", file, m[1])
			} else if anchor != "" && !hasHeading(linked, anchor) {
				t.Errorf("%s: %s has no heading #%s", file, path, anchor)
			}
		}
	}
}

// documents returns every Markdown file of the repository.
func documents(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "bin"):
			return fs.SkipDir
		case strings.HasSuffix(path, ".md"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 5 {
		t.Fatalf("only %d documents found", len(files))
	}
	return files
}

var notInAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// hasHeading reports whether a text has a heading whose anchor this is, as hosts of Git make anchors.
func hasHeading(text []byte, anchor string) bool {
	for _, m := range heading.FindAllSubmatch(fence.ReplaceAll(text, nil), -1) {
		made := notInAnchor.ReplaceAll(bytes.ToLower(m[1]), nil)
		if strings.ReplaceAll(string(made), " ", "-") == anchor {
			return true
		}
	}
	return false
}

// The README stays something a person reads to its end.
func TestReadmeIsShort(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(readme, []byte("\n")); n >= 150 {
		t.Errorf("README.md has %d lines; it must stay under 150", n)
	}
}

// The protocol page names every kind with its fields, every origin and every reason, as the wire's types have them.
func TestProtocolIsComplete(t *testing.T) {
	wire, err := os.ReadFile("../../web/static/ts/wire.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, union := range []string{"Origin", "Reason"} {
		for _, value := range quoted.FindAllString(declaration(t, wire, "type", union), -1) {
			if !bytes.Contains(page, []byte("`"+strings.Trim(value, `"`)+"`")) {
				t.Errorf("docs/protocol.md does not name the %s %s", strings.ToLower(union), value)
			}
		}
	}
	for _, m := range regexp.MustCompile(`\| Envelope<"(\w+)", (\w+)>`).FindAllSubmatch(wire, -1) {
		kind, fields := string(m[1]), fieldNames(t, wire, string(m[2]))
		row := regexp.MustCompile("(?m)^\\|[^|]*`" + kind + "`[^|]*\\|.*$").Find(page)
		if row == nil {
			t.Errorf("docs/protocol.md has no row for %s", kind)
		}
		for _, field := range fields {
			if !regexp.MustCompile("\\b" + field + "\\b").Match(row) {
				t.Errorf("docs/protocol.md: %s lacks %s", kind, field)
			}
		}
	}
}

var quoted = regexp.MustCompile(`"\w+"`)

// declaration returns the text of a TypeScript type or interface.
func declaration(t *testing.T, wire []byte, sort, name string) string {
	t.Helper()
	end := map[string]string{"type": ";", "interface": "\n}"}[sort]
	_, rest, ok := strings.Cut(string(wire), "export "+sort+" "+name+" ")
	text, _, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("wire.gen.ts has no %s %s", sort, name)
	}
	return text
}

func fieldNames(t *testing.T, wire []byte, name string) []string {
	t.Helper()
	if bytes.Contains(wire, []byte("export type "+name+" = object;")) {
		return nil
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^  (\w+)\??:`).FindAllStringSubmatch(declaration(t, wire, "interface", name), -1) {
		names = append(names, m[1])
	}
	return names
}

// madeClasses are the families of class names that pages make of what there is: role-moderator of role-${role}.
var madeClasses = []string{"role", "is", "on", "of", "tone", "badge"}

// Class names and properties that streamers are told to use in CSS of their own are those of the pages.
func TestOverlayClassNames(t *testing.T) {
	page, err := os.ReadFile("../../docs/overlays.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := bytes.Cut(page, []byte("\n## Your own CSS\n"))
	section, _, _ = bytes.Cut(section, []byte("\n## "))
	scripts, sheet := sources(t, "../../web/static/ts/overlay/*.ts"), sources(t, "../../web/static/css/overlay/base.css")
	named := 0
	for _, m := range regexp.MustCompile("`\\.([a-z]+(?:-[a-z]+)*)`").FindAllSubmatch(section, -1) {
		named++
		name := regexp.QuoteMeta(string(m[1]))
		family, _, _ := strings.Cut(string(m[1]), "-")
		made := slices.Contains(madeClasses, family) && bytes.Contains(scripts, []byte(family+"-${"))
		if !regexp.MustCompile("[\"` ]"+name+"[\"` ]").Match(scripts) && !made {
			t.Errorf("docs/overlays.md: no page has the class %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`(--[a-z-]+)`").FindAllSubmatch(section, -1) {
		named++
		if !regexp.MustCompile(string(m[1]) + ":").Match(sheet) {
			t.Errorf("docs/overlays.md: no sheet has the property %s", m[1])
		}
	}
	if named < 60 {
		t.Errorf("docs/overlays.md names only %d classes and properties", named)
	}
}

// sources returns files as one text.
func sources(t *testing.T, pattern string) []byte {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	var all []byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}
