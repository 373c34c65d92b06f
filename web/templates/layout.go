package templates

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"showcaller/internal/live"
)

func pressed(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

// isPicture reports whether an address from TikTok may be one of a picture.
func isPicture(address string) bool { return strings.HasPrefix(address, "https://") }

// pictureSrc is where our pages find a picture of TikTok's: on our own address, where it is kept after TikTok's has expired.
// One that is gone is blank there, so that a page without script shows no sign of something broken.
func pictureSrc(address string) string { return "/picture?blank=1&u=" + url.QueryEscape(address) }

// cardURL is a viewer's card.
func cardURL(room string, u *live.User) templ.SafeURL {
	return templ.URL("/rooms/" + url.PathEscape(room) + "/viewers/" + url.PathEscape(u.Key()))
}

// viewerURL is where a viewer's name leads on this page; "" where it leads nowhere.
func (p Page) viewerURL(u *live.User) templ.SafeURL {
	switch {
	case u.Key() == "":
	case p.Room != "":
		return cardURL(p.Room, u)
	case p.Past:
		return templ.URL("/viewers/" + url.PathEscape(u.Key()))
	}
	return ""
}

// describedBy names the elements that explain a field: its error first, then its hint.
func describedBy(id string, wrong, hint bool) string {
	var ids []string
	if wrong {
		ids = append(ids, id+"-error")
	}
	if hint {
		ids = append(ids, id+"-hint")
	}
	return strings.Join(ids, " ")
}
