package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/schemas"
)

const partitions = 6

var (
	noon  = time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	start = position.Start("e1", partitions, partitions)
	// end is far behind everything that the tests write.
	end = func() position.Position {
		p := start
		for partition := range partitions {
			p = p.With(position.Alerts, partition, 1<<40).With(position.Actions, partition, 1<<40)
		}
		return p
	}()
)

func openIn(t testing.TB, folder string) *Store {
	t.Helper()
	s, err := Open(t.Context(), folder, func(notice string) { t.Log(notice) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Begin(t.Context(), start, end); err != nil {
		t.Fatal(err)
	}
	return s
}

func id(n int) string { return fmt.Sprintf("drone-1/%d/citizen-%d", n, n%1000) }

// alert is the nth one; riot is which of its incident.
func alert(n int, riot int64) schemas.Alert {
	at := noon.Add(time.Duration(n)*time.Second + time.Duration(riot)*time.Millisecond)
	return schemas.Alert{
		AlertID: id(n), Severity: []schemas.Severity{schemas.Low, schemas.High, schemas.Critical}[n%3],
		Place: []string{"Harbour", "Foundry", "Hillcrest", "Old Town"}[n%4], AlertedAt: at, Riots: riot, OpenedAt: at,
		Riot: schemas.Riot{
			RiotID: fmt.Sprintf("%s#%d", id(n), riot), DroneID: "drone-1", CitizenID: fmt.Sprintf("citizen-%d", n%1000),
			CitizenName: fmt.Sprintf("Ilse %d <script>", n), DetectedAt: at, Lat: 44, Lon: -28, Peacescore: 3, Rioters: 1, Words: []string{"Feuer"},
		},
	}
}

// topics is what Kafka would hold.
type topics struct {
	records []Record
	next    position.Position
}

func newTopics() *topics { return &topics{next: start} }

func (k *topics) add(r Record) {
	r.Offset = k.next.Next(r.Topic, r.Partition)
	r.SentAt = noon.Add(time.Duration(len(k.records)) * time.Millisecond)
	k.next = k.next.With(r.Topic, r.Partition, r.Offset+1)
	k.records = append(k.records, r)
}

func (k *topics) alert(n int, riot int64) {
	a := alert(n, riot)
	k.add(Record{Topic: position.Alerts, Partition: n % partitions, Alert: &a})
}

func (k *topics) act(n int, actionID string, verb incident.Verb, after time.Duration) {
	a := incident.Action{ID: actionID, Verb: verb, By: "ada", At: incident.At(noon.Add(time.Duration(n)*time.Second + after))}
	if verb == incident.Assign {
		a.Assignee = "Zoë"
	}
	k.add(Record{Topic: position.Actions, Partition: n % partitions, AlertID: id(n), Action: &a})
}

func appendAll(t testing.TB, s *Store, records []Record, batch int) (changes []Change) {
	t.Helper()
	for len(records) > 0 {
		n := min(batch, len(records))
		these, err := s.Append(t.Context(), records[:n])
		if err != nil {
			t.Fatal(err)
		}
		changes, records = append(changes, these...), records[n:]
	}
	return changes
}

// everything is all that a reader can see, as text.
func everything(t *testing.T, s *Store) (all []string) {
	t.Helper()
	p, err := s.Page(t.Context(), Filter{}, nil, 500)
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, p.Position.String(), fmt.Sprint(p.Total, s.Skipped()))
	for _, i := range p.Incidents {
		d, err := s.Incident(t.Context(), i.AlertID)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.MarshalIndent(d, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	points, _, _, err := s.Points(t.Context(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return append(all, fmt.Sprintf("%+v", points))
}

// mixed are alerts and actions of 40 incidents, with repetitions and records
// that could not be decoded.
func mixed() *topics {
	k := newTopics()
	for n := range 40 {
		k.alert(n, 1)
		if n%2 == 0 {
			k.act(n, fmt.Sprint("close ", n), incident.Close, time.Second)
		}
		if n%5 == 0 {
			k.add(Record{Topic: position.Alerts, Partition: n % partitions})
		}
		if n%3 == 0 {
			k.act(n, fmt.Sprint("acknowledge ", n), incident.Acknowledge, 2*time.Second)
			k.act(n, fmt.Sprint("assign ", n), incident.Assign, 3*time.Second)
		}
	}
	for n := range 40 {
		if n%4 == 0 {
			k.alert(n, 5000) // five seconds later: opens closed ones again
		}
	}
	return k
}

func TestADatabaseMadeAnewIsTheSame(t *testing.T) {
	k := mixed()
	first := openIn(t, t.TempDir())
	appendAll(t, first, k.records, 1)
	want := everything(t, first)

	t.Run("in other batches", func(t *testing.T) {
		other := openIn(t, t.TempDir())
		appendAll(t, other, k.records, 17)
		if diff := cmp.Diff(want, everything(t, other)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("with the topics read one after the other", func(t *testing.T) {
		for _, firstTopic := range []position.Topic{position.Alerts, position.Actions} {
			var these, those []Record
			for _, r := range k.records {
				if r.Topic == firstTopic {
					these = append(these, r)
				} else {
					those = append(those, r)
				}
			}
			other := openIn(t, t.TempDir())
			appendAll(t, other, append(these, those...), 7)
			if diff := cmp.Diff(want, everything(t, other)); diff != "" {
				t.Error(diff)
			}
		}
	})
	t.Run("with records that come again", func(t *testing.T) {
		other := openIn(t, t.TempDir())
		appendAll(t, other, k.records[:50], 9)
		if changes := appendAll(t, other, k.records[:50], 9); len(changes) > 0 {
			t.Errorf("%d changes the second time", len(changes))
		}
		appendAll(t, other, k.records, 9)
		if diff := cmp.Diff(want, everything(t, other)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("by a process that was killed", func(t *testing.T) {
		folder := t.TempDir()
		killed := openIn(t, folder)
		appendAll(t, killed, k.records[:60], 20)
		// A copy of the files as they are is what a kill leaves.
		left := t.TempDir()
		if err := os.CopyFS(left, os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		again := openIn(t, left)
		if got := again.Position(); got.String() != killed.Position().String() {
			t.Errorf("it is at %s, not %s", got, killed.Position())
		}
		appendAll(t, again, k.records, 20)
		if diff := cmp.Diff(want, everything(t, again)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheFolderIsOneDashboardsAtATime(t *testing.T) {
	folder := t.TempDir()
	openIn(t, folder)
	if _, err := Open(t.Context(), folder, nil); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("got %v", err)
	}
}

func TestADatabaseOfNoUseIsMadeAnew(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"a file that is none": func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"one of a newer build": func(t *testing.T, path string) {
			s := openIn(t, filepath.Dir(path))
			if _, err := s.writes.Exec("PRAGMA user_version = 999"); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			spoil(t, filepath.Join(folder, "dashboard.db"))
			notices := 0
			s, err := Open(t.Context(), folder, func(string) { notices++ })
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if notices != 1 || s.Position().Epoch != "" {
				t.Errorf("%d notices, position %s", notices, s.Position())
			}
		})
	}
}

func TestOtherTopicsMakeTheDatabaseAnew(t *testing.T) {
	k := mixed()
	for name, tt := range map[string]struct {
		start, end position.Position
		discarded  bool
	}{
		"the same topics":          {start, end, false},
		"topics with another id":   {position.Start("e2", partitions, partitions), position.Start("e2", partitions, partitions), true},
		"topics that were cut off": {start, k.next.With(position.Actions, 0, 1), true},
		"more partitions":          {position.Start("e1", 7, partitions), end.With(position.Alerts, 6, 1), true},
	} {
		t.Run(name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			appendAll(t, s, k.records, 100)
			discarded, err := s.Begin(t.Context(), tt.start, tt.end)
			if err != nil {
				t.Fatal(err)
			}
			p, err := s.Page(t.Context(), Filter{}, nil, 1)
			if err != nil {
				t.Fatal(err)
			}
			if discarded != tt.discarded || (p.Total == 0) != tt.discarded || tt.discarded && p.Position.String() != tt.start.String() {
				t.Errorf("discarded %t, %d incidents at %s", discarded, p.Total, p.Position)
			}
			if tt.discarded { // and seq goes on: clients may have met the ones before
				a := alert(1, 1)
				changes, err := s.Append(t.Context(), []Record{{Topic: position.Alerts, Partition: 1, Alert: &a}})
				if err != nil || len(changes) != 1 || changes[0].Seq <= 40 {
					t.Errorf("%+v, %v", changes, err)
				}
			}
		})
	}
}

func TestChangesSayWhatEachRecordDid(t *testing.T) {
	k := newTopics()
	k.act(1, "early", incident.Close, time.Second) // before its alert is known
	k.alert(1, 1)
	k.act(1, "late", incident.Close, 2*time.Second)
	k.act(1, "again", incident.Reopen, 3*time.Second)
	s := openIn(t, t.TempDir())
	var got []string
	for _, c := range appendAll(t, s, k.records, 1) {
		line := fmt.Sprintf("%d %s %s riot=%s", c.Seq, c.After, c.Incident.State, c.RiotID)
		if c.Action != nil {
			line += fmt.Sprintf(" %s %t", c.Action.ID, c.Action.Effective)
		}
		got = append(got, line)
	}
	want := []string{
		"2 a0.1.0.0.0.0-x0.1.0.0.0.0-e1 closed riot=" + id(1) + "#1",
		"3 a0.1.0.0.0.0-x0.2.0.0.0.0-e1 closed riot= late false",
		"4 a0.1.0.0.0.0-x0.3.0.0.0.0-e1 open riot= again true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBeyondIsExactlyWhatAPositionDoesNotCover(t *testing.T) {
	k := mixed()
	s := openIn(t, t.TempDir())
	live := appendAll(t, s, k.records, 1)
	// Another instance reads the partitions in another order; its positions are as good.
	elsewhere := openIn(t, t.TempDir())
	var odd, even []Record
	for _, r := range k.records {
		if r.Partition%2 == 0 {
			even = append(even, r)
		} else {
			odd = append(odd, r)
		}
	}
	there := appendAll(t, elsewhere, append(odd, even...), 1)
	name := func(c Change) string { return fmt.Sprint(c.Topic, c.Partition, c.Offset) }
	for _, from := range append(there, live...) {
		changes, last, at, err := s.Beyond(t.Context(), from.After, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, c := range live {
			if c.Offset >= from.After.Next(c.Topic, c.Partition) {
				want = append(want, name(c))
			}
		}
		before := from.After
		for _, c := range changes {
			got = append(got, name(c))
			if !c.After.Covers(before) || c.After.Next(c.Topic, c.Partition) != c.Offset+1 {
				t.Fatalf("after %s comes %s", before, c.After)
			}
			before = c.After
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("beyond %s: %s", from.After, diff)
		}
		if last != live[len(live)-1].Seq || at.String() != s.Position().String() {
			t.Fatalf("last %d at %s", last, at)
		}
	}
	if diff := cmp.Diff(live[len(live)-3:], func() []Change {
		changes, _, _, err := s.Beyond(t.Context(), live[len(live)-4].After, 3)
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}(), cmp.Comparer(func(a, b position.Position) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("what is read again is not what came: %s", diff)
	}
	if _, _, _, err := s.Beyond(t.Context(), start, 10); !errors.Is(err, ErrTooFar) {
		t.Errorf("got %v", err)
	}
}

func TestFilters(t *testing.T) {
	k := mixed()
	s := openIn(t, t.TempDir())
	appendAll(t, s, k.records, 100)
	all, err := s.Page(t.Context(), Filter{}, nil, 500)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		filter Filter
		keep   func(incident.Incident) bool
	}{
		"by state":           {Filter{States: []int{1, 2}}, func(i incident.Incident) bool { return i.State != incident.Open }},
		"by severity":        {Filter{Ranks: []int{2}}, func(i incident.Incident) bool { return i.Severity == schemas.Critical }},
		"by district":        {Filter{District: "Harbour"}, func(i incident.Incident) bool { return i.District == "Harbour" }},
		"by citizen":         {Filter{Citizen: "citizen-7"}, func(i incident.Incident) bool { return i.CitizenID == "citizen-7" }},
		"since, inclusive":   {Filter{Since: all.Incidents[9].LastAt.Time}, func(i incident.Incident) bool { return !i.LastAt.Before(all.Incidents[9].LastAt.Time) }},
		"until, exclusive":   {Filter{Until: all.Incidents[9].LastAt.Time}, func(i incident.Incident) bool { return i.LastAt.Before(all.Incidents[9].LastAt.Time) }},
		"by assignee":        {Filter{Text: "ZOË"}, func(i incident.Incident) bool { return i.Assignee != nil }},
		"by name":            {Filter{Text: "ILSE 12 "}, func(i incident.Incident) bool { return strings.HasPrefix(i.CitizenName, "Ilse 12 ") }},
		"percent is no mark": {Filter{Text: "%"}, func(incident.Incident) bool { return false }},
		"by two":             {Filter{States: []int{2}, District: "Harbour"}, func(i incident.Incident) bool { return i.State == incident.Closed && i.District == "Harbour" }},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, i := range all.Incidents {
				if tt.keep(i) {
					want = append(want, i.AlertID)
				}
			}
			got := []string{}
			for behind, pages := (*Cursor)(nil), 0; pages == 0 || behind != nil; pages++ {
				page, err := s.Page(t.Context(), tt.filter, behind, 3)
				if err != nil {
					t.Fatal(err)
				}
				if page.Total != len(want) || len(page.Incidents) > 3 || pages > 20 {
					t.Fatalf("total %d, want %d; %d on page %d", page.Total, len(want), len(page.Incidents), pages)
				}
				for _, i := range page.Incidents {
					got = append(got, i.AlertID)
				}
				behind = page.Next
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPointsOverlapTheirTime(t *testing.T) {
	k := newTopics()
	k.alert(100, 1)
	k.alert(100, 60_000) // a minute later
	k.alert(200, 1)
	s := openIn(t, t.TempDir())
	appendAll(t, s, k.records, 10)
	begins := noon.Add(100*time.Second + time.Millisecond)
	for name, tt := range map[string]struct {
		since, until time.Time
		want         int
	}{
		"always":                     {time.Time{}, time.Time{}, 2},
		"in the middle of the first": {begins.Add(20 * time.Second), begins.Add(30 * time.Second), 1},
		"just before it":             {noon, begins, 0},
		"at its beginning":           {noon, begins.Add(time.Millisecond), 1},
		"when it is over":            {begins.Add(61 * time.Second), begins.Add(62 * time.Second), 0},
	} {
		t.Run(name, func(t *testing.T) {
			points, truncated, _, err := s.Points(t.Context(), tt.since, tt.until)
			if err != nil || len(points) != tt.want || truncated {
				t.Errorf("%+v, %t, %v", points, truncated, err)
			}
		})
	}
}

func TestAnIncidentThatThereIsNot(t *testing.T) {
	s := openIn(t, t.TempDir())
	if _, err := s.Incident(t.Context(), "x' OR 1=1 --"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

// With 100,000 incidents no list sorts, or reads the table where the index
// has all that it needs.
func TestListsReadTheIndex(t *testing.T) {
	s := openIn(t, t.TempDir())
	behind := conditions{}
	behind.add("(last_ms, alert_id) < (?, ?)", 1, "x")
	filtered := Filter{States: []int{0}, Ranks: []int{2, 1}, District: "Harbour", Since: noon}.conditions()
	citizen := Filter{Citizen: "citizen-7"}.conditions()
	for name, tt := range map[string]struct {
		query, want string
		values      []any
	}{
		"a page":                    {pageSQL(conditions{}), "SCAN incidents USING INDEX incidents_newest", []any{51}},
		"a page behind a cursor":    {pageSQL(behind), "SEARCH incidents USING INDEX incidents_newest ((last_ms,alert_id)<(?,?))", append(behind.values, 51)},
		"a page with filters":       {pageSQL(filtered), "SEARCH incidents USING INDEX incidents_newest (last_ms>?)", append(filtered.values, 51)},
		"a citizen's":               {pageSQL(citizen), "SEARCH incidents USING INDEX incidents_of_citizen (citizen_id=?)", append(citizen.values, 51)},
		"the total":                 {countSQL(conditions{}), "SCAN incidents USING COVERING INDEX", nil},
		"the total with filters":    {countSQL(filtered), "SEARCH incidents USING COVERING INDEX incidents_newest (last_ms>?)", filtered.values},
		"points":                    {pointsSQL, "SEARCH incidents USING COVERING INDEX incidents_newest (last_ms>?)", []any{0, 1, 2}},
		"the alerts of an incident": {`SELECT at_ms FROM records WHERE alert_id = ? AND topic = ?`, "SEARCH records USING COVERING INDEX records_of_incident (alert_id=? AND topic=?)", []any{"x", 0}},
		"what is beyond": {
			`SELECT body FROM records WHERE topic = ? AND partition = ? AND "offset" >= ? ORDER BY "offset" LIMIT 5`,
			"SEARCH records USING INDEX sqlite_autoindex_records_1 (topic=? AND partition=? AND offset>?)",
			[]any{0, 0, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := s.reads.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+tt.query, tt.values...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			var plan []string
			for rows.Next() {
				var a, b, c int
				var step string
				if err := rows.Scan(&a, &b, &c, &step); err != nil {
					t.Fatal(err)
				}
				plan = append(plan, step)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			if len(plan) != 1 || !strings.HasPrefix(plan[0], tt.want) {
				t.Errorf("got %q, want %q", plan, tt.want)
			}
		})
	}
}

// fill writes so many incidents.
func fill(t testing.TB, s *Store, incidents int) {
	t.Helper()
	k := newTopics()
	for n := range incidents {
		k.alert(n, 1)
	}
	appendAll(t, s, k.records, 2000)
}

func TestAHundredThousandIncidentsAreQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	s := openIn(t, t.TempDir())
	began := time.Now()
	fill(t, s, 100_000)
	t.Logf("written in %s", time.Since(began))
	var deep *Cursor
	// The bounds are ten times what a slow machine takes: they find a plan that went wrong, not a busy machine.
	for _, tt := range []struct {
		what  string
		most  time.Duration
		query func(context.Context) error
	}{
		{"a page", time.Second, func(ctx context.Context) error {
			p, err := s.Page(ctx, Filter{}, nil, 50)
			if err == nil && p.Total != 100_000 {
				err = fmt.Errorf("%d incidents", p.Total)
			}
			return err
		}},
		{"a filtered page", time.Second, func(ctx context.Context) error {
			_, err := s.Page(ctx, Filter{States: []int{0}, Ranks: []int{2}, District: "Harbour"}, nil, 50)
			return err
		}},
		{"a page that finds nothing", time.Second, func(ctx context.Context) error {
			_, err := s.Page(ctx, Filter{District: "Atlantis"}, nil, 50)
			return err
		}},
		{"a search", 5 * time.Second, func(ctx context.Context) error {
			_, err := s.Page(ctx, Filter{Text: "ilse 99"}, nil, 50)
			return err
		}},
		{"the 1,000th page", time.Second, func(ctx context.Context) error {
			deep = &Cursor{LastMs: noon.Add(50_000 * time.Second).UnixMilli(), AlertID: "x"}
			_, err := s.Page(ctx, Filter{}, deep, 50)
			return err
		}},
		{"all points", 5 * time.Second, func(ctx context.Context) error {
			points, _, _, err := s.Points(ctx, time.Time{}, time.Time{})
			if err == nil && len(points) != 100_000 {
				err = fmt.Errorf("%d points", len(points))
			}
			return err
		}},
		{"an incident", time.Second, func(ctx context.Context) error {
			_, err := s.Incident(ctx, id(77_777))
			return err
		}},
		{"one more alert", time.Second, func(ctx context.Context) error {
			a := alert(77_777, 2)
			at := s.Position()
			_, err := s.Append(ctx, []Record{{Topic: position.Alerts, Partition: 1, Offset: at.Next(position.Alerts, 1), Alert: &a}})
			return err
		}},
	} {
		began := time.Now()
		if err := tt.query(t.Context()); err != nil {
			t.Fatalf("%s: %v", tt.what, err)
		}
		took := time.Since(began)
		t.Logf("%s: %s", tt.what, took)
		if took > tt.most {
			t.Errorf("%s took %s", tt.what, took)
		}
	}
}
