package story

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"showcaller/internal/live"
)

// ErrMalformed marks what is no JSON at all, as against JSON that does not fit: 400 in place of 422.
var ErrMalformed = &malformed{}

type malformed struct{}

func (*malformed) Error() string { return "malformed JSON" }

// FieldError says what is wrong with one field.
type FieldError struct {
	Path    string         // in the body, for example "data.giftCount"; "" is the body as a whole
	Message string         // in English
	Rule    string         // one of Rules, or "" where Message is all there is to say
	Args    map[string]any // numbers and texts that Rule's words name
}

// ValidationError lists everything in an input that does not fit. It is the cause of a *live.Error with CodeInvalid.
type ValidationError struct {
	Fields []FieldError // at least one, in the order of the type's fields
}

// Error names every field.
func (e *ValidationError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = strings.TrimPrefix(f.Path+": "+f.Message, ": ")
	}
	return strings.Join(parts, " ")
}

func invalid(fields ...FieldError) error {
	return &live.Error{
		Code: live.CodeInvalid, Op: "story.Parse", Field: fields[0].Path, Msg: fields[0].Message,
		Err: &ValidationError{Fields: fields},
	}
}

func notJSON(msg string) error {
	return &live.Error{Code: live.CodeInvalid, Op: "story.Parse", Msg: msg, Err: ErrMalformed}
}

// Fields reads the fields of a JSON object and collects what does not fit, so that a client hears of everything at once. Keys
// are matched exactly; null is the same as absent.
type Fields struct {
	path string
	raw  map[string]json.RawMessage
	errs *[]FieldError
	own  bool // the program itself sends them
}

func newFields(path string, data json.RawMessage) *Fields {
	f := &Fields{path: path, errs: &[]FieldError{}}
	f.open(data)
	return f
}

func (f *Fields) open(data json.RawMessage) {
	if kindOf(data) != '{' || json.Unmarshal(data, &f.raw) != nil {
		*f.errs = append(*f.errs, breaks(f.path, RuleObject))
	}
}

func (f *Fields) err() error {
	if len(*f.errs) == 0 {
		return nil
	}
	return invalid(*f.errs...)
}

// Fail reports that a field does not fit.
func (f *Fields) Fail(key, format string, args ...any) {
	*f.errs = append(*f.errs, FieldError{Path: join(f.path, key), Message: fmt.Sprintf(format, args...)})
}

// breaks reports that a field breaks one of the Rules.
func (f *Fields) breaks(key, rule string, args ...any) {
	*f.errs = append(*f.errs, breaks(join(f.path, key), rule, args...))
}

func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}

// get returns a field's JSON; nil if it is absent or null.
func (f *Fields) get(key string) json.RawMessage {
	v := f.raw[key]
	if kindOf(v) == 'n' {
		return nil
	}
	return v
}

// kindOf returns the first byte of a JSON value, which tells its kind; 0 for none.
func kindOf(v json.RawMessage) byte {
	v = bytes.TrimLeft(v, " \t\r\n")
	if len(v) == 0 {
		return 0
	}
	return v[0]
}

// Text returns a required text of 1 to most runes. A text that shows nothing is absent.
func (f *Fields) Text(key string, most int) string {
	had := len(*f.errs)
	s := f.OptionalText(key, most)
	if s == "" && len(*f.errs) == had && f.raw != nil {
		f.breaks(key, RuleRequired)
	}
	return s
}

// Name returns the name of a viewer or a gift, which a client must give. The program itself has none where TikTok gives none.
func (f *Fields) Name(key string) string {
	if f.own {
		return f.OptionalText(key, maxName)
	}
	return f.Text(key, maxName)
}

// OptionalText returns a text of up to most runes, or "".
func (f *Fields) OptionalText(key string, most int) string {
	v := f.get(key)
	if v == nil {
		return ""
	}
	var s string
	if kindOf(v) != '"' || json.Unmarshal(v, &s) != nil {
		f.breaks(key, RuleText)
		return ""
	}
	if n := utf8.RuneCountInString(s); n > most {
		f.breaks(key, RuleLong, n, most)
		return ""
	}
	if blank(s) {
		return ""
	}
	return s
}

// OneOf returns a text of a closed list. An absent one is "" if it may be.
func (f *Fields) OneOf(key string, required bool, allowed ...string) string {
	had := len(*f.errs)
	s := f.OptionalText(key, 100)
	switch {
	case len(*f.errs) > had || f.raw == nil || s == "" && !required:
	case !slices.Contains(allowed, s):
		f.breaks(key, RuleOneOf, strings.Join(allowed, ", "))
	}
	return s
}

// Number returns a finite number of at least zero, or nil if there is none.
func (f *Fields) Number(key string) *float64 {
	v := f.get(key)
	if v == nil {
		return nil
	}
	var n float64
	if c := kindOf(v); c != '-' && (c < '0' || c > '9') {
		f.breaks(key, RuleNumber)
		return nil
	}
	if err := json.Unmarshal(v, &n); err != nil || n < 0 || math.IsInf(n, 0) {
		f.breaks(key, RuleAmount)
		return nil
	}
	return &n
}

// Int returns an integer between least and most; absent is what an absent one means. 3.0 is an integer, as it is in JavaScript.
func (f *Fields) Int(key string, absent, least, most int64) int64 {
	v := f.get(key)
	if v == nil {
		return absent
	}
	var n float64
	err := json.Unmarshal(v, &n)
	if err != nil || n != math.Trunc(n) || n < float64(least) || n > float64(most) {
		f.breaks(key, RuleInteger, least, most)
		return absent
	}
	return int64(n)
}

// Bool returns a boolean; absent is false.
func (f *Fields) Bool(key string) bool {
	v := f.get(key)
	var b bool
	if v != nil && json.Unmarshal(v, &b) != nil {
		f.breaks(key, RuleFlag)
	}
	return b
}

// Object returns an object of up to most bytes of JSON, or nil.
func (f *Fields) Object(key string, most int) map[string]any {
	v := f.get(key)
	if v == nil {
		return nil
	}
	var m map[string]any
	switch {
	case len(v) > most:
		f.breaks(key, RuleBytes, len(v), most)
	case json.Unmarshal(v, &m) != nil:
		f.breaks(key, RuleObject)
	}
	return m
}

// Texts returns a list of up to count texts of up to most runes each.
func (f *Fields) Texts(key string, count, most int) []string {
	var out []string
	f.list(key, count, func(v json.RawMessage, at string) {
		item := &Fields{path: f.path, raw: map[string]json.RawMessage{at: v}, errs: f.errs}
		out = append(out, item.Text(at, most))
	})
	return out
}

// Each calls read for every object of a list of up to count.
func (f *Fields) Each(key string, count int, read func(*Fields)) {
	f.list(key, count, func(v json.RawMessage, at string) {
		item := &Fields{path: join(f.path, at), errs: f.errs, own: f.own}
		item.open(v)
		read(item)
	})
}

func (f *Fields) list(key string, count int, each func(v json.RawMessage, at string)) {
	v := f.get(key)
	if v == nil {
		return
	}
	var items []json.RawMessage
	if json.Unmarshal(v, &items) != nil {
		f.breaks(key, RuleList)
		return
	}
	if len(items) > count {
		f.breaks(key, RuleEntries, len(items), count)
		return
	}
	for i, item := range items {
		each(item, fmt.Sprintf("%s[%d]", key, i))
	}
}
