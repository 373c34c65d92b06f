package server

import (
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

// storyForm fills the form of a story.
func storyForm(p live.StoryProfile, room string) templates.StoryForm {
	form := templates.StoryForm{
		Name: p.Name, Language: p.Language, Persona: p.Persona, Rules: p.Rules, Room: room, Responder: p.Responder, Seed: strconv.FormatInt(p.Seed, 10),
		BlockedIn: strings.Join(p.BlockedIn, "\n"), BlockedOut: strings.Join(p.BlockedOut, "\n"), Numbers: map[string]string{},
	}
	for name, n := range storyNumbers(&p) {
		if *n != 0 {
			form.Numbers[name] = strconv.Itoa(*n)
		}
	}
	return form
}

// storyNumbers are the numbers of a story that the form has, by the names of their fields.
func storyNumbers(p *live.StoryProfile) map[string]*int {
	return map[string]*int{
		"chat_kept": &p.Pacing.ChatKept, "chat_expires": &p.Pacing.ChatExpires, "viewer_pause": &p.Pacing.ViewerPause,
		"notice_every": &p.Pacing.NoticeEvery, "gift_merge": &p.Pacing.GiftMerge, "gifts_at_once": &p.Pacing.GiftsAtOnce,
		"idle_first": &p.Pacing.IdleFirst, "idle_lines": &p.Pacing.IdleLines,
		"turn_tokens": &p.Budget.TurnTokens, "day_tokens": &p.Budget.DayTokens,
	}
}

// typedStory is the form as it was sent.
func typedStory(r *http.Request) templates.StoryForm {
	get := func(name string) string { return strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n") } // as a browser sends lines
	form := templates.StoryForm{
		Name: get("name"), Language: get("language"), Persona: get("persona"), Rules: get("rules"), Room: get("room"), Responder: get("responder"),
		Seed: get("seed"), BlockedIn: get("blocked_in"), BlockedOut: get("blocked_out"), Numbers: map[string]string{},
	}
	for _, n := range slices.Concat(templates.StoryPacing, templates.StoryBudget) {
		form.Numbers[n.Name] = get(n.Name)
	}
	return form
}

// saveStory handles POST /stories/{storyId}.
func (s *Server) saveStory(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxStoryForm)
	if err := r.ParseForm(); err != nil {
		return &live.Error{Code: live.CodeInvalid, Op: "server.saveStory", Err: err}
	}
	form, id := typedStory(r), chi.URLParam(r, "storyId")
	errs := templates.Errors{}
	err := s.checkRoom(&form.Room)
	if err != nil {
		errs["room"] = s.view(r, "").Printer.T("story.room.gone")
	}
	err = s.changeStory(r.Context(), id, func(p *live.StoryProfile) error {
		s.applyStory(r, form, p, errs)
		if err := story.Check(*p); err != nil {
			for name, text := range s.fieldErrors(r, err) {
				if errs[name] == "" {
					errs[name] = text
				}
			}
		}
		if len(errs) > 0 {
			return errRefused
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		return s.renderStory(w, r, http.StatusUnprocessableEntity, func(v *templates.StoryPage) error {
			v.Form, v.Errors = form, errs
			return nil
		})
	}
	if err == nil {
		err = s.bindStory(r.Context(), id, form.Room)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, storyPath(id)+"?saved=1", http.StatusSeeOther)
	return nil
}

// errRefused keeps a form that does not fit from being saved; what is wrong with it is told beside its fields.
var errRefused = live.Errorf(live.CodeInvalid, "The form does not fit.")

// applyStory puts what was typed into a story. What is no number is told in errs.
func (s *Server) applyStory(r *http.Request, form templates.StoryForm, p *live.StoryProfile, errs templates.Errors) {
	t := s.view(r, "").Printer.T
	p.Name, p.Language, p.Persona, p.Rules = strings.TrimSpace(form.Name), form.Language, form.Persona, form.Rules
	p.Responder, p.BlockedIn, p.BlockedOut = form.Responder, wordLines(form.BlockedIn), wordLines(form.BlockedOut)
	if seed, err := strconv.ParseInt(strings.TrimSpace(form.Seed), 10, 64); err == nil {
		p.Seed = seed
	} else {
		errs["seed"] = t("rule.number")
	}
	for name, n := range storyNumbers(p) {
		typed := strings.TrimSpace(form.Numbers[name])
		if typed == "" {
			*n = 0
			continue
		}
		number, err := strconv.Atoi(typed)
		if err != nil {
			errs[name] = t("rule.number")
			continue
		}
		*n = number
	}
}
