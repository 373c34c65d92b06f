// Package catalog holds every text a person reads, in every language the panel speaks: one flat JSON file a language, in
// go-i18n's format. Go reads them here; the browser gets the same files, bundled by internal/assets.
//
// A new text is a key in all four files; a new language is a file and a line in Languages.
package catalog

import (
	"embed"
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed *.json
var files embed.FS

// Language is one the panel speaks.
type Language struct {
	Code string // of the file, the cookie and the form: "zh"
	Tag  string // BCP 47, for lang attributes: "zh-Hans" picks the right glyphs where "zh" may not
	Name string // in the language itself
}

// Languages are those there is a file for, the fallback first.
func Languages() []Language {
	return []Language{
		{"en", "en", "English"},
		{"vi", "vi", "Tiếng Việt"},
		{"zh", "zh-Hans", "简体中文"},
		{"ja", "ja", "日本語"},
	}
}

// Printer prints the texts of one language. It is immutable and safe for concurrent use.
type Printer struct {
	lang    Language
	local   *i18n.Localizer
	numbers *message.Printer
	plural  map[string]bool // keys whose text depends on Count; shared, read only
}

// catalogue is everything, parsed once.
type catalogue struct {
	matcher  language.Matcher
	printers []*Printer // in the order of Languages
}

var load = sync.OnceValue(func() *catalogue {
	bundle := i18n.NewBundle(language.English)
	plural := map[string]bool{}
	tags := make([]language.Tag, 0, len(Languages()))
	for _, l := range Languages() {
		file, err := bundle.LoadMessageFileFS(files, l.Code+".json")
		if err != nil {
			panic(fmt.Sprintf("catalog: %s.json: %v", l.Code, err)) // embedded: a broken file cannot pass the tests
		}
		for _, m := range file.Messages {
			if m.One != "" {
				plural[m.ID] = true
			}
		}
		tags = append(tags, language.Make(l.Code))
	}
	c := &catalogue{matcher: language.NewMatcher(tags)}
	for i, l := range Languages() {
		c.printers = append(c.printers, &Printer{
			lang: l, local: i18n.NewLocalizer(bundle, l.Code), numbers: message.NewPrinter(tags[i]), plural: plural,
		})
	}
	return c
})

// For returns the printer of the first wish that the panel can fulfil. A wish is a language code or a whole Accept-Language
// header; an empty or broken one is passed over. Without a match it is English.
func For(wishes ...string) *Printer {
	c := load()
	for _, w := range wishes {
		tags, _, err := language.ParseAcceptLanguage(w)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := c.matcher.Match(tags...); confidence != language.No {
			return c.printers[i]
		}
	}
	return c.printers[0]
}

// Known reports whether code is one of the Languages, as a form must ask.
func Known(code string) bool {
	for _, l := range Languages() {
		if l.Code == code {
			return true
		}
	}
	return false
}

// Lang returns the code of the language: "en", "vi", "zh" or "ja".
func (p *Printer) Lang() string { return p.lang.Code }

// Tag returns the BCP 47 tag for a lang attribute.
func (p *Printer) Tag() string { return p.lang.Tag }

// T returns the text of key. args are pairs of a placeholder's name and its value, or one map[string]any; whole numbers are
// written as the language writes them, and one called Count picks the plural. A key that does not exist is returned itself.
func (p *Printer) T(key string, args ...any) string {
	data := arguments(args)
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if count, ok := data["Count"]; ok && p.plural[key] {
		config.PluralCount = pluralCount(count)
	}
	for name, value := range data {
		if n, ok := whole(value); ok {
			data[name] = p.Number(n)
		}
	}
	text, err := p.local.Localize(config)
	if err != nil && text == "" {
		return key
	}
	return text
}

// arguments copies what T was given into a map it may change.
func arguments(args []any) map[string]any {
	data := make(map[string]any, len(args)/2)
	if len(args) == 1 {
		if given, ok := args[0].(map[string]any); ok {
			for k, v := range given {
				data[k] = v
			}
		}
		return data
	}
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			data[name] = args[i+1]
		}
	}
	return data
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

func pluralCount(v any) any {
	if n, ok := whole(v); ok {
		return n
	}
	return 2 // a formatted number ("1.2k"): more than one
}

// Number writes n in full: 1,284 or 1.284.
func (p *Printer) Number(n int64) string { return p.numbers.Sprint(number.Decimal(n)) }

// Short writes n in full below a hundred thousand, and with three digits and a unit above: 212K, 21.2万.
func (p *Printer) Short(n int64) string {
	if n < 100_000 {
		return p.Number(n)
	}
	for _, u := range units(p.lang.Code) {
		if n < u.size {
			continue
		}
		v := float64(n) / float64(u.size)
		digits := max(0, 2-int(math.Log10(v)))
		scale := math.Pow10(digits)
		v = math.Floor(v*scale) / scale // down: a number on the desk never claims what is not there yet
		return p.numbers.Sprint(number.Decimal(v, number.MaxFractionDigits(digits))) + u.name
	}
	return p.Number(n)
}

type unit struct {
	size int64
	name string
}

// units of Short, largest first; the browser's Intl.NumberFormat uses the same.
func units(code string) []unit {
	switch code {
	case "vi":
		return []unit{{1e9, "\u00a0T"}, {1e6, "\u00a0Tr"}, {1e3, "\u00a0N"}}
	case "zh":
		return []unit{{1e8, "亿"}, {1e4, "万"}}
	case "ja":
		return []unit{{1e8, "億"}, {1e4, "万"}}
	}
	return []unit{{1e9, "B"}, {1e6, "M"}, {1e3, "K"}}
}

// Decimal writes v with so many digits behind the point, less where they are zeros.
func (p *Printer) Decimal(v float64, digits int) string {
	return p.numbers.Sprint(number.Decimal(v, number.MaxFractionDigits(digits)))
}

// Percent writes a part of one: 38%, and below a tenth with a digit behind the point.
func (p *Printer) Percent(part float64) string {
	digits := 0
	if part < .1 {
		digits = 1
	}
	return p.numbers.Sprint(number.Percent(part, number.MaxFractionDigits(digits)))
}

// Date writes the day of t, in t's own zone.
func (p *Printer) Date(t time.Time) string { return t.Format(p.T("format.date")) }

// Clock writes the time of day of t to the second, in t's own zone.
func (p *Printer) Clock(t time.Time) string { return t.Format("15:04:05") }

// Duration writes d in its largest unit: 17 s, 3 min, 5 h, 2 days.
func (p *Printer) Duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return p.T("unit.seconds", "Count", int64(d.Round(time.Second)/time.Second))
	case d < time.Hour:
		return p.T("unit.minutes", "Count", int64(d/time.Minute))
	case d < 48*time.Hour:
		return p.T("unit.hours", "Count", int64(d/time.Hour))
	}
	return p.T("unit.days", "Count", int64(d/(24*time.Hour)))
}

// Stopwatch writes d as hours, minutes and seconds: 1:24:10.
func Stopwatch(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	return strconv.FormatInt(s/3600, 10) + fmt.Sprintf(":%02d:%02d", s/60%60, s%60)
}
