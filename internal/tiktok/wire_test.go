package tiktok

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// FuzzFields holds the walk over a message against protowire: the same fields with the same values, or both refuse.
func FuzzFields(f *testing.F) {
	f.Add([]byte{0x08, 0x96, 0x01, 0x12, 0x02, 'h', 'i', 0xb2, 0x06, 0x00})
	f.Add([]byte{0xb0, 0xb0, 0xb0, 0xb0, 0x30, 0x30})
	f.Add([]byte{0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Add([]byte{0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x0b, 0x10, 0x01, 0x0c})
	f.Fuzz(func(t *testing.T, b []byte) {
		var r wireReader
		walk := r.fields(b)
		rest := b
		for len(rest) > 0 {
			num, typ, n := protowire.ConsumeTag(rest)
			if n < 0 || num > protowire.MaxValidNumber { // package proto refuses these, too
				break
			}
			size := protowire.ConsumeFieldValue(num, typ, rest[n:])
			if size < 0 {
				break
			}
			if !walk.next() || protowire.Number(walk.num) != num || walk.typ != typ {
				t.Fatalf("%x: at %d we read field %d type %d (%v), want %d type %d", b, len(b)-len(rest), walk.num, walk.typ, r.err, num, typ)
			}
			sameValue(t, &walk, rest[n:n+size])
			rest = rest[n+size:]
		}
		if walk.next() || (r.err != nil) != (len(rest) > 0) {
			t.Fatalf("%x: we end with %v, protowire with %d bytes left", b, r.err, len(rest))
		}
	})
}

// sameValue compares the value of the field at hand with what protowire reads of its bytes.
func sameValue(t *testing.T, f *fields, value []byte) {
	t.Helper()
	switch f.typ {
	case protowire.VarintType:
		want, _ := protowire.ConsumeVarint(value)
		if got, ok := f.varint(); !ok || got != want {
			t.Fatalf("varint %x is %d, want %d", value, got, want)
		}
	case protowire.BytesType:
		want, _ := protowire.ConsumeBytes(value)
		if !bytes.Equal(f.bytes(), want) {
			t.Fatalf("bytes %x, want %x", f.bytes(), want)
		}
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	var b []byte
	for _, num := range []protowire.Number{1, 2, 62, 63, 64, 1028} {
		b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), uint64(num))
	}
	var r wireReader
	var got []int32
	f := r.pick(b, only(2, 64))
	for f.next() {
		got = append(got, f.num)
	}
	if want := []int32{2, 63, 64, 1028}; !slices.Equal(got, want) {
		t.Errorf("picked %v, want %v: from 63 on all or none", got, want)
	}
}

// TestKeep: kept strings do not change when the reader goes on, and are valid.
func TestKeep(t *testing.T) {
	t.Parallel()
	var r wireReader
	src := []byte("aaaaaaaa")
	var kept []string
	for i := range 1000 {
		src[0] = 'a' + byte(i%26)
		kept = append(kept, r.keep(src))
	}
	for i, s := range kept {
		if want := string('a'+rune(i%26)) + "aaaaaaa"; s != want {
			t.Fatalf("string %d is %q, want %q", i, s, want)
		}
	}
	if s := r.keep([]byte("Ann\xff!")); s != "Ann\uFFFD!" || !utf8.ValidString(s) {
		t.Errorf("kept %q", s)
	}
	if long := strings.Repeat("x", 3*chunkSize); r.keep([]byte(long)) != long {
		t.Error("a long string was cut")
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "0": 0, "16": 16, "XVI": 0, "1.5": 0, "9999999999": 0, "-1": 0} {
		if got := digits([]byte(s)); got != want {
			t.Errorf("digits(%q) = %d, want %d", s, got, want)
		}
	}
}
