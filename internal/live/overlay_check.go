package live

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// FieldError says what is wrong with one field. Rule and its numbers let a page say it in the reader's language.
type FieldError struct {
	Path    string // "rules[0].title"
	Rule    string // "range", "one_of", "length", "colour", "zone", "ascending", "placeholder", "count", "type", "unknown", "object", "css", "file_…", "scenario_…"
	Min     int64
	Max     int64
	Allowed string // of one_of and placeholder: what may stand there
	Message string // in English
}

// Args returns what the words for Rule name.
func (e FieldError) Args() map[string]any {
	switch e.Rule {
	case "range", "length", "count", "ascending", "css", "scenario_events", "scenario_minutes":
		return map[string]any{"Least": e.Min, "Most": e.Max}
	case "one_of", "placeholder":
		return map[string]any{"Allowed": e.Allowed}
	case "file_event":
		return map[string]any{"Number": e.Min}
	}
	return nil
}

// FieldErrors is everything that is wrong with something, as the cause of an *Error with CodeInvalid.
type FieldErrors []FieldError

// Error names every field.
func (f FieldErrors) Error() string {
	parts := make([]string, len(f))
	for i, e := range f {
		parts[i] = strings.TrimPrefix(e.Path+": "+e.Message, ": ")
	}
	return strings.Join(parts, " ")
}

// BadFile is a file that is refused: by which rule, and for "file_event" by which of its events.
func BadFile(rule string, event int, message string, cause error) *Error {
	found := FieldErrors{{Path: "file", Rule: rule, Min: int64(event), Message: message}}
	return &Error{Code: CodeInvalid, Op: "live.Import", Field: "file", Msg: message, Err: errors.Join(found, cause)}
}

func badOptions(e FieldError) error {
	e.Path = belowOptions(e.Path)
	return (&wrong{[]FieldError{e}}).found("live.Options")
}

func belowOptions(path string) string { return strings.TrimSuffix("options."+path, ".") }

// CheckOptions reports everything that is wrong with options, each with its path below "options".
func CheckOptions(o OverlayOptions) error {
	w := &wrong{}
	o.Appearance().check(w)
	o.check(w)
	for i := range w.errs {
		w.errs[i].Path = belowOptions(w.errs[i].Path)
	}
	return w.found("live.Options")
}

// CheckOverlayName reports what is wrong with an overlay's name. An empty one is none.
func CheckOverlayName(name string) error {
	w := &wrong{}
	w.text("name", name, 80)
	return w.found("live.CheckOverlayName")
}

// CheckSize reports what is wrong with a size.
func CheckSize(s OverlaySize) error {
	w := &wrong{}
	w.number("size.width", s.Width, 50, 7680)
	w.number("size.height", s.Height, 50, 7680)
	w.number("size.fps", s.FPS, 1, 120)
	return w.found("live.CheckSize")
}

// wrong collects what does not fit.
type wrong struct{ errs []FieldError }

// found is everything that does not fit as one error, or nil.
func (w *wrong) found(op string) error {
	if len(w.errs) == 0 {
		return nil
	}
	return &Error{Code: CodeInvalid, Op: op, Field: w.errs[0].Path, Msg: w.errs[0].Message, Err: FieldErrors(w.errs)}
}

func (w *wrong) add(e FieldError) { w.errs = append(w.errs, e) }

func (w *wrong) number(path string, n, least, most int) {
	w.whole(path, int64(n), int64(least), int64(most))
}

func (w *wrong) whole(path string, n, least, most int64) {
	if n < least || n > most {
		w.add(FieldError{path, "range", least, most, "", fmt.Sprintf("This must be a whole number from %d to %d.", least, most)})
	}
}

func (w *wrong) seconds(path string, n float64) {
	if !(n >= 0 && n <= 86_400) { // NaN too
		w.add(FieldError{path, "range", 0, 86_400, "", "This must be a number from 0 to 86,400."})
	}
}

func (w *wrong) text(path, s string, most int) {
	if utf8.RuneCountInString(s) > most {
		w.add(FieldError{path, "length", 0, int64(most), "", fmt.Sprintf("This may have %d characters.", most)})
	}
}

func (w *wrong) list(path string, n, most int) {
	if n > most {
		w.add(FieldError{path, "count", 0, int64(most), "", fmt.Sprintf("This may have %d entries.", most)})
	}
}

// oneOf accepts an empty value where the list has one.
func oneOf[T ~string](w *wrong, path string, v T, allowed ...T) {
	if slices.Contains(allowed, v) {
		return
	}
	var names []string
	for _, a := range allowed {
		if a != "" {
			names = append(names, string(a))
		}
	}
	list := strings.Join(names, ", ")
	w.add(FieldError{path, "one_of", 0, 0, list, "This must be one of " + list + "."})
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

func (w *wrong) colour(path, s string) {
	if s != "" && !colour.MatchString(s) {
		w.add(FieldError{path, "colour", 0, 0, "", "This must be a colour like #ffb224."})
	}
}

func (w *wrong) zone(path, s string) {
	if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
		w.add(FieldError{path, "zone", 0, 0, "", "This must be a time zone like Asia/Ho_Chi_Minh."})
	}
}

const cssBytes = 20_000

func (l OverlayLook) check(w *wrong) {
	oneOf(w, "look.preset", l.Preset, PresetStudio, PresetBroadcast, PresetCandy, PresetNeon, PresetPaper, PresetBare)
	oneOf(w, "look.language", l.Language, "", "en", "vi", "zh", "ja")
	w.number("look.scale", l.Scale, 25, 400)
	oneOf(w, "look.align", l.Align, "", AlignLeft, AlignCenter, AlignRight)
	oneOf(w, "look.anchor", l.Anchor, "", AnchorTop, AnchorMiddle, AnchorBottom)
	oneOf(w, "look.font", l.Font, "", FontSans, FontRounded, FontCondensed, FontSerif, FontMono)
	oneOf(w, "look.animation", l.Animation, "", AnimationNone, AnimationFade, AnimationSlide, AnimationRise, AnimationPop, AnimationFlip)
	oneOf(w, "look.motion", l.Motion, "", MotionFull, MotionReduced, MotionSystem)
	if l.FontSize != 0 {
		w.number("look.font_size", l.FontSize, 8, 200)
	}
	if l.Weight != 0 {
		w.number("look.weight", l.Weight, 300, 900)
	}
	if l.Speed != 0 {
		w.number("look.speed_ms", l.Speed, 100, 1000)
	}
	if l.Radius != nil {
		w.number("look.radius", *l.Radius, 0, 80)
	}
	if l.PlateOpacity != nil {
		w.number("look.plate_opacity", *l.PlateOpacity, 0, 100)
	}
	w.colour("look.text", l.Text)
	w.colour("look.soft_text", l.SoftText)
	w.colour("look.accent", l.Accent)
	w.colour("look.plate", l.Plate)
	w.colour("look.edge", l.Edge)
	if len(l.CSS) > cssBytes || strings.ContainsRune(l.CSS, 0) {
		w.add(FieldError{"look.css", "css", 0, cssBytes, "", fmt.Sprintf("This may have %d bytes.", cssBytes)})
	}
}

func (o *ChatOptions) check(w *wrong) {
	w.number("max_lines", o.MaxLines, 1, 60)
	w.number("fade_after", o.FadeAfter, 0, 600)
	w.number("min_diamonds", o.MinDiamonds, 0, 1_000_000)
	w.kinds("events", o.Events, KindGift, KindFollow, KindShare, KindJoin, KindSubscribe, KindQuestion)
	f := o.Filter
	for i, role := range f.Roles {
		oneOf(w, fmt.Sprintf("filter.roles[%d]", i), role, Roles[:]...)
	}
	w.words("filter.hide_viewers", f.Viewers)
	w.words("filter.hide_words", f.Words)
	w.number("filter.max_runes", f.MaxRunes, 0, 500)
}

func (w *wrong) kinds(path string, kinds []Kind, allowed ...Kind) {
	for i, k := range kinds {
		oneOf(w, fmt.Sprintf("%s[%d]", path, i), k, allowed...)
	}
	w.list(path, len(kinds), len(allowed))
}

func (w *wrong) words(path string, words []string) {
	w.list(path, len(words), 500)
	for i, s := range words {
		w.text(fmt.Sprintf("%s[%d]", path, i), s, 100)
	}
}

const alertRules = 50

func (o *AlertsOptions) check(w *wrong) {
	w.list("rules", len(o.Rules), alertRules)
	for i, r := range o.Rules {
		r.check(w, fmt.Sprintf("rules[%d].", i))
	}
	w.number("volume", o.Volume, 0, 100)
	t := o.Timing
	w.number("timing.show_ms", t.ShowMS, 1000, 60_000)
	w.number("timing.gap_ms", t.GapMS, 0, 10_000)
	w.number("timing.least_ms", t.LeastMS, 1000, max(1000, t.ShowMS))
	w.number("timing.shrink_above", t.ShrinkAbove, 1, 100)
	w.number("timing.limit", t.Limit, 1, 100)
	w.number("timing.keep_seconds", t.KeepSeconds, 10, 3600)
}

func (r AlertRule) check(w *wrong, at string) {
	oneOf(w, at+"on", r.On, KindGift, KindSubscribe, KindFollow, KindShare, KindLike, KindJoin, KindQuestion)
	w.number(at+"min_diamonds", r.MinDiamonds, 0, 10_000_000)
	w.whole(at+"gift_id", r.GiftID, 0, 1<<53)
	if r.On == KindLike && r.Enabled || r.Every != 0 {
		w.whole(at+"every", r.Every, 10, 100_000_000)
	}
	w.template(at+"title", r.Title)
	w.template(at+"text", r.Text)
	oneOf(w, at+"sound", r.Sound, SoundNone, SoundChime, SoundBell, SoundCoin, SoundPop, SoundWhoosh, SoundFanfare)
	w.number(at+"volume", r.Volume, 0, 100)
	w.colour(at+"accent", r.Accent)
	oneOf(w, at+"animation", r.Animation, "", AnimationNone, AnimationFade, AnimationSlide, AnimationRise, AnimationPop, AnimationFlip)
	if r.ShowMS != 0 {
		w.number(at+"show_ms", r.ShowMS, 1000, 60_000)
	}
}

// AlertPlaceholders are the names a template may hold in braces.
func AlertPlaceholders() []string {
	return []string{"nickname", "handle", "gift", "count", "diamonds", "likes", "months", "text", "room"}
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

func (w *wrong) template(path, s string) {
	w.text(path, s, 200)
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		if !slices.Contains(AlertPlaceholders(), m[1]) {
			list := "{" + strings.Join(AlertPlaceholders(), "} {") + "}"
			w.add(FieldError{path, "placeholder", 0, 0, list, m[0] + " is no placeholder. There are " + list + "."})
			return
		}
	}
}

const (
	goalMost  = 1_000_000_000_000
	goalSteps = 20
)

func (o *GoalOptions) check(w *wrong) {
	oneOf(w, "metric", o.Metric, GoalDiamonds, GoalLikes, GoalFollows, GoalShares, GoalGift)
	if o.Metric == GoalGift {
		w.whole("gift_id", o.GiftID, 1, 1<<53)
	}
	w.text("title", o.Title, 80)
	w.whole("target", o.Target, 1, goalMost)
	w.list("ladder", len(o.Ladder), goalSteps)
	before := o.Target
	for i, n := range o.Ladder {
		if n <= before || n > goalMost {
			w.add(FieldError{fmt.Sprintf("ladder[%d]", i), "ascending", before + 1, goalMost, "", "Each target must be above the one before."})
		}
		before = n
	}
}

func (o *LeaderboardOptions) check(w *wrong) {
	oneOf(w, "period", o.Period, PeriodSession, PeriodDay, PeriodWeek, PeriodAll)
	oneOf(w, "metric", o.Metric, RankDiamonds, RankGifts)
	w.number("top", o.Top, 1, 20)
	w.text("title", o.Title, 80)
	w.zone("zone", o.Zone)
}

func (o *CounterOptions) check(w *wrong) {
	if len(o.Items) == 0 || len(o.Items) > 8 {
		w.add(FieldError{"items", "count", 1, 8, "", "Choose 1 to 8 numbers."})
	}
	for i, item := range o.Items {
		oneOf(w, fmt.Sprintf("items[%d]", i), item, CountViewers, CountPeak, CountLikes, CountDiamonds, CountGifts, CountFollows, CountShares, CountComments)
	}
}

func (o *TickerOptions) check(w *wrong) {
	oneOf(w, "mode", o.Mode, TickerLast, TickerList, TickerScroll)
	w.kinds("events", o.Events, KindGift, KindSubscribe, KindFollow, KindShare, KindJoin, KindQuestion)
	w.number("max", o.Max, 1, 30)
	w.number("min_diamonds", o.MinDiamonds, 0, 1_000_000)
}

func (o *ProgramOptions) check(w *wrong) {
	w.zone("zone", o.Zone)
	w.text("label", o.Label, 80)
}

func (o *TimerOptions) check(w *wrong) {
	const most = 30 * 24 * 3600
	w.text("title", o.Title, 80)
	w.text("over", o.OverText, 80)
	w.whole("start_seconds", o.StartSeconds, 0, most)
	w.whole("max_seconds", o.MaxSeconds, 0, most)
	w.seconds("per_diamond", o.PerDiamond)
	w.seconds("per_follow", o.PerFollow)
	w.seconds("per_share", o.PerShare)
	w.seconds("per_subscribe", o.PerSubscribe)
	w.seconds("per_100_likes", o.Per100Likes)
	w.list("gifts", len(o.Gifts), 50)
	for i, g := range o.Gifts {
		w.whole(fmt.Sprintf("gifts[%d].gift_id", i), g.GiftID, 1, 1<<53)
		w.seconds(fmt.Sprintf("gifts[%d].seconds", i), g.Seconds)
	}
}

func (o *HostOptions) check(w *wrong) {
	oneOf(w, "side", o.Side, SideBelow, SideAbove, SideLeft, SideRight)
	w.number("volume", o.Volume, 0, 100)
	w.colour("colours.hair", o.Colours.Hair)
	w.colour("colours.eyes", o.Colours.Eyes)
	w.colour("colours.skin", o.Colours.Skin)
	w.colour("colours.outfit", o.Colours.Outfit)
}
