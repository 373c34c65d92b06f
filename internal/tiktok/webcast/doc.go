// Package webcast is the full schema of TikTok's webcast protocol, as generated from webcast.proto.
//
// The stand-in for TikTok (tiktoktest) encodes with it, and the tests of package tiktok hold its decoder, which reads only
// the fields an event needs, against it. The program itself does not link it.
package webcast

//go:generate protoc --go_out=. --go_opt=paths=source_relative webcast.proto
