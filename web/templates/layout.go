package templates

import "strings"

func pressed(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

// isPicture reports whether an address from TikTok may be loaded: the page's policy allows nothing but https from its hosts.
func isPicture(address string) bool { return strings.HasPrefix(address, "https://") }

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
