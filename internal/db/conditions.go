package db

import "strings"

// condition is SQL with a ? for each of its arguments.
type condition struct {
	sql  string
	args []any
}

func that(text string, args ...any) condition { return condition{text, args} }

// oneOf says that a column has one of some values.
func oneOf[T ~string](column string, values []T) condition {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	return condition{column + ` IN (?` + strings.Repeat(`, ?`, len(values)-1) + `)`, args}
}

// conditions joins them, with parameters that have numbers.
func conditions(where []condition) (string, []any) {
	var parts []string
	var args []any
	for _, c := range where {
		text := c.sql
		for _, arg := range c.args {
			args = append(args, arg)
			text = strings.Replace(text, "?", placeholder(len(args)), 1)
		}
		parts = append(parts, text)
	}
	return `WHERE ` + strings.Join(parts, ` AND `), args
}
