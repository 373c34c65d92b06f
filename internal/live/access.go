package live

import "slices"

// TeamRole is what a person of the team, or a program with a token, may do. Each may do all that the ones below it may.
type TeamRole string

const (
	RoleOwner     TeamRole = "owner"     // the team, tokens, the audit list; deletes sessions and rooms, forgets viewers
	RoleOperator  TeamRole = "operator"  // runs the show: rooms, stories, overlays, tests, programs, shares
	RoleModerator TeamRole = "moderator" // pins, writes notes, mutes viewers, skips what the host or an alert would say
	RoleReviewer  TeamRole = "reviewer"  // reads
)

// TeamRoles returns every role, the one that may do least first.
func TeamRoles() []TeamRole { return []TeamRole{RoleReviewer, RoleModerator, RoleOperator, RoleOwner} }

// Valid reports whether r is a role.
func (r TeamRole) Valid() bool { return slices.Contains(TeamRoles(), r) }

// AtLeast reports whether r may do what needs the role least. What is no role may do nothing, and nobody may do what needs one.
func (r TeamRole) AtLeast(least TeamRole) bool {
	have, need := slices.Index(TeamRoles(), r), slices.Index(TeamRoles(), least)
	return need >= 0 && have >= need
}
