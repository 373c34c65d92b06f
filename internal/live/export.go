package live

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// ExportFormats are the formats of Export.
var ExportFormats = []string{"json", "jsonl", "csv"}

// Export writes events as they come, at a constant memory: "json" is the array of the capture file, one event a line; "jsonl"
// one event a line; "csv" a table for spreadsheets. The command line and the API write the same bytes.
func Export(w io.Writer, format string, events iter.Seq2[Event, error]) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch format {
	case "json":
		err = exportJSON(buffered, events)
	case "jsonl":
		err = exportLines(buffered, events)
	case "csv":
		err = exportCSV(buffered, events)
	default:
		return Errorf(CodeInvalid, "There is no export format %q. Use one of %s.", format, strings.Join(ExportFormats, ", "))
	}
	if err != nil {
		return err
	}
	return buffered.Flush()
}

func exportJSON(w *bufio.Writer, events iter.Seq2[Event, error]) error {
	separator := "["
	line := make([]byte, 0, 1024)
	for e, err := range events {
		if err != nil {
			return err
		}
		if line, err = e.AppendJSON(append(append(line[:0], separator...), '\n')); err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
		separator = ","
	}
	if separator == "[" {
		_, err := w.WriteString("[]\n")
		return err
	}
	_, err := w.WriteString("\n]\n")
	return err
}

func exportLines(w *bufio.Writer, events iter.Seq2[Event, error]) error {
	line := make([]byte, 0, 1024)
	for e, err := range events {
		if err != nil {
			return err
		}
		if line, err = e.AppendJSON(line[:0]); err != nil {
			return err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

var csvHeader = []string{
	"seq", "timestamp", "event_type", "origin", "history", "user_id", "unique_id", "nickname", "text", "gift", "count", "diamonds", "data",
}

func exportCSV(w *bufio.Writer, events iter.Seq2[Event, error]) error {
	table := csv.NewWriter(w)
	if err := table.Write(csvHeader); err != nil {
		return err
	}
	for e, err := range events {
		if err != nil {
			return err
		}
		row, err := csvRow(e)
		if err != nil {
			return err
		}
		if err := table.Write(row); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

func csvRow(e Event) ([]string, error) {
	data, err := e.DataJSON()
	if err != nil {
		return nil, err
	}
	u := e.User
	if u == nil {
		u = &User{}
	}
	row := []string{
		strconv.FormatInt(e.Seq, 10), Timestamp(e.At), string(e.Kind), string(e.Origin), strconv.FormatBool(e.History),
		u.UserID, u.UniqueID, u.Nickname, Text(e), "", "", "", string(data),
	}
	switch e.Kind {
	case KindGift:
		gift := DataOf[Gift](e)
		row[9], row[10] = gift.Gift.Name, strconv.Itoa(gift.RepeatCount)
		if !gift.Streaking && !e.History && !e.Origin.Rehearsal() { // a streak counts once, at its end; what was made up never
			row[11] = strconv.Itoa(gift.TotalDiamonds)
		}
	case KindLike:
		row[10] = strconv.Itoa(DataOf[Like](e).Count)
	case KindViewers:
		row[10] = strconv.FormatInt(DataOf[Viewers](e).Viewers, 10)
	}
	for i, cell := range row {
		row[i] = defuse(cell)
	}
	return row, nil
}

// defuse keeps a spreadsheet from running a viewer's name as a formula: such a cell begins with an apostrophe, which
// spreadsheets show as text.
func defuse(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// Text returns what an event says in words: a comment, a question, the host's answer, a gap's cause. "" for the others.
func Text(e Event) string {
	switch e.Kind {
	case KindComment:
		return DataOf[Comment](e).Comment
	case KindQuestion:
		return DataOf[Question](e).Question
	case KindProgram:
		p := DataOf[Program](e)
		return p.Action + " " + p.ProgramName
	case KindReply:
		var text []string
		for _, c := range DataOf[Reply](e).Clips {
			text = append(text, c.Speech)
		}
		return strings.Join(text, "\n")
	case KindSkip:
		return DataOf[Skip](e).Reason
	case KindNote:
		return DataOf[Note](e).Text
	case KindIntro:
		return DataOf[Intro](e).Text
	case KindCaption:
		return DataOf[Caption](e).Text
	case KindSystem:
		return DataOf[System](e).Text
	case KindGap:
		g := DataOf[Gap](e)
		return fmt.Sprintf("no data %s to %s: %s", g.From, g.To, g.Cause)
	}
	return ""
}
