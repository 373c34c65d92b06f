package story

import (
	"encoding/json"
	"fmt"
	"slices"

	"showcaller/internal/live"
)

// Input is one story input, read and checked: everything the pipeline knows of it that depends on its type. Its JSON is the
// `data` of the wire.
type Input interface {
	// Speaker is who acted, as history shows it; "" for nobody.
	Speaker() string
	// Clean replaces every text a person outside the program wrote by its cleaned form.
	Clean(g *Guard)
	// Text is what history and search keep.
	Text() string
	// Context is what a model is told has happened, in English.
	Context() string
	// Memory says what to look up before answering.
	Memory() Memory
	// Say answers from written lines.
	Say(s *Script)
}

// Giver is a type of input that means something was given. Its senders are thanked by name, and sooner than others are answered.
type Giver interface {
	Input
	Senders() []string // names, cleaned; none where the guard took the name away
}

// Voiced is a type of input in which a viewer's own words are not the whole Text. The answer is in their language.
type Voiced interface {
	Input
	Voice() string
}

// Memory is what a type of input looks up.
type Memory int

const (
	MemoryNone   Memory = iota
	MemoryText          // search what was said before by Text; what is said now may be recalled later
	MemoryViewer        // look up what the viewer gave before
)

// InputType is a type of story input. Adding one is a file with a type that implements Input, a function that reads it, and a
// place in the list that NewInputs gets.
type InputType struct {
	Name string
	Read func(*Fields) Input // reports what does not fit to Fields; its result is then thrown away
	Own  bool                // only the program itself sends it; Parse refuses it
}

// Inputs are the types a story knows.
type Inputs struct {
	types []InputType
}

// BuiltinInputs returns the types of docs/story.md and those the director sends.
func BuiltinInputs() []InputType {
	return []InputType{userChat, giftEvent, programEvent, simpleText, giftGroup, notice, idle}
}

// NewInputs returns a registry of types. A name that is there twice is a mistake of the program: it panics.
func NewInputs(types ...InputType) *Inputs {
	for i, t := range types {
		if slices.ContainsFunc(types[:i], func(u InputType) bool { return u.Name == t.Name }) {
			panic("story: two input types are named " + t.Name)
		}
	}
	return &Inputs{types: types}
}

// renamed are the types of earlier versions of the contract that mean what another means today.
var renamed = map[string]string{"bullet_chat": live.InputChat}

// removed says what replaced the types that are gone.
var removed = map[string]string{
	"user_interaction": "user_interaction was removed in version 2.1.0: send a user_chat for what should be acknowledged.",
	"system_event":     "system_event was removed in version 2.1.0: send a user_chat for a notification, or a program_event for a change of the show.",
	"emotion_event":    "emotion_event was removed in version 2.1.0: the host shows emotion by itself, in the face of each clip.",
}

// lookup finds a type by its name, which stands at path. own lets the director's types through.
func (i *Inputs) lookup(name, path string, own bool) (InputType, error) {
	if now, ok := renamed[name]; ok {
		name = now
	}
	if msg, ok := removed[name]; ok {
		return InputType{}, invalid(FieldError{Path: path, Message: msg})
	}
	for _, t := range i.types {
		if t.Name == name && (own || !t.Own) {
			return t, nil
		}
	}
	return InputType{}, invalid(FieldError{Path: path, Message: fmt.Sprintf("There is no type %.40q. It must be one of %s.", name, i.names())})
}

func (i *Inputs) names() string {
	var out string
	for _, t := range i.types {
		if t.Own {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += t.Name
	}
	return out
}

// read checks data, which stands at path, against the type; own data is the program's, not a client's. The StoryInput it returns
// is canonical: defaults filled in, unknown keys gone, every text as it came.
func (t InputType) read(data json.RawMessage, path string, own bool) (Input, live.StoryInput, error) {
	f := newFields(path, data)
	f.own = own
	v := t.Read(f)
	if err := f.err(); err != nil {
		return nil, live.StoryInput{}, err
	}
	wire, err := json.Marshal(v)
	if err != nil {
		return nil, live.StoryInput{}, fmt.Errorf("story: %s: %w", t.Name, err)
	}
	return v, live.StoryInput{Type: t.Name, Data: wire}, nil
}
