package tiktok

import (
	"testing"

	"go.uber.org/goleak"
)

// Every test must leave nothing running: no reader, no writer, no timer's goroutine.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
