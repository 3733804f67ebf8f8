// Package manifest compares the archive with what a simulator wrote down of a
// flight's faults (simulator --manifest): which reports were sent late, twice,
// out of order, damaged, in an old version or after a time without coverage.
// It is pure: Spark does the comparing, and package evidence asks it.
package manifest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An Entry is one line, as far as the audit looks at it.
type Entry struct {
	Fault    string `json:"fault"`
	ReportID string `json:"report_id"`
	// Copies is how often a duplicate was sent in all.
	Copies int64 `json:"copies"`
	// SHA256 is that of the bytes of a corrupt report as they were sent, in
	// hex, and so of the value of its dead letter.
	SHA256 string `json:"sha256"`
}

// The faults that need more than that the report be archived.
const (
	duplicate = "duplicate"
	corrupt   = "corrupt"
)

// Faults lists the kinds that a manifest may name.
func Faults() []string { return []string{"late", duplicate, "reorder", corrupt, "old_schema", "lost"} }

// maxLine is the longest line in bytes; simulators write less than a thousand.
const maxLine = 1 << 20

// Read reads a manifest, one flight's. The error tells the number of the line
// that is none.
func Read(file io.Reader) ([]Entry, error) {
	var entries []Entry
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	number := 0
	for lines.Scan() {
		number++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d is no fault that simulator --manifest wrote: %w", number, err)
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", number+1, err)
	}
	return entries, nil
}

func (e Entry) check() error {
	switch {
	case !slices.Contains(Faults(), e.Fault):
		return fmt.Errorf("%q is no fault; there are %s", e.Fault, strings.Join(Faults(), ", "))
	case e.ReportID == "" || strings.ContainsAny(e.ReportID, "=,'\\ \t\r\n"):
		return fmt.Errorf("%q is no report_id", e.ReportID)
	case e.Fault == corrupt && len(e.SHA256) != 64:
		return errors.New("a corrupt report without the sha256 of its bytes: a flight writes it (simulator --manifest), simulator truth cannot know it")
	case e.Fault == duplicate && e.Copies < 1:
		return errors.New("a duplicate without its copies")
	}
	return nil
}

// A Listed is what must be found of one report.
type Listed struct {
	ReportID string
	Faults   []string // in the order of Faults()
	// Rows is how many there must be at the least: another flight may have sent
	// the report as well. 0 is none at all.
	Rows int64
	// Letters are the hashes that must be among those of the dead letters.
	Letters []string
}

// Merge gathers what manifests say of each report, in the order in which they
// list them. Each manifest is one flight, which sends a report whole or
// corrupt, not both.
func Merge(manifests ...[]Entry) []Listed {
	var reports []Listed
	at := map[string]int{}
	for _, entries := range manifests {
		spoiled := map[string]bool{}
		for _, e := range entries {
			spoiled[e.ReportID] = spoiled[e.ReportID] || e.Fault == corrupt
		}
		for _, e := range entries {
			i, known := at[e.ReportID]
			if !known {
				i = len(reports)
				at[e.ReportID], reports = i, append(reports, Listed{ReportID: e.ReportID})
			}
			r := &reports[i]
			if !slices.Contains(r.Faults, e.Fault) {
				r.Faults = append(r.Faults, e.Fault)
			}
			if e.Fault == corrupt {
				r.Letters = append(r.Letters, strings.ToLower(e.SHA256))
			}
			if !spoiled[e.ReportID] {
				r.Rows = max(r.Rows, e.Copies, 1)
			}
		}
	}
	for _, r := range reports {
		slices.SortFunc(r.Faults, func(a, b string) int { return slices.Index(Faults(), a) - slices.Index(Faults(), b) })
	}
	return reports
}
