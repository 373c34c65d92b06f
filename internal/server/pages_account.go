package server

import (
	"net/http"
	"net/url"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/catalog"
	"showcaller/web/static"
	"showcaller/web/templates"
)

const (
	minPassword = 10
	maxPassword = 200 // argon2id takes any length; this keeps a login from being used to burn the processor
	maxForm     = 64 << 10
)

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$`)

// HashPassword makes the argon2id hash of a password, or says what is wrong with it.
func HashPassword(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword {
		return "", &live.Error{
			Code: live.CodeInvalid, Op: "server.HashPassword", Field: "password",
			Msg: "A password must have 10 to 200 characters. A sentence you can remember is best.",
		}
	}
	return argon2id.CreateHash(password, argon2id.DefaultParams)
}

// ValidUserName reports whether name can be a login.
func ValidUserName(name string) bool { return validName.MatchString(name) }

// view makes what every page needs.
func (s *Server) view(r *http.Request, title string) templates.Page {
	id, _ := whoami(r.Context())
	printer := catalog.For(cookieValue(r, "language"), id.user.Language, r.Header.Get("Accept-Language"))
	if title != "" {
		title = printer.T(title)
	}
	return templates.Page{
		Printer: printer, Title: title, User: id.user.Name, Path: r.URL.RequestURI(), Assets: static.Path, Theme: cookieValue(r, "theme"),
		Zone: zoneOf(cookieValue(r, "zone")), Role: id.user.Role, Permits: func(address string) bool { return may(id.user.Role, address) },
	}
}

// showSettings handles GET /settings.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request) error {
	space, err := s.db.Space(r.Context())
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, templates.Settings(templates.SettingsPage{
		Page: s.view(r, "settings.title"), Version: s.opts.Version, Address: s.address(r), Spoken: s.opts.Overlays.Speaks(), File: space.File,
	}))
	return nil
}

// zoneOf returns the reader's time zone, as the panel's script told it in a cookie; nil if it did not, or there is none of that name.
func zoneOf(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	name, err := url.QueryUnescape(name)
	if err != nil {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

func cookieValue(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

func parseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return &live.Error{Code: live.CodeInvalid, Op: "server.parseForm", Err: err}
	}
	return nil
}

// showSetup handles GET /setup, the page behind the one-time link.
func (s *Server) showSetup(w http.ResponseWriter, r *http.Request) error {
	v := templates.SetupPage{Page: s.view(r, "setup.title"), Token: r.URL.Query().Get("token"), Name: "admin", MinLen: minPassword}
	return s.renderSetup(w, r, v)
}

// renderSetup shows the form, unless somebody was faster: then it leads to the login.
func (s *Server) renderSetup(w http.ResponseWriter, r *http.Request, v templates.SetupPage) error {
	users, err := s.db.UserCount(r.Context())
	if err != nil {
		return err
	}
	if users > 0 {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return nil
	}
	if !s.setup.valid(v.Token) {
		v.Errors = templates.Errors{"token": v.Printer.T("form.setup_used")}
		s.render(w, r, http.StatusForbidden, templates.Setup(v))
		return nil
	}
	status := http.StatusOK
	if len(v.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	s.render(w, r, status, templates.Setup(v))
	return nil
}

// saveSetup handles POST /setup: it makes the owner and signs the browser in.
func (s *Server) saveSetup(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	v := templates.SetupPage{Page: s.view(r, "setup.title"), Token: r.PostForm.Get("token"), Name: r.PostForm.Get("name"), MinLen: minPassword}
	language := r.PostForm.Get("language")
	if catalog.Known(language) {
		v.Printer = catalog.For(language)
		setCookie(w, r, "language", language)
	}
	v.Path = "/setup?token=" + v.Token
	if v.Errors = setupErrors(v.Printer, r); len(v.Errors) > 0 || !s.setup.valid(v.Token) {
		return s.renderSetup(w, r, v)
	}
	hash, err := HashPassword(r.PostForm.Get("password"))
	if err != nil {
		return err
	}
	err = s.db.CreateFirstUser(r.Context(), db.User{Name: v.Name, Role: live.RoleOwner, PasswordHash: hash, Language: language, CreatedAt: time.Now()})
	if err != nil {
		return err
	}
	s.setup.use()
	s.log.Info("the owner was set up", "user", v.Name)
	d := deedOf(r.Context())
	d.who, d.role = v.Name, live.RoleOwner
	if err := s.signIn(w, r, v.Name); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func setupErrors(p *catalog.Printer, r *http.Request) templates.Errors {
	errs := templates.Errors{}
	name, password, again := r.PostForm.Get("name"), r.PostForm.Get("password"), r.PostForm.Get("again")
	if !ValidUserName(name) {
		errs["name"] = p.T("form.name_invalid")
	}
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		errs["password"] = p.T("form.password_short", "Min", minPassword)
	case n > maxPassword:
		errs["password"] = p.T("form.password_long", "Max", maxPassword)
	case password != again:
		errs["again"] = p.T("form.password_differs")
	}
	return errs
}

// showLogin handles GET /login.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) error {
	next := ownPath(r.URL.Query().Get("next"))
	if _, ok := whoami(r.Context()); ok {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	s.render(w, r, http.StatusOK, templates.Login(templates.LoginPage{Page: s.view(r, "login.title"), Next: next}))
	return nil
}

// nobody's hash costs the same as a real one, so that the time of an answer does not tell which names exist.
const nobody = "$argon2id$v=19$m=65536,t=1,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// saveLogin handles POST /login.
func (s *Server) saveLogin(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	name, password, next := r.PostForm.Get("name"), r.PostForm.Get("password"), ownPath(r.PostForm.Get("next"))
	user, err := s.db.User(r.Context(), name)
	if err != nil {
		if live.CodeOf(err) != live.CodeNotFound {
			return err
		}
		user.PasswordHash = nobody
	}
	match := false
	if utf8.RuneCountInString(password) <= maxPassword {
		match, err = argon2id.ComparePasswordAndHash(password, user.PasswordHash)
	}
	if err != nil || !match || user.Role == "" {
		s.auditFailure(r, "login_failed", name)
		s.log.Warn("a login failed", "user", logSafe(name), "from", r.RemoteAddr)
		s.renderLogin(w, r, http.StatusUnprocessableEntity, "form.login_wrong", name, next)
		return nil
	}
	if err := s.signIn(w, r, user.Name); err != nil {
		return err
	}
	d := deedOf(r.Context())
	d.who, d.role = user.Name, user.Role
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *Server) renderLogin(w http.ResponseWriter, r *http.Request, status int, key, name, next string) {
	v := templates.LoginPage{Page: s.view(r, "login.title"), Name: name, Next: next}
	v.Error = v.Printer.T(key)
	v.Path = "/login"
	s.render(w, r, status, templates.Login(v))
}

func (s *Server) tooManyTries(w http.ResponseWriter, r *http.Request) {
	s.renderLogin(w, r, http.StatusTooManyRequests, "form.login_limited", "", "/")
}

// logout handles POST /logout.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	session, err := s.logins.Get(r, loginCookie)
	if err != nil {
		return err
	}
	if !session.IsNew {
		session.Options.MaxAge = -1
		if err := session.Save(r, w); err != nil {
			return err
		}
	}
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// saveLanguage handles POST /language.
func (s *Server) saveLanguage(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	language := r.PostForm.Get("language")
	if !catalog.Known(language) {
		return &live.Error{Code: live.CodeInvalid, Op: "server.saveLanguage", Field: "language"}
	}
	setCookie(w, r, "language", language)
	if id, ok := whoami(r.Context()); ok && !id.program {
		if err := s.db.SetLanguage(r.Context(), id.user.Name, language); err != nil {
			return err
		}
	}
	http.Redirect(w, r, ownPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// saveTheme handles POST /theme.
func (s *Server) saveTheme(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	switch theme := r.PostForm.Get("theme"); theme {
	case "dark", "light":
		setCookie(w, r, "theme", theme)
	case "system":
		setCookie(w, r, "theme", "")
	default:
		return &live.Error{Code: live.CodeInvalid, Op: "server.saveTheme", Field: "theme"}
	}
	http.Redirect(w, r, ownPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // no secret, and a panel on the local network has no TLS
		Name: name, Value: value, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()), HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}

// logSafe keeps what a stranger typed short; slog quotes line breaks itself.
func logSafe(s string) string {
	if utf8.RuneCountInString(s) > 64 {
		return string([]rune(s)[:64]) + "…"
	}
	return s
}
