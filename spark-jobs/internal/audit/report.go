package audit

import "github.com/peacestate/peacestate/spark-jobs/internal/manifest"

// A Table is what stands in the rows of one topic's table, whatever Kafka
// holds: all of its rows, or those of the window that is audited.
type Table struct {
	Topic string `json:"topic"`
	Rows  int64  `json:"rows"`
	// Hidden is how many rows questions do not count, as each counts an id
	// once: rows beyond the first of their id.
	Hidden int64 `json:"hidden"`
	// WrongDay is how many rows lie in the partition of another day than that
	// of their event time: a question about a day does not find them.
	WrongDay int64 `json:"wrong_day"`
	// Seqs is nil for tables that have none.
	Seqs *Seqs `json:"seqs,omitempty"`
}

// Seqs is which numbers of reports were not seen between the first and the
// last of each drone. That is no fault by itself: a drone that did not fly for
// a while numbers on.
type Seqs struct {
	Drones   int64 `json:"drones"`
	WithGaps int64 `json:"drones_with_gaps"`
	Unseen   int64 `json:"unseen"`
	// SetAside is how many of those as many dead letters of the same drones
	// account for. A letter tells its drone by its key, not its number.
	SetAside int64 `json:"set_aside"`
	// UnseenAt names the first, of drones whose dead letters do not account
	// for all of them.
	UnseenAt []DroneRange `json:"unseen_at,omitempty"`
}

// Unexplained is how many unseen numbers dead letters do not account for.
func (s Seqs) Unexplained() int64 { return s.Unseen - s.SetAside }

// A DroneRange is a run of the numbers of one drone's reports.
type DroneRange struct {
	DroneID string `json:"drone_id"`
	Range
}

// A Report is the whole audit.
type Report struct {
	Partitions []Finding `json:"partitions"`
	Tables     []Table   `json:"tables"`
	// Manifest is nil when none was given.
	Manifest *manifest.Outcome `json:"manifest,omitempty"`
}

// A Verdict sums a report up.
type Verdict struct {
	Records     int64 `json:"records"`
	Archived    int64 `json:"archived"`
	DeadLetters int64 `json:"dead_letters"`
	Missing     int64 `json:"missing"`
	Repeated    int64 `json:"repeated"`
	Hidden      int64 `json:"hidden"`
	WrongDay    int64 `json:"wrong_day"`
	// Untrue is how many reports are not as manifests say.
	Untrue int64 `json:"untrue"`
}

// Verdict sums up.
func (r Report) Verdict() Verdict {
	v := Sum(r.Partitions)
	for _, t := range r.Tables {
		v.Hidden += t.Hidden
		v.WrongDay += t.WrongDay
	}
	if r.Manifest != nil {
		v.Untrue = r.Manifest.Untrue
	}
	return v
}

// Sum adds findings up.
func Sum(findings []Finding) Verdict {
	var v Verdict
	for _, f := range findings {
		v.Records += f.Records
		v.Archived += f.Archived
		v.DeadLetters += f.DeadLetters
		v.Missing += f.Missing
		v.Repeated += f.Repeated
	}
	return v
}

// Clean reports whether nothing is missing, nothing is archived twice or on a
// wrong day, and all is as manifests say. What is hidden is no fault.
func (v Verdict) Clean() bool {
	return v.Missing == 0 && v.Repeated == 0 && v.WrongDay == 0 && v.Untrue == 0
}
