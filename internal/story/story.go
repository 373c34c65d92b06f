// Package story is the AI host's brain: it takes what happened in a LIVE (a comment, a gift, a change of program) and answers
// with one to three clips. The contract is docs/story.md.
//
// A turn runs through six steps, each a plain function: normalise → context → recall → prompt → respond → persist. Everything
// a viewer wrote is data on the whole way: it is cleaned before it is used, marked as untrusted where a model reads it, and
// can neither become another type of input nor speak with another's name.
package story
