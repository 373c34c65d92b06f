package live

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
)

// ExportTable writes rows as they come, at a constant memory: "json" is an array of objects, one a line; "jsonl" one object a line;
// "csv" a table for spreadsheets. A row has a value for each column: a string, a number, a bool, or nil where nothing is known.
func ExportTable(w io.Writer, format string, columns []string, rows iter.Seq2[[]any, error]) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch format {
	case "json":
		err = tableJSON(buffered, columns, rows, "[\n", ",\n", "\n]\n")
	case "jsonl":
		err = tableJSON(buffered, columns, rows, "", "\n", "\n")
	case "csv":
		err = tableCSV(buffered, columns, rows)
	default:
		return Errorf(CodeInvalid, "There is no export format %q. Use one of %s.", format, strings.Join(ExportFormats, ", "))
	}
	if err != nil {
		return err
	}
	return buffered.Flush()
}

func tableJSON(w *bufio.Writer, columns []string, rows iter.Seq2[[]any, error], begin, between, end string) error {
	separator := begin
	for row, err := range rows {
		if err != nil {
			return err
		}
		line, err := objectOf([]byte(separator), columns, row)
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
		separator = between
	}
	switch {
	case separator == between:
		_, err := w.WriteString(end)
		return err
	case begin != "":
		_, err := w.WriteString("[]\n")
		return err
	}
	return nil
}

// objectOf appends a row as an object, its keys in the order of the columns.
func objectOf(line []byte, columns []string, row []any) ([]byte, error) {
	line = append(line, '{')
	for i, column := range columns {
		value, err := json.Marshal(row[i])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			line = append(line, ',')
		}
		line = append(append(appendString(line, column), ':'), value...)
	}
	return append(line, '}'), nil
}

func tableCSV(w *bufio.Writer, columns []string, rows iter.Seq2[[]any, error]) error {
	table := csv.NewWriter(w)
	if err := table.Write(columns); err != nil {
		return err
	}
	cells := make([]string, len(columns))
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, value := range row {
			switch v := value.(type) {
			case nil:
				cells[i] = ""
			case string:
				cells[i] = defuse(v)
			default:
				cells[i] = fmt.Sprint(v)
			}
		}
		if err := table.Write(cells); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}
