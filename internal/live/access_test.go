package live_test

import (
	"testing"

	"showcaller/internal/live"
)

func TestRolesAreInOrder(t *testing.T) {
	roles := live.TeamRoles()
	for i, have := range roles {
		for j, need := range roles {
			if got, want := have.AtLeast(need), i >= j; got != want {
				t.Errorf("%s.AtLeast(%s) = %t, want %t", have, need, got, want)
			}
		}
		for _, none := range []live.TeamRole{"", "admin", "Owner"} {
			if none.Valid() || none.AtLeast(have) || have.AtLeast(none) || none.AtLeast(none) {
				t.Errorf("%q counts as a role beside %s", none, have)
			}
		}
	}
}
