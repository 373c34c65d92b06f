package story

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"showcaller/internal/live"
)

// Limits of what a client may send.
const (
	MaxBody     = 64 << 10 // bytes
	maxText     = 2000     // runes
	maxName     = 100      // runes
	maxMetadata = 8 << 10  // bytes
)

// Parse reads the body of a message with the built-in types. See [Inputs.Parse].
func Parse(body []byte) (live.StoryInput, error) { return NewInputs(BuiltinInputs()...).Parse(body) }

// Parse reads the body of a message in any form of docs/story.md. Its error is a *live.Error with CodeInvalid that wraps
// ErrMalformed if the body cannot be read (400), or a *ValidationError if it does not fit (422).
func (i *Inputs) Parse(body []byte) (live.StoryInput, error) {
	switch {
	case len(body) > MaxBody:
		return live.StoryInput{}, notJSON(fmt.Sprintf("The body has %d bytes; %d are allowed.", len(body), MaxBody))
	case !utf8.Valid(body):
		return live.StoryInput{}, notJSON("The body is not UTF-8.")
	case !json.Valid(body):
		return live.StoryInput{}, notJSON("The body is not JSON. It must be a story input, or a JSON string.")
	}
	return i.parse(body, "", true)
}

// parse reads one JSON value that stands at path. unwrap allows it to be {"input": …}.
func (i *Inputs) parse(v json.RawMessage, path string, unwrap bool) (live.StoryInput, error) {
	switch kindOf(v) {
	case '"':
		return i.chat(&Fields{path: path, raw: map[string]json.RawMessage{"": v}, errs: &[]FieldError{}}, "")
	case '{':
		return i.parseObject(newFields(path, v), unwrap)
	}
	return live.StoryInput{}, invalid(FieldError{Path: path, Message: "This must be an object or a string."})
}

func (i *Inputs) parseObject(f *Fields, unwrap bool) (live.StoryInput, error) {
	if f.get("type") != nil {
		return i.parseTyped(f)
	}
	blank := ""
	for _, key := range []string{"prompt", "question", "message", "input"} {
		v := f.get(key)
		switch {
		case v == nil:
		case key == "input" && kindOf(v) == '{' && unwrap:
			return i.parse(v, join(f.path, key), false)
		case kindOf(v) != '"' || f.OptionalText(key, MaxBody) != "":
			return i.chat(f, key)
		default:
			blank = key
		}
	}
	if blank != "" {
		return i.chat(f, blank)
	}
	return live.StoryInput{}, invalid(FieldError{Path: f.path, Message: "This is no story input: it needs type and data, or a text as message."})
}

func (i *Inputs) parseTyped(f *Fields) (live.StoryInput, error) {
	name := f.Text("type", maxText)
	if err := f.err(); err != nil {
		return live.StoryInput{}, err
	}
	t, err := i.lookup(name, join(f.path, "type"), false)
	if err != nil {
		return live.StoryInput{}, err
	}
	_, in, err := t.read(f.get("data"), join(f.path, "data"), false)
	return in, err
}

// chat makes a user_chat of the text at key. The names of a viewer and the time may stand beside it.
func (i *Inputs) chat(f *Fields, key string) (live.StoryInput, error) {
	data := live.StoryChat{Message: f.Text(key, maxText)}
	if err := f.err(); err != nil {
		return live.StoryInput{}, err
	}
	// Beside a legacy text only these two mean anything, and what does not fit is ignored like every other key.
	side := &Fields{raw: f.raw, errs: &[]FieldError{}}
	data.Username = side.OptionalText("username", maxName)
	data.Timestamp = side.Int("timestamp", 0, 0, maxTimestamp)
	wire, err := json.Marshal(data)
	if err != nil {
		return live.StoryInput{}, err
	}
	return live.StoryInput{Type: live.InputChat, Data: wire}, nil
}
