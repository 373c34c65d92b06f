package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"showcaller/internal/tiktok/tiktoktest"
)

const controlHelp = `POST /_control/rooms/{user}/{action}, with parameters in the query or as a form:

  chat     from, text
  gift     from, gift (a name of the panel), count: a streakable gift is a streak of count taps
  like     from, count, total
  join     from
  follow   from
  share    from
  golive   a new room id
  end      how: 3 by the host, 4 by TikTok
  vanish   the live ends and nobody is told
  pause    source: anchor_pause or app_pause
  resume
`

// action does something in a room. What it returns is the caller's mistake.
type action func(*tiktoktest.Room, *http.Request) error

// actions are the last words of the control paths. Every bad day is one, too.
func actions() map[string]action {
	all := map[string]action{
		"chat": chat, "gift": gift, "like": like, "end": end,
		"join":   simple(func(r *tiktoktest.Room, v tiktoktest.Viewer) { r.Send(tiktoktest.Join(v, 1000)) }),
		"follow": simple(func(r *tiktoktest.Room, v tiktoktest.Viewer) { r.Send(tiktoktest.Follow(v, r.Host(), 3457)) }),
		"share":  simple(func(r *tiktoktest.Room, v tiktoktest.Viewer) { r.Send(tiktoktest.Share(v)) }),
		"golive": simple(func(r *tiktoktest.Room, _ tiktoktest.Viewer) { r.GoLive() }),
		"resume": simple(func(r *tiktoktest.Room, _ tiktoktest.Viewer) { r.Resume() }),
	}
	for _, d := range tiktoktest.BadDays() {
		all[d.Name] = simple(func(r *tiktoktest.Room, _ tiktoktest.Viewer) { d.Play(r) })
	}
	all["pause"] = pause // the bad day of this name resumes every other time
	return all
}

// simple is an action that cannot be asked for wrongly.
func simple(do func(*tiktoktest.Room, tiktoktest.Viewer)) action {
	return func(r *tiktoktest.Room, req *http.Request) error {
		do(r, viewer(req))
		return nil
	}
}

// control serves the paths under /_control/.
func control(srv *tiktoktest.Server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_control/{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, controlHelp, "\nand the bad days ", badDayNames(), "\n\nGET /_control/state tells what was sent, and what clients did wrong.\n")
	})
	mux.HandleFunc("GET /_control/state", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"sent": srv.Sent(), "violations": srv.Violations()})
	})
	known := actions()
	mux.HandleFunc("POST /_control/rooms/{user}/{action}", func(w http.ResponseWriter, r *http.Request) {
		do, ok := known[r.PathValue("action")]
		if !ok {
			http.Error(w, "no such action; see GET /_control/", http.StatusNotFound)
			return
		}
		if err := do(srv.Room(r.PathValue("user")), r); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// viewer is who the request says did it.
func viewer(r *http.Request) tiktoktest.Viewer {
	name := r.FormValue("from")
	if name == "" {
		name = "somebody"
	}
	return tiktoktest.Named(name)
}

// number reads an optional parameter.
func number(r *http.Request, key string, fallback int32) (int32, error) {
	text := r.FormValue(key)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q, not a positive number", key, text)
	}
	return int32(n), nil
}

func chat(r *tiktoktest.Room, req *http.Request) error {
	r.Send(tiktoktest.Chat(viewer(req), req.FormValue("text")))
	return nil
}

func gift(r *tiktoktest.Room, req *http.Request) error {
	count, err := number(req, "count", 1)
	if err != nil {
		return err
	}
	g, err := giftNamed(req.FormValue("gift"))
	switch {
	case err != nil:
		return err
	case g.Type != 1:
		r.Send(tiktoktest.Once(viewer(req), g, count))
	default:
		r.Send(r.Streak(viewer(req), g).Messages(count)...)
	}
	return nil
}

// giftNamed finds a gift of the panel; the Rose if none is named.
func giftNamed(name string) (tiktoktest.Gift, error) {
	all := tiktoktest.Gifts()
	i := slices.IndexFunc(all, func(g tiktoktest.Gift) bool { return name == "" || strings.EqualFold(g.Name, name) })
	if i < 0 {
		return tiktoktest.Gift{}, fmt.Errorf("no gift is called %q", name)
	}
	return all[i], nil
}

func like(r *tiktoktest.Room, req *http.Request) error {
	count, err := number(req, "count", 5)
	if err != nil {
		return err
	}
	total, err := number(req, "total", 20_000)
	if err != nil {
		return err
	}
	r.Send(tiktoktest.Like(viewer(req), count, int64(total)))
	return nil
}

func end(r *tiktoktest.Room, req *http.Request) error {
	how, err := number(req, "how", int32(tiktoktest.EndedByHost))
	if err != nil {
		return err
	}
	r.End(tiktoktest.Ending(how))
	return nil
}

func pause(r *tiktoktest.Room, req *http.Request) error {
	source := req.FormValue("source")
	if source == "" {
		source = "anchor_pause"
	}
	r.Pause(source)
	return nil
}
