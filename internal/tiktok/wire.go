package tiktok

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// errMalformed is a message whose bytes are no protobuf: a length past the end, a varint without one, field number 0.
var errMalformed = errors.New("malformed protobuf")

// chunkSize is how many bytes of string a wireReader keeps in one allocation. A string that outlives its neighbours keeps them
// alive, so a chunk holds only what some ten events need.
const chunkSize = 2 << 10

// A wireReader holds what the walks over one message and its parts share: the memory of the strings they keep, and whether
// the bytes were broken. The zero value is ready.
//
// TikTok's messages are 1 to 50 kB, nearly all of it pictures, fonts and tracking; an event needs a few hundred bytes. So we
// walk over the fields and stop only at those we want. What is written here for one message is a method with a switch over
// field numbers, the numbers of webcast.proto.
type wireReader struct {
	chunk strings.Builder
	err   error // the first break; later ones are consequences
}

// fields begins a walk over the message b, which must not change until the walk is over.
func (r *wireReader) fields(b []byte) fields { return fields{r: r, b: b, want: every} }

// pick is fields for a walk that stops only at the given fields. It passes over the others three times as fast, which is
// worth the list in the messages that come by the thousand.
func (r *wireReader) pick(b []byte, want fieldSet) fields { return fields{r: r, b: b, want: want} }

// A fieldSet is a set of field numbers: bit n for number n, and the last bit for all numbers from 63 on.
type fieldSet uint64

const (
	every      fieldSet = 1<<64 - 1
	lastInASet          = 63
)

// only returns the set of the given numbers.
func only(nums ...int) (set fieldSet) {
	for _, n := range nums {
		set |= 1 << min(n, lastInASet)
	}
	return set
}

// keep returns a copy of b that lives as long as somebody holds it. Bytes that are not UTF-8 become U+FFFD: they cost the
// text, not the message (protocol section 8, point 16).
func (r *wireReader) keep(b []byte) string {
	if !utf8.Valid(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return r.copy(b)
}

// copy returns a copy of b, whose neighbours in memory are copies, too.
func (r *wireReader) copy(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > chunkSize/4 {
		return string(b)
	}
	if r.chunk.Cap()-r.chunk.Len() < len(b) {
		r.chunk = strings.Builder{} // the old chunk belongs to its strings now
		r.chunk.Grow(chunkSize)
	}
	from := r.chunk.Len()
	r.chunk.Write(b)
	return r.chunk.String()[from:]
}

// decimal returns a 64 bit id as text; "" for 0, which is how protobuf writes "none".
func (r *wireReader) decimal(id int64) string {
	if id == 0 {
		return ""
	}
	var digits [20]byte
	return r.copy(strconv.AppendInt(digits[:0], id, 10))
}

// A fields is a walk over one message: each call of next moves to the following field, whose number is num. The setters
// below take the value if it has the wire type they expect, and otherwise leave their target alone, as protobuf does.
//
// Where the walk stands is kept in numbers, not in slices: storing a pointer costs a write barrier while the collector works.
type fields struct {
	r          *wireReader
	b          []byte
	want       fieldSet
	start, end int // where the field's value lies: a varint, or the bytes without their size
	num        int32
	typ        protowire.Type
}

// next moves to the next field that is wanted. It reports false at the end and, after noting it in the reader, where the bytes
// are broken.
func (f *fields) next() bool {
	b, i := f.b, f.end
	for i < len(b) {
		tag, start := uint64(b[i]), i+1
		if tag >= 0x80 {
			tag, start = varint(b, i)
		}
		num, typ := tag>>3, protowire.Type(tag&7)
		if num-1 >= uint64(protowire.MaxValidNumber) { // 0 wraps around; a tag that does not end is 0, too
			return f.broken()
		}
		switch typ {
		case protowire.VarintType:
			if i = start + 1; start >= len(b) || b[start] >= 0x80 {
				i = varintEnd(b, start)
			}
		case protowire.BytesType:
			if start >= len(b) {
				return f.broken()
			}
			size, from := uint64(b[start]), start+1
			if size >= 0x80 {
				size, from = varint(b, start)
			}
			if from > len(b) || size > uint64(len(b)-from) {
				return f.broken()
			}
			start, i = from, from+int(size)
		default: // fixed 32 and 64 bit numbers and the groups of proto2, none of which we ever read
			i = valueEnd(b, start, num, typ)
		}
		if i < 0 {
			return f.broken()
		}
		if f.want>>min(num, lastInASet)&1 != 0 {
			f.num, f.typ, f.start, f.end = int32(num), typ, start, i
			return true
		}
	}
	f.end = i
	return false
}

// varint reads the varint at b[i:] and returns where it ends. One that does not end is 0 and ends past every message.
func varint(b []byte, i int) (v uint64, end int) {
	if i+1 < len(b) && b[i] >= 0x80 && b[i+1] < 0x80 { // two bytes: most sizes, and the tags from number 16 on
		return uint64(b[i]&0x7f) | uint64(b[i+1])<<7, i + 2
	}
	v, n := binary.Uvarint(b[min(i, len(b)):])
	if n <= 0 {
		return 0, math.MaxInt
	}
	return v, i + n
}

// varintEnd returns where the varint at b[i:] ends, or -1 if it does not. Numbers are mostly passed over, so next does not
// compute them; ids and times are long, so eight bytes are looked at in one go.
func varintEnd(b []byte, i int) int {
	if i+binary.MaxVarintLen64 <= len(b) {
		const more = 0x8080808080808080 // the top bit of a byte says that another one follows
		if last := ^binary.LittleEndian.Uint64(b[i:]) & more; last != 0 {
			return i + (bits.TrailingZeros64(last)+1)/8
		}
		if b[i+8] < 0x80 {
			return i + 9
		}
	}
	if _, end := varint(b, i); end <= len(b) {
		return end
	}
	return -1
}

// valueEnd returns where the value of the given type at b[i:] ends, or -1 if it does not.
func valueEnd(b []byte, i int, num uint64, typ protowire.Type) int {
	n := protowire.ConsumeFieldValue(protowire.Number(num), typ, b[i:])
	if n < 0 {
		return -1
	}
	return i + n
}

// broken ends the walk and notes that the message cannot be trusted.
func (f *fields) broken() bool {
	f.end = len(f.b)
	if f.r.err == nil {
		f.r.err = errMalformed
	}
	return false
}

// bytes returns the value of a length-delimited field: an embedded message, or text that is only looked at. It shares the
// message's memory. Of any other field it is nil.
func (f *fields) bytes() []byte {
	if f.typ != protowire.BytesType {
		return nil
	}
	return f.b[f.start:f.end]
}

// varint returns the field's number, and whether it has one.
func (f *fields) varint() (v uint64, ok bool) {
	if f.typ != protowire.VarintType {
		return 0, false
	}
	v, _ = varint(f.b, f.start)
	return v, true
}

// raw sets b to what bytes returns.
func (f *fields) raw(b *[]byte) {
	if f.typ == protowire.BytesType {
		*b = f.b[f.start:f.end]
	}
}

// string sets s to the field's text.
func (f *fields) string(s *string) {
	if f.typ == protowire.BytesType {
		*s = f.r.keep(f.bytes())
	}
}

// int64 sets v to the field's number.
func (f *fields) int64(v *int64) {
	if x, ok := f.varint(); ok {
		*v = int64(x)
	}
}

// decimal sets s to the field's number, a 64 bit id, as text.
func (f *fields) decimal(s *string) {
	if x, ok := f.varint(); ok {
		*s = f.r.decimal(int64(x))
	}
}

// int sets v to the field's number, an int32 on the wire; larger ones are cut as protobuf cuts them.
func (f *fields) int(v *int) {
	if x, ok := f.varint(); ok {
		*v = int(int32(x))
	}
}

// bool sets v to whether the field's number is not 0.
func (f *fields) bool(v *bool) {
	if x, ok := f.varint(); ok {
		*v = x != 0
	}
}

// decimals appends the field's numbers as text; repeated numbers come packed into one field or one by one.
func (f *fields) decimals(to []string) []string {
	if x, ok := f.varint(); ok {
		return append(to, f.r.decimal(int64(x)))
	}
	for b := f.bytes(); len(b) > 0; {
		x, n := protowire.ConsumeVarint(b)
		if n < 0 {
			f.broken()
			break
		}
		to, b = append(to, f.r.decimal(int64(x))), b[n:]
	}
	return to
}

// digits reads the decimal digits that b consists of; 0 if it holds anything else. TikTok sends levels as text.
func digits(b []byte) int {
	if len(b) == 0 || len(b) > 9 {
		return 0
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}
