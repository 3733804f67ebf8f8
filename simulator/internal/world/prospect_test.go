package world

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// aged is a world in which a drone fails every two months.
func aged(p *Parameters) {
	p.LifeMean, p.LifeSpread, p.SignsLead = 1440*time.Hour, 0.8, 168*time.Hour
}

const (
	aYear = 365 * 24 * time.Hour
	week  = 7 * 24 * time.Hour
)

// Of all that were given a chance, that share fails: in every class of chances,
// with signs and without, soon after a repair and late. So nothing that is
// known was left out, and nothing was added.
func TestOfThoseWithAChanceThatShareFails(t *testing.T) {
	worlds := map[string]func(*Parameters){
		"the default world": func(*Parameters) {},
		"a calmer fleet":    aged,
		"no sudden failure": func(p *Parameters) { aged(p); p.SuddenShare = 0 },
		"no signs at all":   func(p *Parameters) { aged(p); p.SuddenShare = 1 },
		"signs that overlap the repair before": func(p *Parameters) {
			p.LifeMean, p.LifeSpread, p.SignsLead = 240*time.Hour, 1, 200*time.Hour
		},
	}
	for name, change := range worlds {
		t.Run(name, func(t *testing.T) {
			type class struct {
				signs bool
				tenth int
			}
			type tally struct{ n, foreseen, failed float64 }
			classes := map[class]*tally{}
			drones := map[class]map[string]tally{}
			for p := range newWorld(t, 1, change).Fleet(600).Prospects(Epoch(), Epoch().Add(aYear), 83*time.Hour, week) {
				if !p.OnDuty {
					continue
				}
				c := class{p.Strength > 0, min(9, int(10**p.Chance))}
				if classes[c] == nil {
					classes[c], drones[c] = &tally{}, map[string]tally{}
				}
				failed := 0.0
				if p.Fails {
					failed = 1
				}
				classes[c].n++
				classes[c].foreseen += *p.Chance
				classes[c].failed += failed
				// Looks at the same failure are not independent of each other.
				key := fmt.Sprint(p.Drone, p.NextFailureAt)
				d := drones[c][key]
				d.foreseen += *p.Chance - failed
				drones[c][key] = d
			}
			for c, sum := range classes {
				variance := 0.0
				for _, d := range drones[c] {
					variance += d.foreseen * d.foreseen
				}
				if off := math.Abs(sum.foreseen - sum.failed); off > 4*math.Sqrt(variance)+0.002*sum.n {
					t.Errorf("%+v: of %.0f looks %.1f were to fail, %.0f did", c, sum.n, sum.foreseen, sum.failed)
				}
			}
		})
	}
}

func TestProspectsAreThoseOfTheFailures(t *testing.T) {
	f := newWorld(t, 3, aged).Fleet(40)
	from, to := Epoch().Add(11*time.Hour), Epoch().Add(aYear/2)
	failures := f.Failures(Epoch(), to.Add(aYear))
	looks, standing := 0, 0
	for p := range f.Prospects(from, to, 31*time.Hour, week) {
		looks++
		next := slices.IndexFunc(failures, func(f Failure) bool { return f.Drone == p.Drone && f.RepairedAt.After(p.At) })
		failure := failures[next]
		if !failure.FailedAt.After(p.At) {
			standing++
			if p.OnDuty || p.Chance != nil {
				t.Fatalf("%+v, while %+v", p, failure)
			}
			continue
		}
		if fails := !failure.FailedAt.After(p.At.Add(week)); !p.OnDuty || p.Fails != fails ||
			!p.NextFailureAt.Equal(failure.FailedAt) || p.Part != failure.Part {
			t.Fatalf("%+v, the next is %+v", p, failure)
		}
	}
	if want := 40 * int(math.Ceil(to.Sub(from).Hours()/31)); looks != want || standing == 0 {
		t.Errorf("%d looks, %d at drones that stood; want %d", looks, standing, want)
	}
}

// The parabolas of the integral against the plain fold: signs drawn one by one.
func TestShorterIsTheIntegralOfTheDrawnSigns(t *testing.T) {
	w := newWorld(t, 5, aged)
	l := w.life(0)
	const drawn = 200_000
	for _, x := range []time.Duration{0, 30 * time.Hour, 100 * time.Hour, 180 * time.Hour, 400 * time.Hour} {
		sum := 0.0
		for span := range int64(drawn) {
			takes := int64(0)
			if s, shows := l.sign(span); shows {
				takes = span*l.duty + l.fails(span) - s.begins
			}
			sum += float64(max(0, x.Milliseconds()-takes))
		}
		if got, want := l.shorter(float64(x.Milliseconds())), sum/drawn; math.Abs(got-want) > 0.02*want+1000 {
			t.Errorf("up to %s: %.0f, drawn %.0f", x, got, want)
		}
	}
}
