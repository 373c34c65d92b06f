package templates

import (
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
)

// Spark is a room's viewers of the last hour as a line, for a tile.
type Spark struct {
	Path string // of an SVG of sparkWidth by sparkHeight; "" where there is nothing to draw
	Gaps []SparkGap
	Peak int64
}

// SparkGap is a stretch of which nothing is known.
type SparkGap struct{ X, Width int }

const (
	sparkMinutes = 60
	sparkStep    = 4 // units a minute
	sparkWidth   = sparkMinutes * sparkStep
	sparkHeight  = 36
	sparkHole    = 3 // minutes without a count after which the line breaks
)

// NewSpark draws the minutes of the hour before now; they are in order.
func NewSpark(minutes []live.Minute, now time.Time) Spark {
	var s Spark
	start := now.Truncate(time.Minute).Add(-(sparkMinutes - 1) * time.Minute)
	for _, m := range minutes {
		if !m.Start.Before(start) {
			s.Peak = max(s.Peak, m.Viewers)
		}
	}
	var path strings.Builder
	last := -sparkHole - 1
	for _, m := range minutes {
		n := int(m.Start.Sub(start) / time.Minute)
		if n < 0 || n >= sparkMinutes {
			continue
		}
		if m.Gap >= 30*time.Second {
			s.Gaps = append(s.Gaps, SparkGap{n * sparkStep, sparkStep})
		}
		if m.Viewers < 0 {
			continue
		}
		command := "L"
		if n-last > sparkHole {
			command = "M"
		}
		last = n
		y := sparkHeight - 2
		if s.Peak > 0 {
			y -= int(m.Viewers * (sparkHeight - 4) / s.Peak)
		}
		path.WriteString(command + strconv.Itoa(n*sparkStep+sparkStep/2) + " " + strconv.Itoa(y))
	}
	if strings.Contains(path.String(), "L") {
		s.Path = path.String()
	}
	return s
}

func (g SparkGap) x() string     { return strconv.Itoa(g.X) }
func (g SparkGap) width() string { return strconv.Itoa(g.Width) }
