package templates

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"showcaller/internal/live"
)

// OverlaySort is what is typed into a field of an overlay's form.
type OverlaySort string

// The sorts.
const (
	SortText    OverlaySort = "text"
	SortArea    OverlaySort = "area"
	SortNumber  OverlaySort = "number"
	SortDecimal OverlaySort = "decimal"
	SortSeconds OverlaySort = "seconds" // in seconds, of an option in milliseconds
	SortClock   OverlaySort = "clock"   // as a clock writes it, of an option in seconds
	SortTick    OverlaySort = "tick"
	SortChoose  OverlaySort = "choose"
	SortSeveral OverlaySort = "several" // boxes to tick: their order does not matter
	SortSlots   OverlaySort = "slots"   // a list in an order: one choice a place
	SortLines   OverlaySort = "lines"   // a text a line
	SortNumbers OverlaySort = "numbers" // numbers with commas between them
	SortColour  OverlaySort = "colour"
	SortGift    OverlaySort = "gift" // a gift's id
)

// OverlayField is a field of an overlay's form: one option. It is called OverlayOption and its path.
type OverlayField struct {
	Path    string // of the option, within its row where there are rows
	Sort    OverlaySort
	Words   string   // of the choices, by what stands before each
	Choices []string // "" is the preset's own, or everybody's
	Unit    string   // behind a number
	Only    string   // the value of the row's "on" it is of use for; "" is all
}

// OverlayGroup is a part of an overlay's form.
type OverlayGroup struct {
	Name   string // of its words
	Rows   string // the path of a list; the fields stand once for each entry
	Fields []OverlayField
}

// OverlayOption stands before the path in the name of a field: the overlay has a name of its own.
const OverlayOption = "o."

func named(path string, sort OverlaySort) OverlayField { return OverlayField{Path: path, Sort: sort} }

func measured(path, unit string) OverlayField {
	return OverlayField{Path: path, Sort: SortNumber, Unit: unit}
}

func briefly(path string) OverlayField { return OverlayField{Path: path, Sort: SortSeconds, Unit: "s"} }

func choice(path, words string, choices ...string) OverlayField {
	return OverlayField{Path: path, Sort: SortChoose, Words: words, Choices: choices}
}

func several(path, words string, choices ...string) OverlayField {
	return OverlayField{Path: path, Sort: SortSeveral, Words: words, Choices: choices}
}

func only(on string, f OverlayField) OverlayField { f.Only = on; return f }

func ticks(paths ...string) []OverlayField {
	out := make([]OverlayField, len(paths))
	for i, p := range paths {
		out[i] = named(p, SortTick)
	}
	return out
}

func fields(all ...any) []OverlayField {
	var out []OverlayField
	for _, f := range all {
		switch f := f.(type) {
		case OverlayField:
			out = append(out, f)
		case []OverlayField:
			out = append(out, f...)
		}
	}
	return out
}

// OverlayGroups are all options of a kind: what is special to it first, then the look.
func OverlayGroups(kind live.OverlayKind) []OverlayGroup {
	return append(ownGroups(kind), OverlayLooks()...)
}

func ownGroups(kind live.OverlayKind) []OverlayGroup {
	switch kind {
	case live.OverlayChat:
		return chatGroups()
	case live.OverlayAlerts:
		return alertGroups()
	case live.OverlayTimer:
		return timerGroups()
	}
	return []OverlayGroup{{Name: "what", Fields: ownFields(kind)}}
}

func ownFields(kind live.OverlayKind) []OverlayField {
	switch kind {
	case live.OverlayGoal:
		return fields(choice("metric", "ov.metric.", "diamonds", "likes", "follows", "shares", "gift"), named("gift_id", SortGift),
			named("target", SortNumber), named("ladder", SortNumbers), named("title", SortText), ticks("carry", "numbers", "percent", "rehearsal"))
	case live.OverlayLeaderboard:
		return fields(choice("period", "ov.period.", "session", "day", "week", "all"), choice("metric", "ov.metric.", "diamonds", "gifts"),
			named("top", SortNumber), named("title", SortText), named("zone", SortText), ticks("avatars", "values", "rehearsal"))
	case live.OverlayCounter:
		return fields(OverlayField{
			Path: "items", Sort: SortSlots, Words: "ov.item.",
			Choices: []string{"", "viewers", "peak", "likes", "diamonds", "gifts", "follows", "shares", "comments"},
		}, ticks("labels", "icons", "rehearsal"))
	case live.OverlayTicker:
		return fields(choice("mode", "ov.mode.", "last", "list", "scroll"), named("max", SortNumber),
			several("events", "ov.event.", "gift", "follow", "subscribe", "share", "join", "question"), measured("min_diamonds", "◆"),
			ticks("avatars", "gift_pictures", "rehearsal"))
	case live.OverlayProgram:
		return fields(ticks("title", "type", "elapsed", "clock", "hour12", "countdown"), named("label", SortText), named("zone", SortText), ticks("rehearsal"))
	}
	return fields(ticks("puppet", "subtitles", "name", "sound"), choice("side", "ov.side.", "below", "above", "left", "right"), measured("volume", "%"),
		named("colours.hair", SortColour), named("colours.eyes", SortColour), named("colours.skin", SortColour), named("colours.outfit", SortColour),
		ticks("rehearsal"))
}

func chatGroups() []OverlayGroup {
	return []OverlayGroup{
		{Name: "what", Fields: fields(
			several("events", "ov.event.", "gift", "follow", "subscribe", "share", "join", "question"), measured("min_diamonds", "◆"),
			named("max_lines", SortNumber), measured("fade_after", "s"),
			ticks("newest_first", "avatars", "badges", "emotes", "stickers", "gift_pictures", "rehearsal"),
		)},
		{Name: "filter", Fields: fields(
			several("filter.roles", "ov.role.", live.Roles[:]...), named("filter.hide_words", SortLines), named("filter.hide_viewers", SortLines),
			named("filter.max_runes", SortNumber), ticks("filter.hide_links", "filter.hide_commands"),
		)},
	}
}

var overlayAnimations = []string{"", "none", "fade", "slide", "rise", "pop", "flip"}

func alertGroups() []OverlayGroup {
	return []OverlayGroup{
		{Name: "rules", Rows: "rules", Fields: fields(
			choice("on", "ov.event.", "gift", "subscribe", "follow", "share", "like", "join", "question"), named("enabled", SortTick),
			only("gift", measured("min_diamonds", "◆")), only("gift", named("gift_id", SortGift)), only("like", measured("every", "♥")),
			named("title", SortText), named("text", SortText),
			choice("sound", "ov.sound.", "none", "chime", "bell", "coin", "pop", "whoosh", "fanfare"), measured("volume", "%"),
			named("accent", SortColour), choice("animation", "ov.animation.", overlayAnimations...), briefly("show_ms"),
		)},
		{Name: "timing", Fields: fields(
			measured("volume", "%"), briefly("timing.show_ms"), briefly("timing.gap_ms"), briefly("timing.least_ms"),
			named("timing.shrink_above", SortNumber), named("timing.limit", SortNumber), named("timing.keep_seconds", SortClock),
			ticks("avatars", "gift_pictures", "bar", "rehearsal"),
		)},
	}
}

func timerGroups() []OverlayGroup {
	seconds := func(path string) OverlayField { return OverlayField{Path: path, Sort: SortDecimal, Unit: "s"} }
	return []OverlayGroup{
		{Name: "what", Fields: fields(
			named("title", SortText), named("over", SortText), named("start_seconds", SortClock), named("max_seconds", SortClock),
			seconds("per_diamond"), seconds("per_follow"), seconds("per_share"), seconds("per_subscribe"), seconds("per_100_likes"),
			ticks("show_added", "revive", "rehearsal"),
		)},
		{Name: "gifts", Rows: "gifts", Fields: fields(named("gift_id", SortGift), seconds("seconds"))},
	}
}

// OverlayLooks are the options all kinds share.
func OverlayLooks() []OverlayGroup {
	return []OverlayGroup{
		{Name: "look", Fields: fields(
			choice("look.preset", "ov.preset.", "studio", "broadcast", "candy", "neon", "paper", "bare"), measured("look.scale", "%"),
			choice("look.align", "ov.align.", "", "left", "center", "right"), choice("look.anchor", "ov.anchor.", "", "top", "middle", "bottom"),
		)},
		{Name: "colours", Fields: fields(
			named("look.text", SortColour), named("look.soft_text", SortColour), named("look.accent", SortColour), named("look.plate", SortColour),
			named("look.edge", SortColour), measured("look.plate_opacity", "%"), measured("look.radius", "px"),
		)},
		{Name: "letters", Fields: fields(
			choice("look.font", "ov.font.", "", "sans", "rounded", "condensed", "serif", "mono"), measured("look.font_size", "px"),
			named("look.weight", SortNumber), choice("look.language", "", "en", "vi", "zh", "ja"),
		)},
		{Name: "motion", Fields: fields(
			choice("look.animation", "ov.animation.", overlayAnimations...), briefly("look.speed_ms"),
			choice("look.motion", "ov.motion.", "", "reduced", "system"),
		)},
		{Name: "css", Fields: fields(named("look.css", SortArea))},
	}
}

// OverlaySlots is how many places a list in an order has.
const OverlaySlots = 8

// OverlayForm is an overlay's form as it was filled in.
type OverlayForm struct {
	Values url.Values
	Rows   map[string]int // of each list, how many rows the form has; the last one is empty, for one more
	Errors Errors         // by the name of the field
}

// get is what stands in a field.
func (f OverlayForm) get(name string) string { return f.Values.Get(name) }

// has reports whether a box is ticked.
func (f OverlayForm) has(name, value string) bool {
	return slices.Contains(f.Values[name], value)
}

// slot is what stands in a place of a list in an order.
func (f OverlayForm) slot(name string, i int) string {
	if all := f.Values[name]; i < len(all) {
		return all[i]
	}
	return ""
}

// OverlayInRow is the name of a field in a row of a list.
func OverlayInRow(list string, row int, path string) string {
	return OverlayOption + list + "[" + strconv.Itoa(row) + "]." + path
}

// wrongIn reports whether something in a row does not fit: it must be seen.
func (f OverlayForm) wrongIn(list string, row int) bool {
	for name := range f.Errors {
		if strings.HasPrefix(name, OverlayInRow(list, row, "")) {
			return true
		}
	}
	return false
}

// wrongGroup is the same of a group.
func (f OverlayForm) wrongGroup(g OverlayGroup) bool {
	for _, field := range g.Fields {
		if f.Errors[OverlayOption+field.Path] != "" {
			return true
		}
	}
	return false
}

// OverlayFieldID is a field's name as an id.
func OverlayFieldID(name string) string {
	return strings.NewReplacer("[", "-", "]", "", ".", "-").Replace(name)
}

// ruleWhat says in a line what a rule is for.
func ruleWhat(p Page, f OverlayForm, row int) string {
	get := func(path string) string { return f.get(OverlayInRow("rules", row, path)) }
	on := get("on")
	if on == "" {
		return p.t("ov.rule.new")
	}
	what := p.t("ov.event." + on)
	switch {
	case on == "gift" && get("gift_id") != "" && get("gift_id") != "0":
		what += " #" + get("gift_id")
	case on == "gift" && get("min_diamonds") != "" && get("min_diamonds") != "0":
		what += " · " + p.t("ov.rule.from", "Diamonds", get("min_diamonds"))
	case on == "like" && get("every") != "":
		what += " · " + p.t("ov.rule.every", "Likes", get("every"))
	}
	return what
}

// word is what a field is called: its own name for the kind, or the one for all.
func (f OverlayField) word(p Page, kind live.OverlayKind, list string) string {
	path := f.path(list)
	if own := "ov.field." + string(kind) + "." + path; p.t(own) != own {
		return p.t(own)
	}
	return p.t("ov.field." + path)
}

// hint is a sentence below a field; most have none.
func (f OverlayField) hint(p Page, kind live.OverlayKind, list string) string {
	for _, key := range []string{"ov.hint." + string(kind) + "." + f.path(list), "ov.hint." + f.path(list)} {
		if text := p.t(key); text != key {
			return text
		}
	}
	return ""
}

func (f OverlayField) path(list string) string {
	if list == "" {
		return f.Path
	}
	return list + "." + f.Path
}

// choiceWord is a choice in the reader's language.
func (f OverlayField) choiceWord(p Page, value string) string {
	if value == "" && f.Sort == SortSlots {
		return "–"
	}
	if value == "" && f.Path == "look.motion" {
		return p.t("ov.motion.full")
	}
	if value == "" {
		return p.t("ov.own")
	}
	if f.Path == "look.language" {
		return languageName(p, value)
	}
	return p.t(f.Words + value)
}

// attributes help whoever types: the keyboard of a phone, and what stands in an empty field.
func (f OverlayField) attributes(p Page) templ.Attributes {
	switch f.Sort {
	case SortNumber, SortSeconds:
		a := templ.Attributes{"inputmode": "decimal"}
		if strings.HasPrefix(f.Path, "look.") {
			a["placeholder"] = p.t("ov.own")
		}
		return a
	case SortClock:
		return templ.Attributes{"placeholder": "0:00:00"}
	case SortDecimal:
		return templ.Attributes{"inputmode": "decimal"}
	case SortGift:
		return templ.Attributes{"inputmode": "numeric", "list": "known-gifts"}
	case SortColour:
		return templ.Attributes{"spellcheck": "false", "placeholder": p.t("ov.own")}
	}
	return templ.Attributes{"dir": "auto"}
}
