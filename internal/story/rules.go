package story

import "fmt"

// What a field may do wrong: the values of FieldError.Rule, a closed list, so that the panel has words for each in every language.
const (
	RuleRequired = "required" // absent, or without anything that shows
	RuleText     = "text"     // no string
	RuleLong     = "long"     // Has characters, Most are allowed
	RuleOneOf    = "one_of"   // none of Allowed
	RuleNumber   = "number"   // no number
	RuleAmount   = "amount"   // negative, or not finite
	RuleInteger  = "integer"  // no whole number between From and To
	RuleFlag     = "flag"     // neither true nor false
	RuleObject   = "object"   // no object
	RuleBytes    = "bytes"    // Has bytes of JSON, Most are allowed
	RuleList     = "list"     // no list
	RuleEntries  = "entries"  // Has entries, Most are allowed
	RuleWord     = "word"     // a word of a list that is blank, or longer than Most characters
)

// Rules are all of these.
var Rules = []string{
	RuleRequired, RuleText, RuleLong, RuleOneOf, RuleNumber, RuleAmount, RuleInteger, RuleFlag, RuleObject, RuleBytes, RuleList, RuleEntries,
	RuleWord,
}

// english is what a client of the API reads, and what its words name, in this order.
var english = map[string]struct {
	text string
	args []string
}{
	RuleRequired: {"This is required and must not be blank.", nil},
	RuleText:     {"This must be a string.", nil},
	RuleLong:     {"This has %d characters; %d are allowed.", []string{"Has", "Most"}},
	RuleOneOf:    {"This must be one of %s.", []string{"Allowed"}},
	RuleNumber:   {"This must be a number.", nil},
	RuleAmount:   {"This must be a finite number of 0 or more.", nil},
	RuleInteger:  {"This must be an integer from %d to %d.", []string{"From", "To"}},
	RuleFlag:     {"This must be true or false.", nil},
	RuleObject:   {"This must be an object.", nil},
	RuleBytes:    {"This has %d bytes; %d are allowed.", []string{"Has", "Most"}},
	RuleList:     {"This must be a list.", nil},
	RuleEntries:  {"This has %d entries; %d are allowed.", []string{"Has", "Most"}},
	RuleWord:     {"A word must have 1 to %d characters.", []string{"Most"}},
}

// breaks says that what stands at path breaks a rule.
func breaks(path, rule string, args ...any) FieldError {
	r := english[rule]
	e := FieldError{Path: path, Message: fmt.Sprintf(r.text, args...), Rule: rule}
	for i, name := range r.args {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[name] = args[i]
	}
	return e
}
