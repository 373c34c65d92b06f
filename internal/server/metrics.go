package server

import (
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"showcaller/internal/live"
)

// AdminHandler serves /metrics and pprof, for an address that is not public.
func AdminHandler(engine *live.Engine) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newRoomCollector(engine))
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// roomCollector reads the rooms' states when it is asked: nothing has to be counted along.
type roomCollector struct {
	engine                          *live.Engine
	rooms, recorded, dropped, alien *prometheus.Desc
}

func newRoomCollector(engine *live.Engine) *roomCollector {
	return &roomCollector{
		engine:   engine,
		rooms:    prometheus.NewDesc("showcaller_rooms", "Rooms by state.", []string{"state"}, nil),
		recorded: prometheus.NewDesc("showcaller_session_last_seq", "Number of the newest event of the open session.", []string{"room"}, nil),
		dropped:  prometheus.NewDesc("showcaller_session_repeats_dropped", "Repeats that were not recorded again, in the open session.", []string{"room"}, nil),
		alien:    prometheus.NewDesc("showcaller_unknown_messages", "Messages no event is made of, by room and method.", []string{"room", "method"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *roomCollector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

// Collect implements prometheus.Collector.
func (c *roomCollector) Collect(ch chan<- prometheus.Metric) {
	states := map[live.State]int{}
	for _, room := range c.engine.Rooms() {
		states[room.Health.State]++
		if s, err := c.engine.Session(room.Health.SessionID); err == nil {
			ch <- prometheus.MustNewConstMetric(c.recorded, prometheus.GaugeValue, float64(s.Log().Last()), room.UniqueID)
			ch <- prometheus.MustNewConstMetric(c.dropped, prometheus.GaugeValue, float64(s.Dropped()), room.UniqueID)
		}
		for method, unknown := range room.Health.Unknown {
			ch <- prometheus.MustNewConstMetric(c.alien, prometheus.GaugeValue, float64(unknown.Count), room.UniqueID, method)
		}
	}
	for state, n := range states {
		ch <- prometheus.MustNewConstMetric(c.rooms, prometheus.GaugeValue, float64(n), string(state))
	}
}
