package server

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/web/templates"
)

const maxMemory = 2000 // runes of what is remembered, as the API has it

// showMessages handles GET /stories/{storyId}/messages.
func (s *Server) showMessages(w http.ResponseWriter, r *http.Request) error {
	p, err := s.storyProfile(r)
	if err != nil {
		return err
	}
	before, err := cursorNumber(r.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	v := templates.StoryMessagesPage{Page: s.view(r, ""), StoryHead: s.storyHead(p, "messages"), First: before == 0}
	v.Title = p.Name + " · " + v.Printer.T("story.tab.messages")
	if v.Messages, err = s.db.StoryMessages(r.Context(), p.ID, before, messagesShown+1); err != nil {
		return err
	}
	if len(v.Messages) > messagesShown {
		v.Messages = v.Messages[:messagesShown]
		v.Next = strconv.FormatInt(v.Messages[messagesShown-1].ID, 10)
	}
	s.render(w, r, http.StatusOK, templates.StoryMessages(v))
	return nil
}

// showMemory handles GET /stories/{storyId}/memory: what the story would recall of q, or the newest.
func (s *Server) showMemory(w http.ResponseWriter, r *http.Request) error {
	return s.renderMemory(w, r, http.StatusOK, r.URL.Query().Get("q"), func(v *templates.StoryMemoryPage) {
		if done := r.URL.Query().Get("done"); done == "changed" || done == "forgotten" {
			v.Done = done
		}
	})
}

func (s *Server) renderMemory(w http.ResponseWriter, r *http.Request, status int, q string, fill func(*templates.StoryMemoryPage)) error {
	p, err := s.storyProfile(r)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(q) > maxMemory {
		q = string([]rune(q)[:maxMemory])
	}
	v := templates.StoryMemoryPage{Page: s.view(r, ""), StoryHead: s.storyHead(p, "memory"), Query: q}
	v.Title, v.Path = p.Name+" · "+v.Printer.T("story.tab.memory"), memoryPath(p.ID, q, "")
	if v.Found, err = s.db.RecallStory(r.Context(), p.ID, "", q, memoriesShown); err != nil {
		return err
	}
	fill(&v)
	s.render(w, r, status, templates.StoryMemory(v))
	return nil
}

func memoryPath(id, q, done string) string {
	query := url.Values{}
	if q != "" {
		query.Set("q", q)
	}
	if done != "" {
		query.Set("done", done)
	}
	path := storyPath(id) + "/memory"
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// formMemory handles POST /stories/{storyId}/memory/{message}: edit with a text, or forget. Forgetting twice is no error.
func (s *Server) formMemory(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	story, q := chi.URLParam(r, "storyId"), r.PostForm.Get("q")
	id, err := strconv.ParseInt(chi.URLParam(r, "message"), 10, 64)
	if err != nil {
		return &live.Error{Code: live.CodeNotFound, Op: "server.formMemory"}
	}
	done := "forgotten"
	switch r.PostForm.Get("action") {
	case "forget":
		if err = s.db.ForgetStoryMemory(r.Context(), story, id); live.CodeOf(err) == live.CodeNotFound {
			err = nil
		}
	case "edit":
		text := strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")
		if wrong := s.wrongMemory(r, text); wrong != "" {
			return s.renderMemory(w, r, http.StatusUnprocessableEntity, q, func(v *templates.StoryMemoryPage) {
				v.Wrong, v.Text, v.Errors = id, text, templates.Errors{"text": wrong}
			})
		}
		done, err = "changed", s.db.EditStoryMemory(r.Context(), story, id, strings.TrimSpace(text))
	default:
		err = &live.Error{Code: live.CodeInvalid, Op: "server.formMemory", Field: "action"}
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, memoryPath(story, q, done), http.StatusSeeOther)
	return nil
}

// wrongMemory says in the reader's language why a text cannot be remembered, or "".
func (s *Server) wrongMemory(r *http.Request, text string) string {
	t := s.view(r, "").Printer.T
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return t("rule.required")
	case n > maxMemory:
		return t("rule.long", "Has", n, "Most", maxMemory)
	}
	return ""
}
