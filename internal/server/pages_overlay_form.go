package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/catalog"
	"showcaller/web/templates"
)

// A form's fields are called as the options they set, so that what is wrong with an option is told beside its field.

// showOverlayEditor handles GET /overlays/{id}.
func (s *Server) showOverlayEditor(w http.ResponseWriter, r *http.Request) error {
	o, err := s.overlayInPath(r)
	if err != nil {
		return err
	}
	return s.renderOverlay(w, r, o, http.StatusOK, func(v *templates.OverlayPage) {
		v.Saved, v.Made = r.URL.Query().Has("saved"), r.URL.Query().Has("made")
	})
}

// overlayForm fills the form of an overlay.
func overlayForm(o db.Overlay) (templates.OverlayForm, error) {
	form := templates.OverlayForm{Rows: map[string]int{}, Values: url.Values{
		"name": {o.Name}, "width": {strconv.Itoa(o.Size.Width)}, "height": {strconv.Itoa(o.Size.Height)}, "fps": {strconv.Itoa(o.Size.FPS)},
	}}
	raw, err := json.Marshal(o.Options)
	if err != nil {
		return form, err
	}
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		return form, err
	}
	for _, g := range templates.OverlayGroups(o.Kind) {
		if g.Rows == "" {
			fillFields(form.Values, g.Fields, all, func(path string) string { return templates.OverlayOption + path })
			continue
		}
		rows, _ := optionAt(all, g.Rows).([]any)
		for i, row := range rows {
			entry, _ := row.(map[string]any)
			fillFields(form.Values, g.Fields, entry, func(path string) string { return templates.OverlayInRow(g.Rows, i, path) })
		}
		form.Rows[g.Rows] = len(rows) + 1
	}
	return form, nil
}

func fillFields(into url.Values, fields []templates.OverlayField, from map[string]any, name func(path string) string) {
	for _, f := range fields {
		values := optionTexts(optionAt(from, f.Path))
		switch f.Sort {
		case templates.SortLines:
			values = []string{strings.Join(values, "\n")}
		case templates.SortNumbers:
			values = []string{strings.Join(values, ", ")}
		case templates.SortSeconds:
			values = inUnit(values, func(ms float64) string { return strconv.FormatFloat(ms/1000, 'f', -1, 64) })
		case templates.SortClock:
			values = inUnit(values, clockText)
		}
		into[name(f.Path)] = values
	}
}

// inUnit writes numbers as people type them.
func inUnit(values []string, write func(float64) string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if out[i] = v; err == nil {
			out[i] = write(n)
		}
	}
	return out
}

// clockText writes a time as readClock reads it: a short one in seconds.
func clockText(seconds float64) string {
	n := int64(seconds)
	switch {
	case n < 60:
		return strconv.FormatInt(n, 10)
	case n < 3600:
		return fmt.Sprintf("%d:%02d", n/60, n%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
}

// optionAt is what stands at a path; nil where nothing does.
func optionAt(all map[string]any, path string) any {
	head, rest, more := strings.Cut(path, ".")
	if !more {
		return all[head]
	}
	inner, _ := all[head].(map[string]any)
	return optionAt(inner, rest)
}

func optionTexts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case json.Number:
		return []string{v.String()}
	case bool:
		if v {
			return []string{"on"}
		}
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, optionTexts(e)...)
		}
		return all
	}
	return nil
}

// overlayDraft is an overlay as somebody typed it.
type overlayDraft struct {
	form    templates.OverlayForm
	overlay live.Overlay
	rowAt   map[string][]int // of each list, the rows of the form its entries are from
}

var rowIndex = regexp.MustCompile(`^(\w+)\[(\d+)\](?:\.|$)`)

// readOverlay reads what was typed into an overlay's form. What does not fit stands in the draft's errors.
func readOverlay(o live.Overlay, typed url.Values, p *catalog.Printer) overlayDraft {
	d := overlayDraft{form: templates.OverlayForm{Values: typed, Rows: map[string]int{}, Errors: templates.Errors{}}, overlay: o, rowAt: map[string][]int{}}
	d.overlay.Name = strings.TrimSpace(typed.Get("name"))
	for name, n := range map[string]*int{"width": &d.overlay.Size.Width, "height": &d.overlay.Size.Height, "fps": &d.overlay.Size.FPS} {
		*n, _ = strconv.Atoi(strings.TrimSpace(typed.Get(name))) // 0 fits nowhere
	}
	all := map[string]any{}
	for _, g := range templates.OverlayGroups(o.Kind) {
		if g.Rows == "" {
			d.read(all, g.Fields, p, func(path string) string { return templates.OverlayOption + path })
		} else {
			all[g.Rows] = d.readRows(g, p)
		}
	}
	var err error
	patch, failed := json.Marshal(all)
	if d.overlay.Options, err = live.PatchOptions(live.DefaultOptions(o.Kind), patch); failed != nil || err != nil {
		d.refuse(errors.Join(failed, err), p)
	}
	d.refuse(live.CheckOverlayName(d.overlay.Name), p)
	d.refuse(live.CheckSize(d.overlay.Size), p)
	return d
}

// readRows reads a list of entries. An empty row is no entry, nor is one that is to go.
func (d *overlayDraft) readRows(g templates.OverlayGroup, p *catalog.Printer) []any {
	rows := []any{}
	first := g.Fields[0].Path
	for i := 0; ; i++ {
		name := func(path string) string { return templates.OverlayInRow(g.Rows, i, path) }
		if _, ok := d.form.Values[name(first)]; !ok || i > 1000 {
			d.form.Rows[g.Rows] = i
			return rows
		}
		if d.form.Values.Get(name(first)) == "" || d.form.Values.Has(name("remove")) {
			continue
		}
		entry := map[string]any{}
		d.read(entry, g.Fields, p, name)
		rows, d.rowAt[g.Rows] = append(rows, entry), append(d.rowAt[g.Rows], i)
	}
}

// read puts what was typed into options. What is empty is left to the default.
func (d *overlayDraft) read(into map[string]any, fields []templates.OverlayField, p *catalog.Printer, name func(path string) string) {
	for _, f := range fields {
		v, ok := d.value(f, name(f.Path))
		if !ok {
			d.form.Errors[name(f.Path)] = p.T(noValue(f.Sort))
		}
		if v != nil {
			putOption(into, f.Path, v)
		}
	}
}

// noValue says that what was typed cannot be read.
func noValue(sort templates.OverlaySort) string {
	if sort == templates.SortClock {
		return "rule.clock"
	}
	return "rule.number"
}

// value is what was typed into a field; nil for nothing, false for what is no number where one must be.
func (d *overlayDraft) value(f templates.OverlayField, name string) (any, bool) {
	all := d.form.Values[name]
	text := strings.TrimSpace(d.form.Values.Get(name))
	switch f.Sort {
	case templates.SortTick:
		return slices.Contains(all, "on"), true
	case templates.SortSeveral, templates.SortSlots:
		return withoutEmpty(all), true
	case templates.SortLines:
		return withoutEmpty(wordLines(text)), true
	case templates.SortNumbers:
		return numbersIn(text)
	case templates.SortNumber, templates.SortGift:
		return numberIn(text)
	case templates.SortDecimal:
		return decimalIn(text, 1)
	case templates.SortSeconds:
		n, ok := decimalIn(text, 1000)
		if ms, typed := n.(float64); typed {
			return int64(math.Round(ms)), ok
		}
		return n, ok
	case templates.SortClock:
		if text == "" {
			return nil, true
		}
		return readClock(text)
	case templates.SortArea:
		return strings.ReplaceAll(d.form.Values.Get(name), "\r\n", "\n"), true
	}
	return text, true
}

// decimalIn reads a number as people write it, and returns so many times as much.
func decimalIn(text string, times float64) (any, bool) {
	if text == "" {
		return nil, true
	}
	n, err := strconv.ParseFloat(strings.NewReplacer(" ", "", "\u00a0", "", ",", ".").Replace(text), 64)
	if err != nil || n != n || n > 1e12 || n < -1e12 {
		return nil, false
	}
	return n * times, true
}

func withoutEmpty(all []string) []string {
	return slices.DeleteFunc(append([]string{}, all...), func(s string) bool { return s == "" })
}

// numberIn reads a whole number as people write it, with or without marks between the thousands.
func numberIn(text string) (any, bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "_", "").Replace(text)
	if text == "" {
		return nil, true
	}
	if grouped.MatchString(text) {
		text = strings.NewReplacer(",", "", ".", "").Replace(text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

var (
	grouped = regexp.MustCompile(`^-?\d{1,3}([.,]\d{3})+$`)
	between = regexp.MustCompile(`[\s;]+|,\s+|,`)
)

// numbersIn reads whole numbers with something between them.
func numbersIn(text string) (any, bool) {
	all := []int64{}
	for _, part := range between.Split(text, -1) {
		if part == "" {
			continue
		}
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, false
		}
		all = append(all, n)
	}
	return all, true
}

// putOption sets what stands at a path.
func putOption(into map[string]any, path string, v any) {
	head, rest, more := strings.Cut(path, ".")
	if !more {
		into[head] = v
		return
	}
	inner, ok := into[head].(map[string]any)
	if !ok {
		inner = map[string]any{}
		into[head] = inner
	}
	putOption(inner, rest, v)
}

// refuse notes what is wrong, beside the field of the form it is about.
func (d *overlayDraft) refuse(err error, p *catalog.Printer) {
	found, ok := errors.AsType[live.FieldErrors](err)
	if !ok && err != nil {
		found = live.FieldErrors{{Path: "name", Message: live.MessageOf(err)}}
	}
	for _, f := range found {
		if name := d.fieldOf(f.Path); d.form.Errors[name] == "" {
			d.form.Errors[name] = typedWords(p, f)
		}
	}
}

// typedWords is ruleWords with the limits of a time as times are typed.
func typedWords(p *catalog.Printer, f live.FieldError) string {
	write := func(limit int64) string { return p.Decimal(float64(limit)/1000, 1) }
	switch {
	case f.Rule == "range" && strings.HasSuffix(f.Path, "_ms"):
	case f.Rule == "range" && strings.HasSuffix(f.Path, "_seconds"):
		write = func(limit int64) string { return clockText(float64(limit)) }
	default:
		return ruleWords(p, f)
	}
	return p.T("rule.range", "Least", write(f.Min), "Most", write(f.Max))
}

// fieldOf is the field that an option's path is typed into.
func (d *overlayDraft) fieldOf(path string) string {
	path, isOption := strings.CutPrefix(path, "options.")
	if !isOption {
		return strings.TrimPrefix(path, "size.")
	}
	if m := rowIndex.FindStringSubmatch(path); m != nil && d.rowAt[m[1]] != nil {
		n, err := strconv.Atoi(m[2])
		if at := d.rowAt[m[1]]; err == nil && n < len(at) {
			return templates.OverlayInRow(m[1], at[n], path[len(m[0]):])
		}
	}
	path, _, _ = strings.Cut(path, "[") // an entry of a list that is typed into one field
	return templates.OverlayOption + path
}

// entryAt is the entry of a list that a field of the form belongs to; -1 if it belongs to none.
func (d *overlayDraft) entryAt(list, field string) int {
	m := rowIndex.FindStringSubmatch(strings.TrimPrefix(field, templates.OverlayOption))
	if m == nil || m[1] != list {
		return -1
	}
	row, err := strconv.Atoi(m[2])
	if err != nil {
		return -1
	}
	return slices.Index(d.rowAt[list], row)
}

// ruleWords says what is wrong with a field in the reader's language.
func ruleWords(p *catalog.Printer, f live.FieldError) string {
	if text := p.T("rule."+f.Rule, f.Args()); f.Rule != "" && text != "rule."+f.Rule {
		return text
	}
	return f.Message
}

// typedOverlay reads the form that was sent for the overlay in the path.
func (s *Server) typedOverlay(w http.ResponseWriter, r *http.Request) (db.Overlay, overlayDraft, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxOverlayForm)
	if err := r.ParseForm(); err != nil {
		return db.Overlay{}, overlayDraft{}, &live.Error{Code: live.CodeInvalid, Op: "server.typedOverlay", Err: err}
	}
	o, err := s.overlayInPath(r)
	if err != nil {
		return o, overlayDraft{}, err
	}
	return o, readOverlay(o.Overlay, r.PostForm, s.view(r, "").Printer), nil
}

// saveOverlay handles POST /overlays/{id}. Pages that show the overlay follow at once.
func (s *Server) saveOverlay(w http.ResponseWriter, r *http.Request) error {
	s.overlayChanges.Lock()
	defer s.overlayChanges.Unlock()
	o, draft, err := s.typedOverlay(w, r)
	if err != nil {
		return err
	}
	if len(draft.form.Errors) > 0 {
		return s.renderOverlay(w, r, o, http.StatusUnprocessableEntity, func(v *templates.OverlayPage) { v.Form = draft.form })
	}
	if err := s.changeOverlay(r.Context(), draft.overlay); err != nil {
		return err
	}
	http.Redirect(w, r, overlayPath(o.ID)+"?saved=1", http.StatusSeeOther)
	return nil
}

// overlayDraftAnswer tells the editor's preview what to show.
type overlayDraftAnswer struct {
	Size   live.OverlaySize `json:"size"`
	Errors []string         `json:"errors"` // the ids of the fields that do not fit
}

// draftOverlay handles POST /overlays/{id}/draft: the preview of the page that asks shows what saving the form would make of the overlay.
// Nothing is saved, so what does not fit is no failure but the answer, and changes nothing.
func (s *Server) draftOverlay(w http.ResponseWriter, r *http.Request) error {
	_, draft, err := s.typedOverlay(w, r)
	if err != nil {
		return err
	}
	answer := overlayDraftAnswer{Size: draft.overlay.Size, Errors: []string{}}
	for name := range draft.form.Errors {
		answer.Errors = append(answer.Errors, templates.OverlayFieldID(name))
	}
	if slices.Sort(answer.Errors); len(answer.Errors) == 0 {
		if err := s.draftPreview(r, draft); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(answer)
}
