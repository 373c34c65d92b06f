package tiktok

import (
	"net/http"
	"net/url"
	"strings"
)

// A browser is who we say we are. One attempt uses one browser from the first cookie to the socket; TikTok compares.
type browser struct {
	userAgent string
	platform  string // navigator.platform
	os        string
}

// browsers are current desktop browsers. They are taken in turn when TikTok blocks one.
var browsers = [...]browser{
	{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", "Linux x86_64", "linux"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", "Win32", "windows"},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", "MacIntel", "mac"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Win32", "windows"},
	{"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Linux x86_64", "linux"},
}

// browserOf returns the browser that has a User-Agent somebody else chose.
func browserOf(userAgent string) browser {
	switch {
	case strings.Contains(userAgent, "Windows"):
		return browser{userAgent, "Win32", "windows"}
	case strings.Contains(userAgent, "Macintosh"):
		return browser{userAgent, "MacIntel", "mac"}
	}
	return browser{userAgent, "Linux x86_64", "linux"}
}

// version is navigator.appVersion, more or less: what follows "Mozilla/".
func (b browser) version() string { return strings.TrimPrefix(b.userAgent, "Mozilla/") }

// header returns the headers of every request to TikTok. Accept-Encoding is left to net/http, which then also unzips.
func (b browser) header() http.Header {
	return http.Header{
		"User-Agent":      {b.userAgent},
		"Accept":          {"text/html,application/json,application/protobuf"},
		"Accept-Language": {"en-US,en;q=0.9"},
		"Cache-Control":   {"no-cache"},
		"Origin":          {"https://www.tiktok.com"},
		"Referer":         {"https://www.tiktok.com/"},
	}
}

// webParams are the parameters of www.tiktok.com: the ten of the shortest set a shipping client uses, less the name. With fewer
// TikTok answers params_error (protocol section 2.1).
func (b browser) webParams() url.Values {
	return url.Values{
		"aid":              {"1988"},
		"app_language":     {"en"},
		"app_name":         {"tiktok_web"},
		"browser_language": {"en-US"},
		"device_platform":  {"web_pc"},
		"region":           {"US"},
		"sourceType":       {"54"},
		"user_is_login":    {"false"},
	}
}

// webcastParams are the parameters of webcast.tiktok.com, those of a web page that is open and visible (protocol section 3.5).
func (b browser) webcastParams() url.Values {
	return url.Values{
		"aid":              {"1988"},
		"app_language":     {"en-US"},
		"app_name":         {"tiktok_web"},
		"browser_language": {"en-US"},
		"browser_name":     {"Mozilla"},
		"browser_online":   {"true"},
		"browser_platform": {b.platform},
		"browser_version":  {b.version()},
		"channel":          {"tiktok_web"},
		"cookie_enabled":   {"true"},
		"device_platform":  {"web_pc"},
		"focus_state":      {"true"},
		"from_page":        {"user"},
		"is_fullscreen":    {"false"},
		"is_page_visible":  {"true"},
		"os":               {b.os},
		"priority_region":  {"US"},
		"region":           {"US"},
		"screen_height":    {"1080"},
		"screen_width":     {"1920"},
		"tz_name":          {"Europe/Berlin"},
		"user_is_login":    {"false"},
		"webcast_language": {"en"},
	}
}

// socketParams are the parameters of the socket, both ways (protocol sections 4.1 and 5.1).
func (b browser) socketParams(roomID string) url.Values {
	return url.Values{
		"aid":                   {"1988"},
		"app_language":          {"en"},
		"app_name":              {"tiktok_web"},
		"browser_language":      {"en-US"},
		"browser_name":          {"Mozilla"},
		"browser_online":        {"true"},
		"browser_platform":      {b.platform},
		"browser_version":       {b.version()},
		"client_enter":          {"1"},
		"compress":              {"gzip"},
		"cookie_enabled":        {"true"},
		"device_platform":       {"web"},
		"did_rule":              {"3"},
		"heartbeat_duration":    {"10000"},
		"history_comment_count": {"6"},
		"identity":              {"audience"},
		"last_rtt":              {"137.512"}, // any number from 100 to 200 will do
		"live_id":               {"12"},
		"resp_content_type":     {"protobuf"},
		"room_id":               {roomID},
		"screen_height":         {"1080"},
		"screen_width":          {"1920"},
		"sup_ws_ds_opt":         {"1"},
		"tz_name":               {"Europe/Berlin"},
		"update_version_code":   {"2.0.0"},
		"version_code":          {"180800"},
		"webcast_language":      {"en"},
	}
}

// encode writes a query with spaces as %20: TikTok's socket refuses what it cannot read with a bare 400.
func encode(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }
