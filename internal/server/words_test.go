package server_test

import (
	"reflect"
	"strings"
	"testing"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/web/catalog"
)

// Whatever the host does or does not do, there are words for why, in every language.
func TestEveryReasonOfTheHostHasWords(t *testing.T) {
	wanted := map[string][]string{
		"fallback.": story.Fallbacks, "fallback.advice.": story.Fallbacks, "guard.": nil,
		"host.state.": enum[live.Queue](t, "State"), "host.rank.": enum[live.QueueItem](t, "Rank"), "host.waits.": enum[live.QueueItem](t, "Why"),
		"rule.": story.Rules, "host.by.": {story.ResponderTemplate, story.ResponderModel, "operator"},
	}
	for _, reason := range story.GuardReasons {
		wanted["guard."] = append(wanted["guard."], strings.ReplaceAll(reason, " ", "."))
	}
	for _, l := range catalog.Languages() {
		words := catalog.For(l.Code)
		for prefix, codes := range wanted {
			for _, code := range codes {
				if key := prefix + code; words.T(key) == key {
					t.Errorf("%s has no %q", l.Code, key)
				}
			}
		}
	}
}

// enum returns the values the API says a field of T may have.
func enum[T any](t *testing.T, field string) []string {
	t.Helper()
	f, ok := reflect.TypeFor[T]().FieldByName(field)
	if !ok || f.Tag.Get("enum") == "" {
		t.Fatalf("%s has no enum", field)
	}
	return strings.Split(f.Tag.Get("enum"), ",")
}
