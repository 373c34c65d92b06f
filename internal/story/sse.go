package story

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// maxLine bounds a line of an event stream: a server that never ends one must not fill the memory.
const maxLine = 256 << 10

var errLongLine = errors.New("a line of the event stream is too long")

// sseReader reads server-sent events.
type sseReader struct {
	lines *bufio.Scanner
}

func newSSEReader(r io.Reader) *sseReader {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxLine)
	return &sseReader{lines: s}
}

// next returns the next event that has data, or io.EOF. An event that the end of the stream cuts off is still returned: some
// servers forget the last empty line.
func (r *sseReader) next() (event, data string, err error) {
	var parts []string
	for r.lines.Scan() {
		line := strings.TrimSuffix(r.lines.Text(), "\r")
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && len(parts) > 0:
			return event, strings.Join(parts, "\n"), nil
		case line == "":
			event = ""
		case field == "event":
			event = value
		case field == "data":
			parts = append(parts, value)
		}
	}
	if err := r.lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return "", "", errLongLine
	} else if err != nil {
		return "", "", err
	}
	if len(parts) > 0 {
		return event, strings.Join(parts, "\n"), nil
	}
	return "", "", io.EOF
}
