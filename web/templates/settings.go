package templates

// SettingsPage is what a reader chooses for themselves, and what this program is set up to do.
type SettingsPage struct {
	Page
	Version string
	Address string // of the panel, as others reach it
	Spoken  bool   // there is a speech server
	File    int64  // bytes of the database
}
