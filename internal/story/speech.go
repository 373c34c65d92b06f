package story

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"showcaller/internal/live"
)

// Bounds of an answer.
const (
	MaxClips  = 3
	MaxSpeech = 120 // runes
	maxStage  = 80  // runes of face and body
)

// Faces and Bodies are the closed names beside the free text, in the order of docs/story.md.
var (
	Faces  = []string{"neutral", "happy", "angry", "sad", "relaxed", "surprised", "shy", "thinking"}
	Bodies = []string{"idle", "wave", "nod", "bow", "clap", "cheer", "think", "point", "heart"}
)

// speech checks the clips of one answer, one after another, and hands on those that may be heard.
type speech struct {
	guard    *Guard
	gift     bool   // a gift arrived: thanks for one are in place
	secret   string // the folded rules, of which no longer piece may be said
	progress func(live.StoryDelta)
	clips    []live.Clip
}

func newSpeech(g *Guard, in Input, rules string, progress func(live.StoryDelta)) *speech {
	_, gift := in.(Giver)
	return &speech{guard: g, gift: gift, secret: fold(rules), progress: progress}
}

// say checks a clip and, if something is left of it, hands it on. It reports whether anything was said.
func (s *speech) say(c live.Clip) bool {
	c, ok := s.fit(c)
	return ok && s.add(c)
}

// fit returns what may be said of a clip, and whether that is anything.
func (s *speech) fit(c live.Clip) (live.Clip, bool) {
	c.Speech = s.check(c.Speech)
	c.Face, c.FaceID = stage(s.show(c.Face), c.FaceID, Faces, faceWords)
	c.Body, c.BodyID = stage(s.show(c.Body), c.BodyID, Bodies, bodyWords)
	return c, c.Speech != ""
}

// show returns a stage direction, or "" if it holds what must not be shown: an overlay may write it on the screen.
func (s *speech) show(text string) string {
	if reason := s.guard.unspeakable(text, s.guard.out); reason != "" {
		s.guard.note("out", reason, text)
		return ""
	}
	return text
}

// add hands on a clip that is fit, if there is room for it.
func (s *speech) add(c live.Clip) bool {
	if len(s.clips) >= MaxClips {
		return false
	}
	s.clips = append(s.clips, c)
	if s.progress != nil {
		s.progress(live.StoryDelta{Text: c.Speech})
		s.progress(live.StoryDelta{Clip: &c})
	}
	return true
}

// check drops the sentences that must not be said and shortens the rest.
func (s *speech) check(text string) string {
	text = clean(text, false)
	if reason := s.guard.unspeakable(text, s.guard.out); reason == "" && !s.leaks(text) && s.thanks(text) == "" {
		return s.short(text)
	}
	var kept strings.Builder
	for _, sentence := range sentences(text) {
		reason := s.guard.unspeakable(sentence, s.guard.out)
		switch {
		case reason != "":
		case s.leaks(sentence):
			reason = "prompt"
		default:
			reason = s.thanks(sentence)
		}
		if reason != "" {
			s.guard.note("out", reason, sentence)
			continue
		}
		kept.WriteString(sentence)
	}
	rest := strings.TrimSpace(kept.String())
	// What is bad only as a whole (a number cut in two by a full stop) is not mended by taking sentences away.
	if reason := s.guard.unspeakable(rest, s.guard.out); reason != "" {
		s.guard.note("out", reason, rest)
		return ""
	}
	return s.short(rest)
}

func (s *speech) short(text string) string {
	out := cut(text, MaxSpeech)
	if out != text {
		s.guard.note("out", "long", text)
	}
	if !strings.ContainsFunc(out, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "" // nothing a voice could say
	}
	return out
}

// leakAt is how many letters in a row of the rules give them away: about six words, or one clause of Chinese.
const (
	leakLatin = 28
	leakHan   = 12
)

var leakWords = regexp.MustCompile(`(?i)\b(?:system prompt|my (?:instructions|rules|prompt)|untrusted data)\b|系统提示|提示词|我的指令|系统指令|プロンプト|システム指示|lời nhắc hệ thống|câu lệnh hệ thống`)

// leaks reports whether a text tells what the host was told to be.
func (s *speech) leaks(text string) bool {
	if leakWords.MatchString(text) {
		return true
	}
	said := []rune(fold(text))
	size := leakLatin
	if slices.ContainsFunc(said, spaceless) {
		size = leakHan
	}
	for i := 0; i+size <= len(said); i++ {
		if strings.Contains(s.secret, string(said[i:i+size])) {
			return true
		}
	}
	return false
}

// fold keeps a text's letters and digits, in lower case.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

var (
	thankWords = regexp.MustCompile(`(?i)\bthank|\bthx\b|appreciate|cảm ơn|cám ơn|biết ơn|谢|謝|感恩|ありがと|感謝|サンキュー`)
	giftWords  = regexp.MustCompile(`(?i)\bgifts?\b|\bgifting\b|\bdonat|\bdiamonds?\b|\broses?\b|\blions?\b|\bgalaxy\b|\brockets?\b|\bsent (?:me|us)\b|\bsending\b|quà|tặng|hoa hồng|kim cương|礼物|禮物|送的|送了|送来|打赏|刷的|玫瑰|火箭|嘉年华|钻石|ギフト|プレゼント|バラ|投げ銭|ダイヤ`)
)

// thanks returns "thanks" if a text thanks for a gift although none arrived.
func (s *speech) thanks(text string) string {
	if !s.gift && thankWords.MatchString(text) && giftWords.MatchString(text) {
		return "thanks"
	}
	return ""
}

// stage cleans a stage direction and finds the closed name for it: the one that was given, else one whose words appear in the
// text, else the first.
func stage(text, id string, ids []string, words map[string]*regexp.Regexp) (cleaned, closed string) {
	text = cut(clean(text, false), maxStage)
	if !slices.Contains(ids, id) {
		id = ids[0]
		for _, candidate := range ids {
			if re := words[candidate]; re != nil && re.MatchString(text) {
				id = candidate
				break
			}
		}
	}
	if text == "" {
		text = id
	}
	return text, id
}

var faceWords = map[string]*regexp.Regexp{
	"happy":     regexp.MustCompile(`(?i)happy|smil|grin|joy|laugh|beam|excit|delight|笑|开心|高兴|cười|vui|嬉|喜`),
	"angry":     regexp.MustCompile(`(?i)angry|mad|frown|生气|怒|giận`),
	"sad":       regexp.MustCompile(`(?i)\bsad|tear|cry|难过|哭|伤心|buồn|khóc|悲|泣`),
	"relaxed":   regexp.MustCompile(`(?i)relax|calm|gentle|soft|warm|放松|温柔|thư giãn|dịu|穏やか|優し`),
	"surprised": regexp.MustCompile(`(?i)surpris|shock|wide|amaz|惊|ngạc nhiên|驚|びっくり`),
	"shy":       regexp.MustCompile(`(?i)\bshy|blush|害羞|脸红|ngại|thẹn|照れ|恥`),
	"thinking":  regexp.MustCompile(`(?i)think|ponder|curious|思考|想|suy nghĩ|考え`),
}

var bodyWords = map[string]*regexp.Regexp{
	"wave":  regexp.MustCompile(`(?i)\bwav|挥手|招手|vẫy|手を振`),
	"nod":   regexp.MustCompile(`(?i)\bnod|点头|gật|うなず|頷`),
	"bow":   regexp.MustCompile(`(?i)\bbow|鞠躬|cúi|お辞儀`),
	"clap":  regexp.MustCompile(`(?i)clap|applau|鼓掌|拍手|vỗ tay`),
	"cheer": regexp.MustCompile(`(?i)cheer|jump|arms up|raise|danc|欢呼|跳|nhảy|giơ tay|ジャンプ|両手`),
	"think": regexp.MustCompile(`(?i)think|chin|ponder|托腮|思考|suy nghĩ|考え`),
	"point": regexp.MustCompile(`(?i)point|指|chỉ tay`),
	"heart": regexp.MustCompile(`(?i)heart|比心|爱心|trái tim|ハート`),
}
