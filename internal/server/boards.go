package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

const (
	boardsFresh = 2 * time.Second // for how long all who follow the rooms share one look into the database
	sparkLength = time.Hour
	tilesEvery  = time.Second
	roomsShown  = 100 // on a page
)

// boards are the numbers of all rooms, looked up once for everybody who follows them.
type boards struct {
	mu  sync.Mutex
	at  time.Time
	all map[string]*db.Board
}

// roomBoards returns the numbers of all rooms, at most maxAge old.
func (s *Server) roomBoards(ctx context.Context, maxAge time.Duration) (map[string]*db.Board, error) {
	b := &s.boards
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all != nil && time.Since(b.at) < maxAge {
		return b.all, nil
	}
	all, err := s.db.Boards(ctx, time.Now().Add(-sparkLength))
	if err == nil {
		b.all, b.at = all, time.Now()
	}
	return all, err
}

// tiles returns what a page of the list of rooms shows, in its order, and the cursor of the next page.
func (s *Server) tiles(ctx context.Context, maxAge time.Duration, cursor string) (tiles []templates.RoomTile, next string, err error) {
	all, err := s.roomBoards(ctx, maxAge)
	if err != nil {
		return nil, "", err
	}
	rooms, err := roomsAfter(s.engine.Rooms(), cursor)
	if err != nil {
		return nil, "", err
	}
	rooms, next = pageOf(rooms, roomsShown, roomCursor)
	tiles = make([]templates.RoomTile, len(rooms))
	for i, room := range rooms {
		tiles[i] = tileOf(room, all[room.UniqueID], time.Now())
	}
	return tiles, next, nil
}

func tileOf(room live.RoomState, b *db.Board, now time.Time) templates.RoomTile {
	tile := templates.RoomTile{
		UniqueID: room.UniqueID, Nickname: room.Nickname, Picture: room.Picture, Health: healthView(room),
		Wanted: room.Wanted, AutoRecord: room.AutoRecord, Demo: room.Demo,
	}
	if b == nil {
		return tile
	}
	tile.HasNumbers, tile.Diamonds = true, b.Diamonds
	tile.Over = !b.Session.EndedAt.IsZero()
	if tile.Over {
		tile.Viewers = b.ViewersPeak
		return tile
	}
	tile.Health.Started, tile.Viewers, tile.Spark = b.Session.StartedAt, -1, templates.NewSpark(b.Minutes, now)
	for _, m := range b.Minutes {
		if m.Viewers >= 0 {
			tile.Viewers = m.Viewers
		}
	}
	return tile
}

// followRooms is GET /api/rooms/follow where a socket is asked for: the tiles of a page of rooms as they move. Without an upgrade that
// address is the room of a host called follow.
func (s *Server) followRooms(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/rooms/follow" || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			next.ServeHTTP(w, r)
			return
		}
		s.page(func(w http.ResponseWriter, r *http.Request) error {
			f := &follower{server: s, request: r, printer: s.view(r, "").Printer}
			return f.serve(w, f.sendTiles)
		})(w, r)
	})
}

// tileFrame tells how tiles look now: in the words and the markup of the reader's language.
type tileFrame struct {
	Type  string                       `json:"type"`
	Order []string                     `json:"order"` // every room of the page
	Rooms map[string]map[string]string `json:"rooms"` // what changed: HTML by room and part
}

// sendTiles sends what changed of the tiles, all of them first, until ctx ends.
func (f *follower) sendTiles(ctx context.Context) error {
	page := f.server.view(f.request, "")
	cursor := f.request.URL.Query().Get("rooms")
	page.Path = roomsPath(cursor)
	sent := map[string]string{}
	order := ""
	ticker := time.NewTicker(tilesEvery)
	defer ticker.Stop()
	for {
		tiles, _, err := f.server.tiles(ctx, boardsFresh, cursor)
		if err != nil {
			return err
		}
		frame := tileFrame{Type: "rooms", Order: []string{}, Rooms: map[string]map[string]string{}}
		for _, tile := range tiles {
			frame.Order = append(frame.Order, tile.UniqueID)
			if err := frame.add(ctx, page, tile, sent); err != nil {
				return err
			}
		}
		if now := strings.Join(frame.Order, " "); len(frame.Rooms) > 0 || now != order {
			order = now
			data, err := json.Marshal(frame)
			if err != nil {
				return err
			}
			if err := f.write(ctx, data); err != nil {
				return err
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// add puts those parts of a tile into the frame that look other than what was sent last.
func (t *tileFrame) add(ctx context.Context, page templates.Page, tile templates.RoomTile, sent map[string]string) error {
	for part, component := range map[string]templ.Component{
		"state": templates.TileState(page, tile), "now": templates.TileNow(page, tile), "acts": templates.TileActs(page, tile),
	} {
		var b bytes.Buffer
		if err := component.Render(ctx, &b); err != nil {
			return err
		}
		key, html := tile.UniqueID+" "+part, b.String()
		if sent[key] == html {
			continue
		}
		sent[key] = html
		if t.Rooms[tile.UniqueID] == nil {
			t.Rooms[tile.UniqueID] = map[string]string{}
		}
		t.Rooms[tile.UniqueID][part] = html
	}
	return nil
}
