//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rows is what `spark-jobs verify --json` says of tables and manifests.
type rows struct {
	Untrue   int `json:"untrue"`
	WrongDay int `json:"wrong_day"`
	Tables   []struct {
		Topic  string `json:"topic"`
		Rows   int    `json:"rows"`
		Hidden int    `json:"hidden"`
		Seqs   *struct {
			Drones   int `json:"drones"`
			Unseen   int `json:"unseen"`
			SetAside int `json:"set_aside"`
		} `json:"seqs"`
	} `json:"tables"`
	Manifest struct {
		Faults []struct {
			Fault  string `json:"fault"`
			Listed int    `json:"listed"`
			Found  int    `json:"found"`
		} `json:"faults"`
	} `json:"manifest"`
}

// theAuditKnowsTheManifest gives verify the manifest of the only flight so far,
// and then three lines that are not true.
func theAuditKnowsTheManifest(t *testing.T, s *system, truth truth, file string) {
	t.Helper()
	found := parse[rows](t, s.run(t, 0, "spark-jobs", "verify", "--json", "--manifest", file))
	listed := map[string]int{}
	last := map[string]fault{} // of each kind
	for _, f := range truth.Manifest {
		listed[f.Fault]++
		last[f.Fault] = f
	}
	if len(found.Manifest.Faults) != len(listed) || found.Untrue != 0 {
		t.Errorf("%+v, %d untrue; the manifest has %v", found.Manifest, found.Untrue, listed)
	}
	for _, f := range found.Manifest.Faults {
		if f.Listed != listed[f.Fault] || f.Found != f.Listed {
			t.Errorf("%s: %d listed, %d found; the manifest has %d", f.Fault, f.Listed, f.Found, listed[f.Fault])
		}
	}
	hidden := map[string]int{
		"reports": truth.Totals.SentReports - truth.Totals.Reports,
		"riots":   truth.Totals.SentRiots - truth.Totals.Riots,
	}
	for _, table := range found.Tables {
		if table.Hidden != hidden[table.Topic] {
			t.Errorf("%s: %d rows of %d are hidden, %d were sent again", table.Topic, table.Hidden, table.Rows, hidden[table.Topic])
		}
		if seqs := table.Seqs; table.Topic == "reports" && (seqs == nil || seqs.Unseen == 0 || seqs.Unseen != seqs.SetAside) {
			t.Errorf("only corrupt reports are unseen, and as many dead letters account for them; verify says %+v", seqs)
		}
	}
	if found.WrongDay != 0 {
		t.Errorf("%d rows lie on a wrong day", found.WrongDay)
	}

	late, twice, corrupt := last["late"], last["duplicate"], last["corrupt"]
	late.ReportID += "9" // nobody sent it
	twice.Copies++
	corrupt.SHA256 = strings.Repeat("0", len(corrupt.SHA256))
	lies := filepath.Join(t.TempDir(), "lies.jsonl")
	var content []byte
	for _, lie := range []fault{late, twice, corrupt} {
		line, err := json.Marshal(lie)
		if err != nil {
			t.Fatal(err)
		}
		content = slices.Concat(content, line, []byte("\n"))
	}
	if err := os.WriteFile(lies, content, 0o600); err != nil {
		t.Fatal(err)
	}
	printed := string(s.run(t, 1, "spark-jobs", "verify", "--manifest", lies))
	for _, want := range []string{
		late.ReportID + " (late) has 0 rows, not 1\n",
		twice.ReportID + " (duplicate) has 2 rows, not 3\n",
		corrupt.ReportID + " (corrupt) is not among the dead letters\n",
		"manifest: 3 reports, 3 not as it says\n",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("verify does not say %q:\n%s", want, printed)
		}
	}
	if none := string(s.run(t, 0, "spark-jobs", "verify", "--until", "2020-01-01")); !strings.Contains(none, "verify: 0 records") {
		t.Errorf("records were sent before 2020:\n%s", none)
	}
}
