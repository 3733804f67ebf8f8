package fault

import (
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

var (
	monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	every  = Shares{Late: 0.01, Duplicate: 0.02, Reorder: 0.03, Corrupt: 0.01, OldSchema: 0.05, Lost: 0.01}
)

// flight is a plan and its fleet: so many drones from monday on.
func flight(t testing.TB, shares Shares, drones int, lasts time.Duration) (Plan, world.Fleet) {
	t.Helper()
	w, err := world.New(1, world.DefaultParameters())
	if err != nil {
		t.Fatal(err)
	}
	return Plan{Shares: shares, Seed: 1, Period: world.DefaultParameters().Period, To: monday.Add(lasts)}, w.Fleet(drones)
}

func fly(p Plan, f world.Fleet) []Transmission {
	return slices.Collect(p.Transmissions(f.Between(monday, p.To)))
}

func TestFaultsHaveTheSharesThatAreAskedFor(t *testing.T) {
	tests := map[string]struct {
		shares Shares
		kind   Kind
		want   float64 // share of the reports that are listed under the kind
		within float64 // of want, relative
	}{
		"one in a hundred is late":                        {Shares{Late: 0.01}, Late, 0.01, 0.05},
		"one in a hundred is sent twice":                  {Shares{Duplicate: 0.01}, Duplicate, 0.01, 0.05},
		"one pair in a hundred changes places":            {Shares{Reorder: 0.01}, Reorder, 0.005, 0.05},
		"one in a hundred is damaged":                     {Shares{Corrupt: 0.01}, Corrupt, 0.01, 0.05},
		"one in a hundred is old":                         {Shares{OldSchema: 0.01}, OldSchema, 0.01, 0.05},
		"one in a hundred is made out of coverage":        {Shares{Lost: 0.01}, Lost, 0.01, 0.25},
		"half of them are made out of coverage":           {Shares{Lost: 0.5}, Lost, 0.5, 0.02},
		"all are sent twice":                              {Shares{Duplicate: 1}, Duplicate, 1, 0},
		"all are damaged":                                 {Shares{Corrupt: 1}, Corrupt, 1, 0},
		"all are old":                                     {Shares{OldSchema: 1}, OldSchema, 1, 0},
		"all pairs change places":                         {Shares{Reorder: 1}, Reorder, 0.5, 0.001},
		"late ones keep their share beside the others":    {every, Late, 0.01, 0.1},
		"doubled ones keep their share beside the others": {every, Duplicate, 0.02, 0.05},
		"damaged ones keep their share beside the others": {every, Corrupt, 0.01, 0.05},
		"old ones keep their share beside the others":     {every, OldSchema, 0.05, 0.05},
		"lost ones keep their share beside the others":    {every, Lost, 0.01, 0.25},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, fleet := flight(t, tt.shares, 100, 3*24*time.Hour)
			counts := Counts{}
			for transmission := range p.Transmissions(fleet.Between(monday, p.To)) {
				for _, e := range transmission.Entries() {
					counts[e.Fault]++
				}
			}
			got := float64(counts[tt.kind]) / float64(fleet.Count(monday, p.To))
			if math.Abs(got-tt.want) > tt.within*tt.want {
				t.Errorf("%.4f of the reports, want %.4f", got, tt.want)
			}
			if tt.shares != every && len(counts) != 1 {
				t.Errorf("other faults than %s: %s", tt.kind, counts)
			}
		})
	}
}

// key is a transmission as the receiver can tell it from others.
type key struct {
	drone           int
	seq             int64
	old, bad, again bool
}

func (t Transmission) key() key {
	return key{t.Drone, t.Seq, t.OldSchema, t.Fault == Corrupt, t.Copy}
}

// bag counts the transmissions of some flights.
func bag(flights ...[]Transmission) map[key]int {
	b := map[key]int{}
	for _, flight := range flights {
		for _, t := range flight {
			b[t.key()]++
		}
	}
	return b
}

func sameBag(t *testing.T, got, want map[key]int) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("nothing is sent, so nothing is proven")
	}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%+v: %d times, want %d", k, got[k], n)
		}
	}
	for k, n := range got {
		if want[k] == 0 {
			t.Errorf("%+v: %d times, want none", k, n)
		}
	}
}

func TestEveryReportIsSentOnceAndADuplicateOnceMore(t *testing.T) {
	for name, shares := range map[string]Shares{
		"without faults": {}, "with every fault": every,
		"mostly out of coverage": {Late: 0.5, Reorder: 0.4, Lost: 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			p, fleet := flight(t, shares, 20, 31*time.Hour)
			sent := fly(p, fleet)
			seen := map[world.Due]int{}
			doubled := map[world.Due]bool{}
			for i, transmission := range sent {
				seen[transmission.Due]++
				if !transmission.Copy {
					continue
				}
				doubled[transmission.Due] = true
				original := sent[i-1]
				original.Copy = true
				if original != transmission || transmission.Fault != Duplicate {
					t.Errorf("%+v follows %+v, not the same report", transmission, original)
				}
			}
			for due := range fleet.Between(monday, p.To) {
				want := 1
				if doubled[due] {
					want = 2
				}
				if seen[due] != want {
					t.Errorf("%+v is sent %d times, want %d", due, seen[due], want)
				}
				delete(seen, due)
			}
			for due := range seen {
				t.Errorf("%+v was never due", due)
			}
		})
	}
}

func TestTransmissionsAreInTheOrderInWhichTheyAreSent(t *testing.T) {
	for name, shares := range map[string]Shares{"with every fault": every, "mostly out of coverage": {Late: 0.5, Lost: 0.5}} {
		t.Run(name, func(t *testing.T) {
			p, fleet := flight(t, shares, 20, 31*time.Hour)
			sent := fly(p, fleet)
			if !slices.IsSortedFunc(sent, func(a, b Transmission) int { return a.SentAt.Compare(b.SentAt) }) {
				t.Error("not in the order of SentAt")
			}
			for _, transmission := range sent {
				if transmission.SentAt.Before(transmission.At) || transmission.SentAt.After(p.To) {
					t.Errorf("%+v: sent before it is due or after the flight", transmission)
				}
			}
		})
	}
}

// byDrone is what each drone sends, in order.
func byDrone(sent []Transmission) map[int][]Transmission {
	drones := map[int][]Transmission{}
	for _, t := range sent {
		drones[t.Drone] = append(drones[t.Drone], t)
	}
	return drones
}

func TestEachFaultIsWhatItSays(t *testing.T) {
	p, fleet := flight(t, every, 50, 3*24*time.Hour)
	seen := Counts{}
	for _, sent := range byDrone(fly(p, fleet)) {
		for i, transmission := range sent {
			before, after := sent[:i], sent[i+1:]
			younger := func(other Transmission) bool { return other.Seq > transmission.Seq }
			held := transmission.SentAt.Sub(transmission.At)
			seen[transmission.Fault]++
			rule, holds := "", true
			switch transmission.Fault {
			case None, Duplicate, Corrupt:
				rule = "what is neither late nor out of order nor lost is sent when it is due"
				holds = transmission.Lost || held == 0
			case Late:
				rule = "a late report is sent two periods to two hours late, or lost or home again, and after a younger one"
				holds = held >= 2*p.Period && (held <= maxDelay || transmission.Lost) && slices.ContainsFunc(before, younger) ||
					transmission.SentAt.Equal(p.To)
			case Reorder:
				rule = "a report out of order is sent right after the next one, which has no fault"
				last := slices.MaxFunc(before, func(a, b Transmission) int { return int(a.Seq - b.Seq) })
				holds = !transmission.Lost && held == p.Period && last.Seq == transmission.Seq+1 && last.Fault == None && !last.Lost
				// Only late ones that are sent at the same moment may come between.
				for _, between := range before[slices.Index(before, last)+1:] {
					holds = holds && between.Fault == Late
				}
			}
			if !holds {
				t.Errorf("%s: not so for %+v", rule, transmission)
			}
			if !transmission.Lost {
				continue
			}
			seen[Lost]++
			// While it is out of coverage the drone sends nothing; what it held
			// is sent in order.
			out := func(other Transmission) bool {
				return other.SentAt.After(transmission.At) && other.SentAt.Before(transmission.SentAt)
			}
			inOrder := func(other Transmission) bool {
				return !other.Lost || !other.SentAt.Equal(transmission.SentAt) || younger(other)
			}
			if transmission.Fault != Late && (slices.ContainsFunc(sent, out) || held > maxGap) {
				t.Errorf("%+v was not out of coverage all the time", transmission)
			}
			for _, other := range after {
				if !inOrder(other) && (!other.Copy || other.Seq != transmission.Seq) {
					t.Errorf("%+v is sent before %+v", transmission, other)
				}
			}
		}
	}
	for _, kind := range []Kind{None, Late, Duplicate, Reorder, Corrupt, Lost} {
		if seen[kind] == 0 {
			t.Errorf("there is no %q, so nothing is proven", kind)
		}
	}
}

func TestShardsTogetherAreTheWhole(t *testing.T) {
	p, fleet := flight(t, every, 41, 24*time.Hour)
	whole := byDrone(fly(p, fleet))
	together := map[int][]Transmission{}
	for part := range 4 {
		for drone, sent := range byDrone(fly(p, fleet.Shard(part, 4))) {
			together[drone] = append(together[drone], sent...)
		}
	}
	for drone, want := range whole {
		if !slices.Equal(together[drone], want) {
			t.Errorf("drone %d sends otherwise in a shard", drone)
		}
	}
	if len(together) != len(whole) || len(whole) != 41 {
		t.Errorf("%d drones in the shards, %d in the whole", len(together), len(whole))
	}
}

func TestAFlightInTwoPartsSendsTheSame(t *testing.T) {
	p, fleet := flight(t, every, 41, 24*time.Hour)
	for _, cut := range []time.Duration{time.Millisecond, 7*time.Hour + 13*time.Second, 24*time.Hour - time.Minute} {
		first := p
		first.To = monday.Add(cut)
		begun := slices.Collect(first.Transmissions(fleet.Between(monday, first.To)))
		rest := slices.Collect(p.Transmissions(fleet.Between(first.To, p.To)))
		sameBag(t, bag(begun, rest), bag(fly(p, fleet)))
	}
}

// until lists reports as long as they are due before a moment: a flight that
// its plan does not know will end early.
func until(dues iter.Seq[world.Due], end time.Time) iter.Seq[world.Due] {
	return func(yield func(world.Due) bool) {
		for due := range dues {
			if !due.At.Before(end) || !yield(due) {
				return
			}
		}
	}
}

func TestAFlightThatEndsEarlySendsWhatItHolds(t *testing.T) {
	p, fleet := flight(t, Shares{Late: 0.2, Reorder: 0.2, Duplicate: 0.1, Corrupt: 0.1, OldSchema: 0.5, Lost: 0.3}, 41, 24*time.Hour)
	for end := monday.Add(5 * time.Hour); end.Before(monday.Add(5*time.Hour + time.Minute)); end = end.Add(7 * time.Second) {
		early := slices.Collect(p.Transmissions(until(fleet.Between(monday, p.To), end)))
		rest := slices.Collect(p.Transmissions(fleet.Between(end, p.To)))
		sameBag(t, bag(early, rest), bag(fly(p, fleet)))
		sent := byDrone(early)
		for _, transmission := range early {
			overtaken := slices.ContainsFunc(sent[transmission.Drone], func(other Transmission) bool { return other.Seq > transmission.Seq })
			if !overtaken && (transmission.Fault == Late || transmission.Fault == Reorder) {
				t.Errorf("%+v is the youngest of its drone", transmission)
			}
		}
	}
}

func TestWhenAFlightIsOverTheDronesComeHome(t *testing.T) {
	for name, shares := range map[string]Shares{"without faults": {}, "with every fault": every, "mostly held": {Late: 0.5, Lost: 0.5}} {
		t.Run(name, func(t *testing.T) {
			p, fleet := flight(t, shares, 41, 12*time.Hour)
			for _, passes := range []int{0, 1, 1000, 10_001} {
				var now time.Time
				asked := 0
				pass := func(at time.Time) bool {
					if asked++; asked > passes {
						return false
					}
					now = at
					return true
				}
				sent := slices.Collect(p.Flown(fleet.Between(monday, p.To), pass))
				if asked != passes+1 {
					t.Errorf("asked %d times whether one more transmission may go, want %d", asked, passes+1)
				}
				seen := map[world.Due]int{}
				for i, transmission := range sent {
					if i > 0 && transmission.SentAt.Before(sent[i-1].SentAt) || transmission.SentAt.After(now) || transmission.At.After(now) {
						t.Errorf("%+v: not sent in order, or not by %s", transmission, now)
					}
					if !transmission.Copy {
						seen[transmission.Due]++
					}
				}
				for due := range fleet.Between(monday, now) {
					if seen[due] != 1 {
						t.Errorf("after %d transmissions %+v is sent %d times, want once", passes, due, seen[due])
					}
				}
				if passes > 0 && len(sent) < passes {
					t.Errorf("%d transmissions, %d were let out", len(sent), passes)
				}
			}
		})
	}
}

func TestAFlightThatIsNotCutShortIsThePlan(t *testing.T) {
	p, fleet := flight(t, every, 20, 5*time.Hour)
	flown := p.Flown(fleet.Between(monday, p.To), func(time.Time) bool { return true })
	if !slices.Equal(slices.Collect(flown), fly(p, fleet)) {
		t.Error("it sends something else")
	}
}

func TestAnotherSeedHasOtherFaults(t *testing.T) {
	p, fleet := flight(t, every, 10, 24*time.Hour)
	one := fly(p, fleet)
	p.Seed++
	if slices.Equal(one, fly(p, fleet)) {
		t.Error("seeds 1 and 2 have the same faults")
	}
}

func TestAConsumerMayStopAnywhere(t *testing.T) {
	p, fleet := flight(t, Shares{Late: 0.3, Duplicate: 0.4, Lost: 0.3}, 5, 2*time.Hour)
	all := fly(p, fleet)
	for stop := range all {
		var got []Transmission
		for transmission := range p.Transmissions(fleet.Between(monday, p.To)) {
			if got = append(got, transmission); len(got) > stop {
				break
			}
		}
		if !slices.Equal(got, all[:stop+1]) {
			t.Fatalf("the first %d transmissions are others", stop+1)
		}
	}
}

func TestImpossibleSharesAreNamed(t *testing.T) {
	tests := map[string]struct {
		shares Shares
		want   string // "" for none
	}{
		"no faults":                     {Shares{}, ""},
		"every fault":                   {every, ""},
		"all reports, one fault":        {Shares{Corrupt: 1}, ""},
		"a negative share":              {Shares{Late: -0.1}, "late"},
		"above one":                     {Shares{OldSchema: 1.1}, "old_schema"},
		"no number":                     {Shares{Reorder: math.NaN()}, "reorder"},
		"more than one for each report": {Shares{Late: 0.6, Corrupt: 0.6}, "100%"},
		"lost for more than half":       {Shares{Lost: 0.51}, "half"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := tt.shares.Validate()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want something about %q", err, tt.want)
			}
		})
	}
}

func BenchmarkTransmissions(b *testing.B) {
	for name, shares := range map[string]Shares{"none": {}, "every": every} {
		b.Run(name, func(b *testing.B) {
			p, fleet := flight(b, shares, 100, 100*365*24*time.Hour)
			b.ReportAllocs()
			left := b.N
			for range p.Transmissions(fleet.Between(monday, p.To)) {
				if left--; left <= 0 {
					break
				}
			}
		})
	}
}
