package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/web/templates"
)

const (
	storiesShown  = 50
	messagesShown = 40
	memoriesShown = 50
	mutedShown    = 200
	maxStoryForm  = 2 << 20 // persona, rules and two lists of a thousand words, percent-encoded
)

// storyPages are the stories' pages and their forms.
func (s *Server) storyPages(r chi.Router) {
	r.Get("/stories", s.page(s.showStories))
	r.Post("/stories", s.page(s.saveNewStory))
	r.Get("/stories/{storyId}", s.page(s.showStory))
	r.Post("/stories/{storyId}", s.page(s.saveStory))
	r.Post("/stories/{storyId}/director", s.page(s.formDirector))
	r.Post("/stories/{storyId}/talk", s.page(s.formTalk))
	r.Post("/stories/{storyId}/delete", s.page(s.formDeleteStory))
	r.Get("/stories/{storyId}/messages", s.page(s.showMessages))
	r.Get("/stories/{storyId}/memory", s.page(s.showMemory))
	r.Post("/stories/{storyId}/memory/{message}", s.page(s.formMemory))
}

func storyPath(id string) string { return "/stories/" + url.PathEscape(id) }

// showStories handles GET /stories.
func (s *Server) showStories(w http.ResponseWriter, r *http.Request) error {
	return s.renderStories(w, r, http.StatusOK, "", nil)
}

func (s *Server) renderStories(w http.ResponseWriter, r *http.Request, status int, name string, errs templates.Errors) error {
	after, err := cursorNumber(r.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	found, err := s.db.StoryList(r.Context(), after, storiesShown+1)
	if err != nil {
		return err
	}
	v := templates.StoriesPage{Page: s.view(r, "stories.title"), First: after == 0, Name: name, Once: randomToken(), Errors: errs}
	v.Path = "/stories"
	found, v.Next = numberedPage(found, storiesShown, func(e db.StoryEntry) int64 { return e.Number })
	for _, e := range found {
		v.Stories = append(v.Stories, templates.StoryItem{
			ID: e.ID, Name: e.Name, Language: e.Language, Responder: e.Responder, State: s.storyState(e.ID, e.Paused, e.Muted),
		})
	}
	s.render(w, r, status, templates.Stories(v))
	return nil
}

func (s *Server) storyState(id string, paused, muted bool) templates.StoryState {
	session, _ := s.engine.Stage(id)
	return templates.StoryState{Room: s.roomOfStory(id), OnAir: session != nil, Paused: paused, Muted: muted}
}

// saveNewStory handles POST /stories: a name is enough, the rest is set on the story's own page.
func (s *Server) saveNewStory(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	p := live.StoryProfile{Name: strings.TrimSpace(r.PostForm.Get("name")), Rules: story.Default(s.view(r, "").Printer.Lang()).Rules, Seed: 1}
	if err := story.Check(p); err != nil {
		return s.renderStories(w, r, http.StatusUnprocessableEntity, r.PostForm.Get("name"), s.fieldErrors(r, err))
	}
	if !s.onces.first(r.PostForm.Get("once")) {
		http.Redirect(w, r, "/stories", http.StatusSeeOther) // a double click: it is there
		return nil
	}
	p, err := s.db.CreateStory(r.Context(), p)
	if err == nil {
		err = s.opts.Directors.Put(r.Context(), p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, storyPath(p.ID), http.StatusSeeOther)
	return nil
}

// storyHead is what every page of a story has on top.
func (s *Server) storyHead(p live.StoryProfile, tab string) templates.StoryHead {
	return templates.StoryHead{ID: p.ID, Name: p.Name, State: s.storyState(p.ID, p.Paused, p.Muted), Tab: tab}
}

// storyProfile returns the story in the path.
func (s *Server) storyProfile(r *http.Request) (live.StoryProfile, error) {
	return s.db.StoryProfile(r.Context(), chi.URLParam(r, "storyId"))
}

// showStory handles GET /stories/{storyId}. talk chooses what to say to it, and turn shows what it answered.
func (s *Server) showStory(w http.ResponseWriter, r *http.Request) error {
	return s.renderStory(w, r, http.StatusOK, func(v *templates.StoryPage) error {
		v.Saved = r.URL.Query().Has("saved")
		return s.fillTalk(r, v)
	})
}

// renderStory shows a story's settings; fill adds what the request is about.
func (s *Server) renderStory(w http.ResponseWriter, r *http.Request, status int, fill func(*templates.StoryPage) error) error {
	p, err := s.storyProfile(r)
	if err != nil {
		return err
	}
	v := templates.StoryPage{
		Page: s.view(r, ""), StoryHead: s.storyHead(p, "settings"), Form: storyForm(p, s.roomOfStory(p.ID)), Errors: templates.Errors{},
		Talk: newTalk(live.InputChat),
	}
	v.Title, v.Path = p.Name, storyPath(p.ID)
	for _, room := range s.engine.Rooms() {
		v.Rooms = append(v.Rooms, templates.StoryChoice{ID: room.UniqueID, Name: cmp.Or(room.Nickname, room.UniqueID) + " (@" + room.UniqueID + ")"})
	}
	if v.Muted, err = s.mutedViewers(r.Context(), p); err != nil {
		return err
	}
	if err := fill(&v); err != nil {
		return err
	}
	s.render(w, r, status, templates.Story(v))
	return nil
}

// mutedViewers names those a story does not answer, the last ones first.
func (s *Server) mutedViewers(ctx context.Context, p live.StoryProfile) ([]templates.MutedViewer, error) {
	keys := slices.Clone(p.MutedIDs)
	slices.Reverse(keys)
	keys = keys[:min(len(keys), mutedShown)]
	names, err := s.db.ViewerNames(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]templates.MutedViewer, len(keys))
	for i, key := range keys {
		out[i] = templates.MutedViewer{Key: key, Name: cmp.Or(names[key], strings.TrimLeft(key, "@~"))}
	}
	return out, nil
}

// formDirector handles POST /stories/{storyId}/director: pause, resume, mute and unmute.
func (s *Server) formDirector(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	if err := permit(r.Context(), hostAction(r.PostForm.Get("action"))); err != nil {
		return err
	}
	deedOf(r.Context()).about(r.PostForm.Get("action"))
	err := s.changeStory(r.Context(), chi.URLParam(r, "storyId"), func(p *live.StoryProfile) error {
		return applyForm(p, r.PostForm.Get("action"), r.PostForm.Get)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, ownPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// formDeleteStory handles POST /stories/{storyId}/delete. A story that is gone already is no error.
func (s *Server) formDeleteStory(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("sure") != "yes" {
		return s.renderStory(w, r, http.StatusUnprocessableEntity, func(v *templates.StoryPage) error {
			v.Errors["sure"] = v.Printer.T("story.delete.unsure")
			return nil
		})
	}
	if err := s.removeStory(r.Context(), chi.URLParam(r, "storyId")); err != nil && live.CodeOf(err) != live.CodeNotFound {
		return err
	}
	http.Redirect(w, r, "/stories", http.StatusSeeOther)
	return nil
}

var listed1 = regexp.MustCompile(`^(\w+)\[(\d+)\]$`)

// fieldErrors says in the reader's language what is wrong with each field of a form, by the field's name. A field of a group stands
// under its own name. It returns nil for an error that is about no field.
func (s *Server) fieldErrors(r *http.Request, err error) templates.Errors {
	t := s.view(r, "").Printer.T
	v, ok := errors.AsType[*story.ValidationError](err)
	if !ok {
		return nil
	}
	errs := templates.Errors{}
	for _, f := range v.Fields {
		text := f.Message
		if f.Rule != "" {
			text = t("rule."+f.Rule, f.Args)
		}
		name := f.Path[strings.LastIndexByte(f.Path, '.')+1:]
		if m := listed1.FindStringSubmatch(name); m != nil {
			name = m[1]
			text = t("story.blocked.word", "Word", wordAt(r.PostForm.Get(name), m[2]), "Why", text)
		}
		if errs[name] == "" {
			errs[name] = text
		}
	}
	return errs
}

// wordAt returns a word of a list by its number.
func wordAt(list, number string) string {
	n, err := strconv.Atoi(number)
	words := wordLines(list)
	if err != nil || n >= len(words) {
		return ""
	}
	return words[n]
}

// wordLines are the words of a text with one a line.
func wordLines(text string) []string {
	var words []string
	for line := range strings.Lines(text) {
		if word := strings.TrimSpace(line); word != "" {
			words = append(words, word)
		}
	}
	return words
}
