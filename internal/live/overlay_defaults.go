package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// Alert timing that proved itself elsewhere: long enough to be read out, and shorter when there is a crowd.
const (
	alertShowMS      = 8000
	alertGapMS       = 900
	alertLeastMS     = 3000
	alertShrinkAbove = 3
	alertLimit       = 20
	alertKeepSeconds = 120
)

// DefaultOptions returns what a new overlay of a kind begins with; nil if there is no such kind. Texts are empty: the overlay then
// uses neutral words of its own, which ask nobody for anything.
func DefaultOptions(k OverlayKind) OverlayOptions {
	look := OverlayLook{Preset: PresetStudio, Scale: 100}
	switch k {
	case OverlayChat:
		return &ChatOptions{
			Look: look, Rehearsal: true, MaxLines: 12, Avatars: true, Badges: true, Emotes: true, Stickers: true,
			Events: []Kind{KindGift, KindFollow, KindSubscribe},
		}
	case OverlayAlerts:
		return &AlertsOptions{
			Look: look, Rehearsal: true, Rules: defaultRules(), Volume: 70, Avatars: true, Bar: true,
			Timing: AlertTiming{alertShowMS, alertGapMS, alertLeastMS, alertShrinkAbove, alertLimit, alertKeepSeconds},
		}
	case OverlayGoal:
		return &GoalOptions{Look: look, Metric: GoalDiamonds, Target: 10_000, Ladder: []int64{}, Numbers: true, Percent: true}
	case OverlayLeaderboard:
		return &LeaderboardOptions{Look: look, Period: PeriodSession, Metric: RankDiamonds, Top: 5, Avatars: true, Values: true, Zone: "UTC"}
	case OverlayCounter:
		return &CounterOptions{Look: look, Rehearsal: true, Items: []CounterItem{CountViewers, CountLikes}, Labels: true, Icons: true}
	case OverlayTicker:
		return &TickerOptions{Look: look, Rehearsal: true, Mode: TickerLast, Events: []Kind{KindGift, KindFollow, KindSubscribe}, Max: 10, Avatars: true}
	case OverlayProgram:
		return &ProgramOptions{Look: look, Rehearsal: true, Title: true, Type: true, Elapsed: true, Zone: "UTC"}
	case OverlayTimer:
		return &TimerOptions{
			Look: look, StartSeconds: 3600, PerDiamond: 1, PerFollow: 0, PerSubscribe: 300, Gifts: []TimerGift{}, ShowAdded: true,
		}
	case OverlayHost:
		return &HostOptions{Look: look, Rehearsal: true, Puppet: true, Subtitles: true, Side: SideBelow, Name: true, Sound: true, Volume: 80}
	}
	return nil
}

func defaultRules() []AlertRule {
	return []AlertRule{
		{On: KindGift, Enabled: true, MinDiamonds: 1000, Sound: SoundFanfare, Volume: 100, Animation: AnimationPop, ShowMS: 12_000},
		{On: KindGift, Enabled: true, MinDiamonds: 100, Sound: SoundChime, Volume: 100},
		{On: KindGift, Enabled: true, MinDiamonds: 1, Sound: SoundCoin, Volume: 60},
		{On: KindSubscribe, Enabled: true, Sound: SoundChime, Volume: 100},
		{On: KindFollow, Enabled: true, Sound: SoundPop, Volume: 50, ShowMS: 4000},
		{On: KindShare, Sound: SoundNone, Volume: 50, ShowMS: 4000},
		{On: KindLike, Every: 1000, Sound: SoundNone, Volume: 50, ShowMS: 4000},
		{On: KindJoin, Sound: SoundNone, Volume: 50, ShowMS: 3000},
		{On: KindQuestion, Sound: SoundBell, Volume: 60},
	}
}

func newOptions(k OverlayKind) OverlayOptions {
	switch k {
	case OverlayChat:
		return new(ChatOptions)
	case OverlayAlerts:
		return new(AlertsOptions)
	case OverlayGoal:
		return new(GoalOptions)
	case OverlayLeaderboard:
		return new(LeaderboardOptions)
	case OverlayCounter:
		return new(CounterOptions)
	case OverlayTicker:
		return new(TickerOptions)
	case OverlayProgram:
		return new(ProgramOptions)
	case OverlayTimer:
		return new(TimerOptions)
	case OverlayHost:
		return new(HostOptions)
	}
	return nil
}

// StoredOptions reads options back that were checked before they were stored. Keys it does not know, of a newer program, are
// passed over, and what is missing, in those of an older one, has its default.
func StoredOptions(k OverlayKind, raw []byte) (OverlayOptions, error) {
	merged, err := mergeOptions(DefaultOptions(k), raw)
	if err != nil {
		return nil, err
	}
	o := newOptions(k)
	return o, json.Unmarshal(merged, o)
}

// PatchOptions returns base changed by a JSON merge patch (RFC 7396): objects are merged, lists replaced, null takes a value
// back to what it is when nobody chose. The error's cause is a FieldErrors with everything that does not fit.
func PatchOptions(base OverlayOptions, patch json.RawMessage) (OverlayOptions, error) {
	merged, err := mergeOptions(base, patch)
	if err != nil {
		return nil, badOptions(FieldError{Rule: "object", Message: "options must be a JSON object."})
	}
	o := newOptions(base.Kind())
	decoder := json.NewDecoder(bytes.NewReader(merged))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(o); err != nil {
		return nil, badOptions(misfit(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, badOptions(FieldError{Rule: "object", Message: "options must be one JSON object."})
	}
	return o, CheckOptions(o)
}

// misfit says what a JSON decoder stumbled over.
func misfit(err error) FieldError {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return FieldError{Path: wrong.Field, Rule: "type", Message: "This must be a " + jsonName(wrong.Type.Kind().String()) + ", not a " + wrong.Value + "."}
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return FieldError{Path: strings.Trim(name, `"`), Rule: "unknown", Message: "There is no such option."}
	}
	return FieldError{Rule: "object", Message: "options must be a JSON object."}
}

func jsonName(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"):
		return "whole number"
	case strings.HasPrefix(kind, "float"):
		return "number"
	case kind == "bool":
		return "true or false"
	case kind == "slice":
		return "list"
	case kind == "struct":
		return "object"
	}
	return kind
}

func mergeOptions(base OverlayOptions, patch json.RawMessage) ([]byte, error) {
	standard, err1 := json.Marshal(DefaultOptions(base.Kind()))
	chosen, err2 := json.Marshal(base)
	var into, mine, from map[string]any
	err := errors.Join(err1, err2, decodeNumbers(standard, &into), decodeNumbers(chosen, &mine), decodeNumbers(patch, &from))
	if err != nil {
		return nil, err
	}
	merge(mine, from)
	merge(into, mine) // what the patch took away is what it is when nobody chose
	return json.Marshal(into)
}

// decodeNumbers keeps numbers as they were written: a gift's id must not become a float.
func decodeNumbers(raw []byte, into *map[string]any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}

func merge(into, from map[string]any) {
	for key, value := range from {
		object, ok := value.(map[string]any)
		was, had := into[key].(map[string]any)
		switch {
		case value == nil:
			delete(into, key)
		case ok && had:
			merge(was, object)
		case ok:
			fresh := map[string]any{}
			merge(fresh, object)
			into[key] = fresh
		default:
			into[key] = value
		}
	}
}
