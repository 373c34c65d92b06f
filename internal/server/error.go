package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/web/catalog"
	"showcaller/web/templates"
)

// statuses is the one table from codes to HTTP.
var statuses = map[live.Code]int{
	live.CodeInvalid:      http.StatusUnprocessableEntity,
	live.CodeUnauthorized: http.StatusUnauthorized,
	live.CodeForbidden:    http.StatusForbidden,
	live.CodeNotFound:     http.StatusNotFound,
	live.CodeConflict:     http.StatusConflict,
	live.CodeLimited:      http.StatusTooManyRequests,
	live.CodeUpstream:     http.StatusBadGateway,
	live.CodeUnavailable:  http.StatusServiceUnavailable,
	live.CodeInternal:     http.StatusInternalServerError,
}

func statusOf(err error) int { return statuses[live.CodeOf(err)] }

// codeOf names a status that did not come from an error of ours, for the problem's stable code.
func codeOf(status int) live.Code {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusMethodNotAllowed:
		return live.CodeInvalid
	}
	for code, s := range statuses {
		if s == status {
			return code
		}
	}
	return live.CodeInternal
}

// page turns a handler that returns an error into one that shows it: the only place where pages fail.
func (s *Server) page(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.showError(w, r, err)
		}
	}
}

func (s *Server) showError(w http.ResponseWriter, r *http.Request, err error) {
	if wentAway(r, err) {
		return
	}
	id := s.report(r, err)
	if strings.HasPrefix(r.URL.Path, "/api/") {
		problemOf(err, id).write(w)
		return
	}
	p := s.view(r, "")
	code := live.CodeOf(err)
	p.Title = p.Printer.T("error." + string(code) + ".title")
	s.render(w, r, statusOf(err), templates.Error(templates.ErrorPage{Page: p, Code: code, Message: messageFor(p.Printer, err), ID: id}))
}

// messageFor says what happened more exactly than the code, in the reader's language; "" where there are no such words. What an error
// says of itself is English.
func messageFor(p *catalog.Printer, err error) string {
	e, ok := errors.AsType[*live.Error](err)
	switch {
	case !ok || e.Code == live.CodeInternal:
		return ""
	case e.Reason != "":
		return p.T("reason." + string(e.Reason))
	case p.Lang() == "en":
		return e.Msg
	}
	return ""
}

// wentAway reports whether a request failed because whoever asked did not wait: nobody reads an answer, and it is nobody's fault.
func wentAway(r *http.Request, err error) bool {
	return errors.Is(err, context.Canceled) && r.Context().Err() != nil
}

// report logs what is our fault, with a number that the person can name, and returns that number.
func (s *Server) report(r *http.Request, err error) string {
	return s.reportAs(err, "method", r.Method, "path", masked(r.URL))
}

// reportOperation is report for an operation of the API.
func (s *Server) reportOperation(name string, err error) string {
	if errors.Is(err, context.Canceled) {
		return ""
	}
	return s.reportAs(err, "operation", name)
}

func (s *Server) reportAs(err error, what ...any) string {
	if code := live.CodeOf(err); code != live.CodeInternal && code != live.CodeUnavailable {
		return ""
	}
	id := randomToken()[:8]
	s.log.Error("request failed", append([]any{"id", id, "err", err}, what...)...)
	return id
}

func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
				panic(p)
			}
			s.showError(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// render writes a page. It is rendered whole before the status goes out, so that a failure still gets its own page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	w.Header().Set("Cache-Control", "no-store")
	templ.Handler(c, templ.WithStatus(status), templ.WithErrorHandler(func(_ *http.Request, err error) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "error "+s.report(r, err), http.StatusInternalServerError)
		})
	})).ServeHTTP(w, r)
}

// problem is RFC 9457's application/problem+json with a code that programs can rely on.
type problem struct {
	Type   string         `json:"type" doc:"always about:blank"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Code   live.Code      `json:"code" enum:"invalid,unauthorized,forbidden,not_found,conflict,limited,upstream,unavailable,internal"`
	Reason live.Reason    `json:"reason,omitempty" doc:"TikTok's or the connection's own cause, where there is one"`
	Detail string         `json:"detail,omitempty" doc:"what happened, whose fault it is, what to do next"`
	ID     string         `json:"instance,omitempty" doc:"what to look for in the log"`
	Errors []problemField `json:"errors,omitempty"`
	Retry  int            `json:"retry_after,omitempty" doc:"seconds; also in Retry-After"`
}

type problemField struct {
	Path    string         `json:"path" doc:"where in the request, for example body.data.gift.id"`
	Message string         `json:"message"`
	Rule    string         `json:"rule,omitempty" doc:"which rule is broken, where it is one of a story's or an overlay's: for words in other languages"`
	Args    map[string]any `json:"args,omitempty" doc:"what such words name, for example Most"`
}

func problemOf(err error, id string) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	status := statusOf(err)
	p := &problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: live.CodeOf(err), Reason: live.ReasonOf(err),
		Detail: live.MessageOf(err), ID: id,
	}
	if e, ok := errors.AsType[*live.Error](err); ok {
		if e.Field != "" {
			p.Errors = []problemField{{Path: "body." + e.Field, Message: e.Msg}}
		}
		if p.Code == live.CodeLimited {
			p.Retry = max(1, int(math.Ceil(time.Until(e.RetryAt).Seconds())))
		}
	}
	p.refine(err)
	return p
}

// refine tells all that is wrong with a story input, and apart from that what is no input at all.
func (p *problem) refine(err error) {
	if errors.Is(err, story.ErrMalformed) {
		p.Status = http.StatusBadRequest
	}
	p.Title = http.StatusText(p.Status)
	if v, ok := errors.AsType[*story.ValidationError](err); ok {
		p.Errors = nil
		for _, f := range v.Fields {
			p.Errors = append(p.Errors, problemField{strings.TrimSuffix("body."+f.Path, "."), f.Message, f.Rule, f.Args})
		}
	}
	if v, ok := errors.AsType[live.FieldErrors](err); ok {
		p.Errors = nil
		for _, f := range v {
			p.Errors = append(p.Errors, problemField{strings.TrimSuffix("body."+f.Path, "."), f.Message, f.Rule, f.Args()})
		}
	}
}

// newProblem makes the problem for what huma itself refuses.
func newProblem(status int, msg string, errs ...error) huma.StatusError {
	p := &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: codeOf(status), Detail: msg}
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, problemField{Path: detail.Location, Message: detail.Message})
		} else if err != nil {
			return problemOf(err, "")
		}
	}
	return p
}

func init() { huma.NewError = newProblem } // huma's only way to give errors another shape

// Error implements error.
func (p *problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.Retry))
	}
	return h
}

func (p *problem) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone
}
