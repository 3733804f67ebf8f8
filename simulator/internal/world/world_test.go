package world

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

func newWorld(t testing.TB, seed uint64, change ...func(*Parameters)) *World {
	t.Helper()
	p := DefaultParameters()
	for _, c := range change {
		c(&p)
	}
	w, err := New(seed, p)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// aDay is how many reports a drone sends in a day of the default world.
const aDay = 24 * 60

// fingerprint sums up reports of many drones over many weeks.
func fingerprint(t testing.TB, w *World) uint64 {
	t.Helper()
	sum := fnv.New64a()
	encoder := json.NewEncoder(sum)
	for i := range 20_000 {
		if err := encoder.Encode(w.Report(i%113, int64(i)*7)); err != nil {
			t.Fatal(err)
		}
	}
	return sum.Sum64()
}

// The number was computed on amd64. If it differs on another machine, that
// machine plays another world. If it differs after a change, the change makes
// another world of every seed: say so in the change log, and put it here.
func TestTheSameSeedIsTheSameWorldOnEveryMachine(t *testing.T) {
	const want = uint64(13146555398634064412)
	if got := fingerprint(t, newWorld(t, 1)); got != want {
		t.Errorf("fingerprint of seed 1 is %d, want %d", got, want)
	}
}

func TestAnotherSeedIsAnotherWorld(t *testing.T) {
	one, two := newWorld(t, 1), newWorld(t, 2)
	if fingerprint(t, one) == fingerprint(t, two) {
		t.Error("seeds 1 and 2 give the same reports")
	}
}

func TestAReporterSaysWhatTheReportsAre(t *testing.T) {
	w := newWorld(t, 1)
	f := w.Fleet(30)
	report := f.Reporter()
	// Back and forth in time, as faults and restarts ask for reports.
	for _, hours := range []time.Duration{500, 501, 3, 502, 500} {
		from := Epoch().Add(hours * time.Hour)
		for due := range f.Between(from, from.Add(20*time.Minute)) {
			if got, want := text(t, report(due)), text(t, f.Report(due)); got != want {
				t.Fatalf("the reporter says %s, the report is %s", got, want)
			}
		}
	}
}

func TestReportsDoNotDependOnTheOrderTheyAreComputedIn(t *testing.T) {
	w, again := newWorld(t, 3), newWorld(t, 3)
	const reports = 3000
	forwards := make([]string, reports)
	for seq := range forwards {
		forwards[seq] = text(t, w.Report(5, int64(seq)))
	}
	for seq := reports - 1; seq >= 0; seq-- {
		if got := text(t, again.Report(5, int64(seq))); got != forwards[seq] {
			t.Fatalf("report %d is %s backwards and %s forwards", seq, got, forwards[seq])
		}
	}
}

func text(t testing.TB, r schemas.Report) string {
	t.Helper()
	encoded, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestAnotherPeriodSeesTheSameDroneAtOtherMoments(t *testing.T) {
	minutes := newWorld(t, 1)
	seconds := newWorld(t, 1, func(p *Parameters) { p.Period = time.Second })
	slow := minutes.Report(4, 1000)
	var nearest schemas.Report
	for seq := int64(1000 * 60); seq < 1001*60; seq++ {
		if r := seconds.Report(4, seq); r.ReportedAt.Sub(slow.ReportedAt).Abs() < time.Second {
			nearest = r
		}
	}
	if meters := peaceland.Meters(slow.Lat, slow.Lon, nearest.Lat, nearest.Lon); meters > 30 {
		t.Errorf("within the same second the drone is %.0f m away", meters)
	}
}

func TestReportsHoldTogether(t *testing.T) {
	w := newWorld(t, 1)
	p := w.p
	for drone := range 40 {
		before := w.Report(drone, 999)
		for seq := int64(1000); seq < 1000+12*aDay; seq++ {
			r := w.Report(drone, seq)
			step := r.ReportedAt.Sub(before.ReportedAt)
			meters := peaceland.Meters(before.Lat, before.Lon, r.Lat, r.Lon)
			hours := r.FlightHours - before.FlightHours
			drained := float64(before.BatteryPct) - float64(r.BatteryPct)
			warmed := math.Abs(float64(r.MotorTempC) - float64(before.MotorTempC))
			const share = 1.0 / 100 // of a flight, in a minute
			for rule, holds := range map[string]bool{
				"seq has no gap":                                   r.Seq == before.Seq+1,
				"reports are a period apart":                       step == time.Minute,
				"flight hours grow no faster than the clock":       hours >= 0 && hours <= 1.0/60+0.001,
				"in the air, and only there, a drone moves":        meters <= p.SpeedMps*3600*(hours+0.001)+0.2,
				"a flight lasts, and a charge takes a fifth of it": drained <= 97*share+0.1 && drained >= -5*97*share-0.1,
				"motors warm up within ten minutes":                warmed <= (38+p.MotorSign)/10+p.TempNoise+0.2,
			} {
				if !holds {
					t.Fatalf("%s: broken between\n%s\n%s", rule, text(t, before), text(t, r))
				}
			}
			before = r
		}
	}
}

func TestReportsStayInRange(t *testing.T) {
	w := newWorld(t, 1)
	everyone := map[string]string{}
	for drone := range 60 {
		for seq := int64(0); seq < 30*aDay; seq += 61 {
			r := w.Report(drone, seq)
			begin := Epoch().Add(time.Duration(seq) * time.Minute)
			rules := map[string]bool{
				"the report is named after its drone and number": r.DroneID == schemas.DroneID(drone) &&
					r.ReportID == schemas.ReportID(r.DroneID, seq) && r.Seq == seq,
				"it falls in its period, on a whole millisecond": !r.ReportedAt.Before(begin) &&
					r.ReportedAt.Before(begin.Add(time.Minute)) && r.ReportedAt.Nanosecond()%1e6 == 0,
				"coordinates have six decimals":                exact(r.Lat, 1e6) && exact(r.Lon, 1e6),
				"the country is where it is":                   r.Lat > 43.88 && r.Lat < 44.16 && r.Lon > -28.18 && r.Lon < -27.82,
				"at most forty citizens are in a block":        len(r.Citizens) <= 40,
				"three to six words are heard":                 len(r.Words) >= 3 && len(r.Words) <= 6,
				"a battery holds 3 to 100 percent":             in(r.BatteryPct, 3, 100),
				"motors have 7 to 82 degrees":                  in(r.MotorTempC, 7, 82),
				"a frame vibrates by 0 to 8 mm/s":              in(r.VibrationMmS, 0.05, 7.9),
				"a drone has at most 2,000 hours at the start": r.FlightHours >= 0 && r.FlightHours < 2000+30*24,
			}
			names := map[string]bool{}
			for _, c := range r.Citizens {
				rules["a citizen is near only once"] = !names[c.CitizenID]
				rules["scores are 0 to 100, with one decimal"] = c.Peacescore >= 0 && c.Peacescore <= 100 && exact(c.Peacescore, 10)
				if known, met := everyone[c.CitizenID]; met {
					rules["a citizen keeps the name"] = known == c.Name
				}
				names[c.CitizenID], everyone[c.CitizenID] = true, c.Name
			}
			for rule, holds := range rules {
				if !holds {
					t.Fatalf("%s: not so in %s", rule, text(t, r))
				}
			}
		}
	}
	if len(everyone) < 15_000 {
		t.Errorf("only %d citizens were ever seen", len(everyone))
	}
}

func in(x, low, high float32) bool { return x >= low && x <= high }

// exact says that x is the float64 nearest to a whole number of 1/scale.
func exact(x, scale float64) bool { return math.Round(x*scale)/scale == x }

func TestBadParametersAreAllNamed(t *testing.T) {
	tests := map[string]struct {
		change func(*Parameters)
		want   string
	}{
		"a period below a second":        {func(p *Parameters) { p.Period = time.Millisecond }, "period"},
		"a period above a day":           {func(p *Parameters) { p.Period = 25 * time.Hour }, "period"},
		"a period of broken millis":      {func(p *Parameters) { p.Period = time.Second + time.Microsecond }, "period"},
		"nobody at all":                  {func(p *Parameters) { p.CitizensPerDistrict = 0 }, "citizens"},
		"more people than ids":           {func(p *Parameters) { p.CitizensPerDistrict = 200_000 }, "citizens"},
		"more at home than there are":    {func(p *Parameters) { p.HomeByHour[3], p.WorkByHour[3] = 0.6, 0.6 }, "hour 3"},
		"nobody stays":                   {func(p *Parameters) { p.Stay = 0 }, "stay"},
		"unrest above an hour":           {func(p *Parameters) { p.UnrestMax = 61 * time.Minute }, "unrest"},
		"unrest of negative size":        {func(p *Parameters) { p.UnrestRadiusM = -1 }, "metres"},
		"no time to charge":              {func(p *Parameters) { p.Charge = 0 }, "charge"},
		"drones that always fail":        {func(p *Parameters) { p.LifeMean = 0 }, "failures"},
		"signs of no length":             {func(p *Parameters) { p.SignsLead = 0 }, "signs"},
		"batteries of no use":            {func(p *Parameters) { p.BatteryCycles = 0 }, "battery"},
		"a flight at the speed of sound": {func(p *Parameters) { p.SpeedMps = 1001 }, "m/s"},
		"more words than most":           {func(p *Parameters) { p.WordsMin = 7 }, "words"},
		"omens of tomorrow":              {func(p *Parameters) { p.OmenLead = 24 * time.Hour }, "omens"},
		"unrest that spreads slowly":     {func(p *Parameters) { p.SpreadMax = 2 * time.Hour }, "spread"},
		"a share above one":              {func(p *Parameters) { p.AgitatorShare = 1.1 }, "agitators"},
		"a chance that is no number":     {func(p *Parameters) { p.UnrestPerHour = math.NaN() }, "unrest"},
		"a negative weekend":             {func(p *Parameters) { p.WeekendFactor = -1 }, "weekend"},
		"a negative hour":                {func(p *Parameters) { p.HourFactors[7] = -1 }, "hour 7"},
		"an unknown district":            {func(p *Parameters) { p.DistrictFactors["Atlantis"] = 1 }, `"Atlantis"`},
		"a negative district":            {func(p *Parameters) { p.DistrictFactors["Market"] = -1 }, "Market"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := DefaultParameters()
			tt.change(&p)
			_, err := New(1, p)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New says %v, want something about %q", err, tt.want)
			}
		})
	}
	p := DefaultParameters()
	p.Period, p.WeekendFactor = 0, -1
	if _, err := New(1, p); err == nil || !strings.Contains(err.Error(), "period") || !strings.Contains(err.Error(), "weekend") {
		t.Errorf("of two problems New names %v", err)
	}
}

func BenchmarkReport(b *testing.B) {
	w := newWorld(b, 1)
	b.ReportAllocs()
	fleet := w.Fleet(1000)
	report := fleet.Reporter()
	for b.Loop() {
		// An hour of the fleet is one operation.
		for due := range fleet.Between(Epoch().Add(9*time.Hour), Epoch().Add(10*time.Hour)) {
			report(due)
		}
	}
	b.ReportMetric(float64(b.N)*60_000/b.Elapsed().Seconds(), "reports/s")
}
