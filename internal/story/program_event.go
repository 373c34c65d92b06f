package story

import (
	"fmt"
	"strings"

	"showcaller/internal/live"
)

// programEvent: a segment of the show began, ended, paused or went on.
var programEvent = InputType{Name: live.InputProgram, Read: func(f *Fields) Input {
	p := &programInput{live.Program{
		Action:      f.OneOf("action", true, "start", "finish", "pause", "resume"),
		ProgramName: f.Text("programName", maxName),
		ProgramID:   f.OptionalText("programId", maxName),
		ProgramType: f.OneOf("programType", false, "singing", "chatting", "gaming", "drawing", "other"),
		Metadata:    f.Object("metadata", maxMetadata),
	}}
	if d := f.Number("duration"); d != nil {
		p.Duration = *d
	}
	return p
}}

type programInput struct{ live.Program }

func (p *programInput) Speaker() string { return "" }

// Clean leaves Metadata alone: no responder reads it, it is kept for whoever reads the history.
func (p *programInput) Clean(g *Guard) { p.ProgramName = g.Name(p.ProgramName) }

func (p *programInput) Text() string {
	text := p.Action + ": " + p.ProgramName
	if p.ProgramType != "" {
		text += " (" + p.ProgramType + ")"
	}
	if d := p.took(); d != "" {
		text += ", " + d
	}
	return text
}

func (p *programInput) Context() string {
	verb := map[string]string{"start": "started", "finish": "finished", "pause": "paused", "resume": "resumed"}[p.Action]
	text := fmt.Sprintf("Program %s: %s", verb, p.ProgramName)
	if p.ProgramType != "" {
		text += ". Type: " + p.ProgramType
	}
	if d := p.took(); d != "" {
		text += ". It took " + d
	}
	return text + "."
}

// longest is where a duration stops being one anybody would say.
const longest = 100 * 3600

// took is how long a finished program took, "1 h 30 min 5 s"; "" if that is not known.
func (p *programInput) took() string {
	if p.Action != "finish" || p.Duration < 1 || p.Duration >= longest {
		return ""
	}
	return spell(int(p.Duration), "%d h", "%d min", "%d s", " ")
}

// spell writes a number of seconds with a format for each unit, leaving out units that are 0.
func spell(seconds int, hours, minutes, secs, between string) string {
	var parts []string
	for _, unit := range []struct {
		n      int
		format string
	}{{seconds / 3600, hours}, {seconds / 60 % 60, minutes}, {seconds % 60, secs}} {
		if unit.n > 0 && unit.format != "" {
			parts = append(parts, fmt.Sprintf(unit.format, unit.n))
		}
	}
	return strings.Join(parts, between)
}

func (p *programInput) Memory() Memory { return MemoryNone }

func (p *programInput) Say(s *Script) {
	slots := Slots{"program": p.ProgramName}
	if p.took() != "" {
		slots["duration"] = s.Duration(int(p.Duration))
	}
	key := "program." + p.Action
	if p.Action == "start" || p.Action == "finish" {
		kind := p.ProgramType
		if kind == "" {
			kind = "other"
		}
		key += "." + kind
	}
	s.Line(key, slots)
}
