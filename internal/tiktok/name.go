package tiktok

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"showcaller/internal/live"
)

// roomPrefix marks a name that is a room id: one LIVE, not a host.
const roomPrefix = "room:"

// maxName is longer than any handle (24 characters today) and shorter than an essay somebody pasted.
const maxName = 64

// roomIDPattern matches room ids: their upper 32 bits are the unix second they were made at, so for years to come they have 19
// digits and begin with a 7. A handle may consist of digits, too, but of so many none has been seen.
var roomIDPattern = regexp.MustCompile(`^7[0-9]{18}$`)

// ParseName makes a room's unique_id of what a person typed: "@Name", "name", the address of a profile or LIVE page with
// whatever else is in it, or a room id. The result is a handle in lower case, or "room:" and the id.
//
// Its error is a *live.Error with the reason bad_name.
func ParseName(typed string) (string, error) {
	s := strings.TrimSpace(strings.Map(visible, norm.NFKC.String(typed)))
	if s == "" {
		return "", badName("Type the TikTok name of the host, like @name.")
	}
	if strings.Contains(s, "/") {
		var err error
		if s, err = nameInURL(s); err != nil {
			return "", err
		}
	}
	if id, ok := strings.CutPrefix(s, roomPrefix); ok || roomIDPattern.MatchString(s) {
		return roomName(id, s)
	}
	return handle(strings.ToLower(strings.TrimPrefix(s, "@")))
}

// visible drops what copying from a page or a chat brings along: zero width characters and direction marks.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// nameInURL returns the first path segment that begins with an @ of a tiktok.com address, with or without scheme.
func nameInURL(s string) (string, error) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", badName("This is not the address of a TikTok page. Type the host's name, like @name.")
	}
	host := strings.ToLower(u.Hostname())
	if host != "tiktok.com" && !strings.HasSuffix(host, ".tiktok.com") {
		return "", badName("%s is not TikTok. Type the host's TikTok name, like @name.", host)
	}
	if host == "vm.tiktok.com" || host == "vt.tiktok.com" || strings.HasPrefix(u.Path, "/t/") {
		return "", badName("This is a short link. Open it in a browser and copy the address it leads to, or type the host's name, like @name.")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if strings.HasPrefix(segment, "@") {
			return segment, nil
		}
	}
	return "", badName("This TikTok address names no host. It should contain the host's name, like tiktok.com/@name.")
}

// roomName returns the name of the room with an id, given as id after "room:" or as s without it.
func roomName(id, s string) (string, error) {
	if id == s {
		return roomPrefix + s, nil
	}
	if id = strings.TrimSpace(id); !roomIDPattern.MatchString(id) {
		return "", badName("A room id has 19 digits and begins with a 7.")
	}
	return roomPrefix + id, nil
}

// handle checks a handle in lower case.
func handle(s string) (string, error) {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '.' {
			return "", badName("A TikTok name consists of letters a to z, digits, dots and underscores; %q is none of them.", r)
		}
	}
	switch {
	case strings.Trim(s, ".") == "":
		return "", badName("Type the TikTok name of the host, like @name.")
	case len(s) > maxName:
		return "", badName("This is too long for a TikTok name.")
	case s == "tiktok.com" || strings.HasSuffix(s, ".tiktok.com"):
		return "", badName("This TikTok address names no host. It should contain the host's name, like tiktok.com/@name.")
	}
	return s, nil
}

func badName(format string, args ...any) error {
	return &live.Error{
		Code: live.CodeInvalid, Reason: live.ReasonBadName, Op: "tiktok.ParseName", Field: "unique_id", Msg: fmt.Sprintf(format, args...),
	}
}
