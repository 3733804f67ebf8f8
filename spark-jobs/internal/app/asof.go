package app

import "time"

// asOf is the option of commands that can look at the archive as it was.
type asOf struct {
	AsOf time.Time `name:"as-of" format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"The archive as it was then, by when rows were committed, as 2026-03-07T12:00:00Z; snapshots are kept for a week (default: now)."`
}
