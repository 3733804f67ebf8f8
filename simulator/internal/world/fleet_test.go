package world

import (
	"slices"
	"testing"
	"time"
)

func TestAWindowHoldsEveryReportInItInOrder(t *testing.T) {
	const drones = 17
	w := newWorld(t, 1)
	f := w.Fleet(drones)
	at := func(s string) time.Time {
		moment, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	first := w.Report(3, 10).ReportedAt
	tests := map[string]struct{ from, to time.Time }{
		"whole periods":                    {at("2026-01-05T00:00:00Z"), at("2026-01-05T01:00:00Z")},
		"from the epoch":                   {Epoch(), Epoch().Add(time.Hour)},
		"from before the epoch":            {Epoch().Add(-time.Hour), Epoch().Add(time.Hour)},
		"before the epoch":                 {Epoch().Add(-2 * time.Hour), Epoch().Add(-time.Hour)},
		"the middle of periods":            {at("2026-01-05T00:00:17.3Z"), at("2026-01-05T00:10:47.9Z")},
		"within one period":                {at("2026-01-05T00:00:17.3Z"), at("2026-01-05T00:00:31.1Z")},
		"between milliseconds":             {first.Add(time.Nanosecond), first.Add(time.Minute + time.Nanosecond)},
		"another time zone":                {at("2026-01-05T00:00:00+02:00"), at("2026-01-05T01:00:00+02:00")},
		"empty":                            {at("2026-01-05T00:00:00Z"), at("2026-01-05T00:00:00Z")},
		"backwards":                        {at("2026-01-06T00:00:00Z"), at("2026-01-05T00:00:00Z")},
		"the first is in, the last is out": {first, first.Add(time.Minute)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			// The slow twin: all reports that could matter, one by one.
			want := map[Due]bool{}
			for drone := range drones {
				for seq := range int64(6000) {
					r := w.Report(drone, seq)
					if !r.ReportedAt.Before(tt.from) && r.ReportedAt.Before(tt.to) {
						want[Due{Drone: drone, Seq: seq, At: r.ReportedAt}] = true
					}
				}
			}
			got := slices.Collect(f.Between(tt.from, tt.to))
			if !slices.IsSortedFunc(got, func(a, b Due) int { return a.At.Compare(b.At) }) {
				t.Error("the reports are not in the order of their times")
			}
			for _, due := range got {
				if !want[due] {
					t.Errorf("%+v is repeated or not in the window", due)
				}
				delete(want, due)
			}
			for due := range want {
				t.Errorf("%+v is missing", due)
			}
			if count := f.Count(tt.from, tt.to); count != int64(len(got)) {
				t.Errorf("Count = %d, but there are %d", count, len(got))
			}
		})
	}
}

func TestAWindowMayBeFlownInParts(t *testing.T) {
	f := newWorld(t, 1).Fleet(9)
	from := Epoch().Add(100 * time.Hour)
	whole := slices.Collect(f.Between(from, from.Add(10*time.Minute)))
	var parts []Due
	for begin, end := from, from.Add(10*time.Minute); begin.Before(end); begin = begin.Add(7 * time.Second) {
		parts = slices.AppendSeq(parts, f.Between(begin, minTime(begin.Add(7*time.Second), end)))
	}
	if !slices.Equal(whole, parts) {
		t.Errorf("in parts it is %d reports, as a whole %d, or they differ", len(parts), len(whole))
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func TestALargerFleetSendsTheSameReportsAndMore(t *testing.T) {
	w := newWorld(t, 1)
	from, to := Epoch(), Epoch().Add(3*time.Minute)
	large := map[Due]bool{}
	for due := range w.Fleet(50).Between(from, to) {
		large[due] = true
	}
	for due := range w.Fleet(5).Between(from, to) {
		if !large[due] {
			t.Errorf("%+v is missing in the larger fleet", due)
		}
	}
}

func TestAFleetSpreadsItsReportsOverThePeriod(t *testing.T) {
	var quarters [4]int
	for due := range newWorld(t, 1).Fleet(1000).Between(Epoch(), Epoch().Add(time.Minute)) {
		quarters[due.At.Second()/15]++
	}
	for i, n := range quarters {
		if n < 150 || n > 350 {
			t.Errorf("%d of 1000 reports fall in quarter %d of the period", n, i+1)
		}
	}
}

func TestAnEmptyFleetSendsNothing(t *testing.T) {
	for due := range newWorld(t, 1).Fleet(0).Between(Epoch(), Epoch().Add(time.Hour)) {
		t.Errorf("it sends %+v", due)
	}
}
