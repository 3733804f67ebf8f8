package truth

import (
	"encoding/json"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A message is one transmission of a report.
type message struct {
	fault.Transmission
	report schemas.Report
}

func all(messages []message) iter.Seq2[fault.Transmission, schemas.Report] {
	return func(yield func(fault.Transmission, schemas.Report) bool) {
		for _, m := range messages {
			if !yield(m.Transmission, m.report) {
				return
			}
		}
	}
}

func calm(id string) schemas.Citizen  { return schemas.Citizen{CitizenID: id, Peacescore: 10} }
func riots(id string) schemas.Citizen { return schemas.Citizen{CitizenID: id, Peacescore: 9.99} }

// report is report seq of a drone, made half past an hour in January 2026.
func report(drone int, seq int64, day, hour int, district string, words []string, citizens ...schemas.Citizen) message {
	id := schemas.DroneID(drone)
	r := schemas.Report{
		ReportID: schemas.ReportID(id, seq), DroneID: id, Seq: seq,
		ReportedAt: time.Date(2026, 1, day, hour, 30, 0, 0, time.UTC), Words: words, Citizens: citizens,
	}
	for _, d := range peaceland.Districts() {
		if d.Name == district {
			r.Lat, r.Lon = d.Lat, d.Lon
		}
	}
	return message{fault.Transmission{Due: world.Due{Drone: drone, Seq: seq, At: r.ReportedAt}, SentAt: r.ReportedAt}, r}
}

func with(m message, kind fault.Kind) message {
	m.Fault = kind
	return m
}

func copied(m message) message {
	m.Copy = true
	return with(m, fault.Duplicate)
}

// A calm report on Friday evening, a riot of two on Saturday noon, sent twice,
// a calm one an hour later, and a riot on Monday.
func few() []message {
	saturday := report(0, 1, 10, 12, "Harbour", []string{"stones", "stones"}, riots("a"), riots("b"), calm("c"))
	return []message{
		report(0, 0, 9, 23, "Harbour", []string{"tea"}, calm("a"), calm("d")),
		with(saturday, fault.Duplicate),
		copied(saturday),
		report(0, 2, 10, 13, "Market", []string{"tea", "stones"}, calm("b")),
		report(2, 3, 12, 12, "Harbour", nil, riots("a")),
	}
}

// damaged is what the archive lacks beside few: a riot in a place, at an hour
// and on a day that no other report is of, by somebody nobody else saw, and one
// among others.
func damaged() []message {
	return append(few(),
		with(report(1, 0, 11, 5, "Foundry", []string{"tea"}, riots("unseen")), fault.Corrupt),
		with(report(1, 1, 12, 12, "Harbour", []string{"tea"}, riots("a"), calm("unseen too")), fault.Corrupt),
	)
}

func TestAnswers(t *testing.T) {
	tests := map[string]struct {
		sent []message
		want map[string]string // by question, the rows as JSON
	}{
		"an id counts once": {few(), map[string]string{
			"weekend":  `[["week",2,2,1,0.5,720,null,null],["weekend",1,2,2,2,1440,null,null]]`,
			"hours":    `[["Harbour",12,3,2,1500],["Harbour",23,0,1,0],["Market",13,0,1,0]]`,
			"words":    `[]`, // none is heard in five reports with a riot
			"citizens": `[["top 1%",1,2,0.6666666666666666],["top 10%",1,2,0.6666666666666666],["all",4,3,1]]`,
			"spread":   `[]`, // no square with a riot was looked at half an hour later
			"trend": `[["2026-01-09",1,0,0,0,null,null,3360,null,null],["2026-01-10",2,2,1440,1440,null,null,3360,null,null],` +
				`["2026-01-12",1,1,1440,1440,null,null,3360,null,null]]`,
			"calm": `[["Harbour",0,3,50,9.995000000000001],["Harbour",10,3,50,9.995000000000001],["Market",10,1,100,10]]`,
			"drones": `[["drone-000000",3,0,0,0,0,0.7830420796419757,0,null],["drone-000002",1,0,0,0,0,0.9154517518168364,0,null],` +
				`["all",4,0,0,0,0,0.7302321936074583,0,null]]`,
		}},
		"a damaged report is missing, its riots are not": {damaged(), map[string]string{
			"weekend":  `[["week",2,2,2,1,1440,null,null],["weekend",1,2,2,2,1440,null,null]]`,
			"hours":    `[["Harbour",12,4,2,2000],["Harbour",23,0,1,0],["Market",13,0,1,0]]`,
			"words":    `[]`,
			"citizens": `[["top 1%",1,3,0.6],["top 10%",1,3,0.6],["all",4,5,1]]`,
			"spread":   `[]`,
			"trend": `[["2026-01-09",1,0,0,0,null,null,6720,null,null],["2026-01-10",2,2,1440,1440,null,null,6720,null,null],` +
				`["2026-01-12",1,2,2880,2880,null,null,6720,null,null]]`,
			"calm": `[["Harbour",0,3,50,9.995000000000001],["Harbour",10,3,50,9.995000000000001],["Market",10,1,100,10]]`,
			"drones": `[["drone-000000",3,0,0,0,0,0.7830420796419757,0,null],["drone-000002",1,0,0,0,0,0.9154517518168364,0,null],` +
				`["all",4,0,0,0,0,0.7302321936074583,0,null]]`,
		}},
		"nothing but a damaged report": {damaged()[5:6], map[string]string{
			"weekend": `[]`, "hours": `[]`, "words": `[]`,
			"citizens": `[["top 1%",0,0,0],["top 10%",0,0,0],["all",0,1,1]]`,
			"spread":   `[]`, "trend": `[]`, "calm": `[]`, "drones": `[]`,
		}},
		"nothing was sent": {nil, map[string]string{
			"weekend": `[]`, "hours": `[]`, "words": `[]`,
			"citizens": `[["top 1%",0,0,null],["top 10%",0,0,null],["all",0,0,null]]`,
			"spread":   `[]`, "trend": `[]`, "calm": `[]`, "drones": `[]`,
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			answers := Of(all(tt.sent)).Answers
			if len(answers) != len(tt.want) {
				t.Errorf("%d answers, want %d", len(answers), len(tt.want))
			}
			for _, answer := range answers {
				got, err := json.Marshal(answer.Rows)
				if err != nil || string(got) != tt.want[answer.Question] {
					t.Errorf("%s:\n got %s, %v\nwant %s", answer.Question, got, err, tt.want[answer.Question])
				}
				for _, row := range answer.Rows {
					if len(row) != len(answer.Columns) {
						t.Errorf("%s: %d values for %d columns", answer.Question, len(row), len(answer.Columns))
					}
				}
			}
		})
	}
}

func TestAWordCountsOnceInAReportOfTheArchive(t *testing.T) {
	var sent []message
	for seq := range int64(12) {
		m := report(0, seq, 9, 1, "Harbour", []string{"tea"})
		if seq < 5 {
			m.report.Citizens = []schemas.Citizen{riots("a")}
			m.report.Words = []string{"stones", "tea", "stones"}
		}
		if seq < 4 {
			m.report.Words = append(m.report.Words, "shout")
		}
		sent = append(sent, m)
	}
	sent = append(sent, with(report(0, 12, 9, 1, "Harbour", []string{"shout", "stones"}, riots("a")), fault.Corrupt))
	// Of 5 reports with a riot and 7 others: 5 and 0; tea is in all, shout in
	// only 4 that decode.
	rows := Of(all(sent)).Answers[2].Rows
	if len(rows) != 1 || !slices.Equal(rows[0], []any{"stones", int64(5), int64(0), (6.0 / 6) / (1.0 / 8)}) {
		t.Errorf("got %v", rows)
	}
}

func TestTotalsAndTallies(t *testing.T) {
	got := Of(all(damaged()))
	want := Totals{
		Reports: 6, Riots: 5, SentReports: 7, SentRiots: 7, ArchivedReports: 5, ArchivedRiots: 7, DeadLetters: 2,
	}
	if got.Totals != want {
		t.Errorf("totals %+v, want %+v", got.Totals, want)
	}
	if got.Faults.String() != "1 duplicate, 2 corrupt" {
		t.Errorf("faults %s", got.Faults)
	}
	drones := []DroneTally{{"drone-000000", 3, 2}, {"drone-000001", 2, 2}, {"drone-000002", 1, 1}}
	if !slices.Equal(got.Drones, drones) {
		t.Errorf("drones %+v, want %+v", got.Drones, drones)
	}
	hour := func(day, hour int) time.Time { return time.Date(2026, 1, day, hour, 0, 0, 0, time.UTC) }
	hours := []HourTally{{hour(9, 23), 1, 0}, {hour(10, 12), 1, 2}, {hour(10, 13), 1, 0}, {hour(11, 5), 1, 1}, {hour(12, 12), 2, 2}}
	if !slices.Equal(got.Hours, hours) {
		t.Errorf("hours %+v, want %+v", got.Hours, hours)
	}
}

func TestRiotsAreInTheOrderOfTimeHoweverTheyWereSent(t *testing.T) {
	sent := damaged()
	var want []string
	for _, m := range sent {
		for _, riot := range schemas.RiotsIn(m.report) {
			if !m.Copy {
				want = append(want, riot.RiotID)
			}
		}
	}
	// By time: Saturday, Sunday, and two on Monday at the same moment.
	want = []string{want[0], want[1], want[3], want[4], want[2]}
	late := append(slices.Clone(sent[3:]), sent[:3]...)
	for _, order := range [][]message{sent, late} {
		var got []string
		for _, riot := range Of(all(order)).Riots {
			got = append(got, riot.RiotID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	w, err := world.New(1, world.DefaultParameters())
	if err != nil {
		b.Fatal(err)
	}
	fleet := w.Fleet(100)
	var sent []message
	reports := fleet.Reporter()
	for due := range fleet.Between(world.Epoch(), world.Epoch().Add(time.Hour)) {
		sent = append(sent, message{fault.Transmission{Due: due}, reports(due)})
	}
	b.ReportAllocs()
	f := newFold()
	var i int
	for b.Loop() {
		f.add(sent[i%len(sent)].Transmission, sent[i%len(sent)].report)
		i++
	}
}
