package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/web/templates"
)

func newTalk(kind string) templates.StoryTalk {
	fields := map[string]string{}
	if kind == live.InputGift {
		fields["giftCount"] = "1"
	}
	return templates.StoryTalk{Type: kind, Fields: fields, Once: randomToken()}
}

// fillTalk shows the box for the type that was asked for, and the answer to the turn that was sent.
func (s *Server) fillTalk(r *http.Request, v *templates.StoryPage) error {
	q := r.URL.Query()
	if kind := q.Get("talk"); slices.Contains(templates.TalkTypes, kind) {
		v.Talk = newTalk(kind)
	}
	turn := q.Get("turn")
	if turn == "" {
		return nil
	}
	m, err := s.db.StoryTurn(r.Context(), v.ID, turn)
	if live.CodeOf(err) == live.CodeNotFound {
		return nil // forgotten since
	}
	if err != nil {
		return err
	}
	a := live.StoryAnswer{TurnID: m.TurnID, Clips: m.Clips, Responder: m.Responder, TookMS: m.TookMS, Fallback: m.Fallback, Guarded: m.Guarded}
	v.Talk.Answer = &a
	return json.Unmarshal(m.Input, &a.Event)
}

// typedTalk is the box as it was sent.
func typedTalk(r *http.Request) (templates.StoryTalk, error) {
	talk := templates.StoryTalk{Type: r.PostForm.Get("type"), Fields: map[string]string{}, Dry: r.PostForm.Get("dry") == "true", Once: r.PostForm.Get("once")}
	fields, ok := templates.TalkFields[talk.Type]
	if !ok {
		return talk, &live.Error{Code: live.CodeInvalid, Op: "server.typedTalk", Field: "type"}
	}
	for _, f := range fields {
		talk.Fields[f.Name] = r.PostForm.Get(f.Name)
	}
	return talk, nil
}

// talkBody is a message's body: what is empty is left out, and what should be a number and is none stays the text that it is, so
// that the story's own rules say what is wrong.
func talkBody(talk templates.StoryTalk) ([]byte, error) {
	data := map[string]any{}
	for _, f := range templates.TalkFields[talk.Type] {
		text := talk.Fields[f.Name]
		if strings.TrimSpace(text) == "" {
			continue
		}
		data[f.Name] = text
		if n, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && f.Numeric {
			data[f.Name] = n
		}
	}
	return json.Marshal(map[string]any{"type": talk.Type, "data": data})
}

// formTalk handles POST /stories/{storyId}/talk: the answer is on the page it leads to. A dry run is kept nowhere, so its answer is
// shown at once.
func (s *Server) formTalk(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	talk, err := typedTalk(r)
	if err != nil {
		return err
	}
	body, err := talkBody(talk)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "storyId")
	answer, err := s.talk(r, id, talk, body)
	if talk.Errors = s.refusedTalk(r, err); talk.Errors != nil || err == nil && talk.Dry {
		status := http.StatusOK
		if err != nil {
			status = statusOf(err)
		} else {
			talk.Answer = &answer
		}
		return s.renderStory(w, r, status, func(v *templates.StoryPage) error {
			talk.Once = v.Talk.Once
			v.Talk = talk
			return nil
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, storyPath(id)+"?talk="+talk.Type+"&turn="+answer.TurnID+"#talk", http.StatusSeeOther)
	return nil
}

// talk asks the story. A form that is sent twice is one turn.
func (s *Server) talk(r *http.Request, id string, talk templates.StoryTalk, body []byte) (live.StoryAnswer, error) {
	if talk.Dry {
		a, err := s.rehearse(r.Context(), id, body)
		if err != nil {
			return live.StoryAnswer{}, err
		}
		return *a, nil
	}
	profile, err := s.db.StoryProfile(r.Context(), id)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	turn, err := s.turnOf(profile, body, "page-"+talk.Once)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	return s.opts.Story.Answer(r.Context(), turn, nil)
}

// refusedTalk says in the reader's language why there is no answer, by field; nil where that is not the person's to mend.
func (s *Server) refusedTalk(r *http.Request, err error) templates.Errors {
	if err == nil {
		return nil
	}
	if errs := s.fieldErrors(r, err); errs != nil {
		return errs
	}
	e, ok := errors.AsType[*live.Error](err)
	if !ok || e.Code == live.CodeNotFound || e.Code == live.CodeInternal {
		return nil
	}
	t := s.view(r, "").Printer.T
	key := "talk.error." + string(e.Code)
	if errors.Is(err, story.ErrMalformed) || t(key) == key {
		key = "talk.error.other"
	}
	return templates.Errors{"": t(key)}
}
