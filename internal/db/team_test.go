package db_test

import (
	"strings"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func TestNobodyEditsTheAuditList(t *testing.T) {
	d := fresh(t)
	entry := db.AuditEntry{At: live.Millis(time.Now()), Who: "linh", Role: live.RoleOwner, Action: "login", Target: "/", Address: "127.0.0.1"}
	if err := d.AddAudit(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`UPDATE audit SET who = 'nobody'`, `DELETE FROM audit`, `INSERT OR REPLACE INTO audit SELECT id, at_ms, 'nobody', role, action, target, address FROM audit`,
	} {
		if err := d.Exec(t.Context(), query); err == nil || !strings.Contains(err.Error(), "cannot be edited") {
			t.Errorf("%s: %v", query, err)
		}
	}
	entry.ID = 1
	got, err := d.Audit(t.Context(), db.AuditQuery{Limit: 10})
	if err != nil || len(got) != 1 || got[0] != entry {
		t.Errorf("the list is %+v: %v", got, err)
	}
}
