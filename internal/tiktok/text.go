package tiktok

import (
	"strconv"
	"strings"
)

// render makes the sentence of a Text: a pattern such as "{0:user} just became the No. {1:string} viewer!" and the pieces
// for its slots. A slot without a piece we can write becomes nothing. The language is the one the connection asked for. In
// a message without a user of its own, the first viewer that the sentence names is taken for the one who acted.
func (d *decoder) render(b []byte) string {
	var pattern string
	var pieces []string
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 2:
			f.string(&pattern)
		case 4:
			pieces = append(pieces, d.piece(f.bytes()))
		}
	}
	return fillSlots(pattern, pieces)
}

// piece returns what a TextPiece puts into its slot: a string, a viewer's name, or the pattern it refers to.
func (d *decoder) piece(b []byte) (text string) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 11:
			f.string(&text)
		case 21: // user_value
			v := d.viewer(d.text(f.bytes(), 1))
			text = v.own.Name()
			if d.sender.viewer == nil {
				d.sender.viewer = v
			}
		case 22: // gift_value: its name is a pattern of its own
			text = d.keep(d.text(d.text(f.bytes(), 2), 2))
		case 24: // pattern_ref_value
			text = d.keep(d.text(f.bytes(), 2))
		}
	}
	return text
}

// fillSlots replaces "{0:user}", "{1:string}" … by the pieces of that index.
func fillSlots(pattern string, pieces []string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(pattern, "{")
		out.WriteString(before)
		if !found {
			return strings.TrimSpace(out.String())
		}
		slot, after, closed := strings.Cut(rest, "}")
		index, _, _ := strings.Cut(slot, ":")
		i, err := strconv.Atoi(index)
		if !closed || err != nil {
			out.WriteByte('{') // no slot: a viewer may well write a brace
			pattern = rest
			continue
		}
		if i >= 0 && i < len(pieces) {
			out.WriteString(pieces[i])
		}
		pattern = after
	}
}
