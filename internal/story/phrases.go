package story

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed lines/*.json
var lineFiles embed.FS

// phrasebook is everything the template says in one language. lines/en.json shows its form.
type phrasebook struct {
	Thing    string              `json:"thing"`    // a gift with its count, of the slots gift and count
	Unnamed  map[string]string   `json:"unnamed"`  // what to call a gift, program or viewer without a name, or whose name the guard took away
	Comma    string              `json:"comma"`    // between the names of a list
	And      string              `json:"and"`      // before the last one
	Duration [4]string           `json:"duration"` // formats of hours, minutes, seconds, and what stands between
	Persona  string              `json:"persona"`  // of the story that exists from the start
	Rules    string              `json:"rules"`
	Words    map[string][]string `json:"words"` // by topic: what it is recognised by
	Lines    map[string][]string `json:"lines"` // by key: "face/body text {slot}[ text that goes with an empty {slot}]"

	lines  map[string][]line
	topics map[string]wordList
}

// line is one thing the template may say.
type line struct {
	face, body, text string
	literal          string
}

// phrasebooks returns the books of all languages. They are part of the program: one that cannot be read is a mistake of ours,
// found by the first test.
var phrasebooks = sync.OnceValue(func() map[string]*phrasebook {
	out := map[string]*phrasebook{}
	for _, language := range Languages {
		book, err := readPhrasebook(language)
		if err != nil {
			panic(err)
		}
		out[language] = book
	}
	return out
})

// bookOf returns the book of a language, or the English one.
func bookOf(language string) *phrasebook {
	if book, ok := phrasebooks()[language]; ok {
		return book
	}
	return phrasebooks()["en"]
}

func readPhrasebook(language string) (*phrasebook, error) {
	name := "lines/" + language + ".json"
	data, err := lineFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	b := &phrasebook{lines: map[string][]line{}, topics: map[string]wordList{}}
	if err := json.Unmarshal(data, b); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for key, texts := range b.Lines {
		for _, text := range texts {
			l, err := parseLine(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, key, err)
			}
			b.lines[key] = append(b.lines[key], l)
		}
	}
	for topic, words := range b.Words {
		b.topics[topic] = newWordList(words)
	}
	return b, nil
}

func parseLine(text string) (line, error) {
	stage, speech, _ := strings.Cut(text, " ")
	face, body, _ := strings.Cut(stage, "/")
	if !slices.Contains(Faces, face) || !slices.Contains(Bodies, body) || speech == "" {
		return line{}, fmt.Errorf("%q is not face/body and a text", text)
	}
	return line{face: face, body: body, text: speech, literal: literal(speech)}, nil
}

// stageFaces and stageBodies are the template's stage directions.
var (
	stageFaces = map[string]string{
		"neutral": "a calm, open look", "happy": "a bright smile", "angry": "a playful pout", "sad": "a soft, sorry look",
		"relaxed": "a gentle smile", "surprised": "wide, sparkling eyes", "shy": "a shy smile, looking down", "thinking": "a thoughtful look",
	}
	stageBodies = map[string]string{
		"idle": "sways a little", "wave": "waves a hand", "nod": "nods", "bow": "makes a small bow", "clap": "claps",
		"cheer": "throws both arms up", "think": "rests chin on hand", "point": "points at the camera", "heart": "forms a heart with both hands",
	}
)
