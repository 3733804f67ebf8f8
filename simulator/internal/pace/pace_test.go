package pace

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestAReportIsDueWhenThePaceHasComeToIt(t *testing.T) {
	const s = time.Second
	tests := map[string]struct {
		pace Pace
		done Progress
		want time.Duration
	}{
		"everything is, where nothing was asked for":    {Pace{}, Progress{time.Hour, 1e9, 1e12}, 0},
		"the first report is due at once":               {Pace{Reports, 0.001}, Progress{}, 0},
		"two reports a second are half of one apart":    {Pace{Reports, 2}, Progress{Reports: 1}, s / 2},
		"a rate may be below one":                       {Pace{Reports, 0.001}, Progress{Reports: 1}, 1000 * s},
		"a rate counts reports alone":                   {Pace{Reports, 10}, Progress{time.Hour, 10, 1e12}, s},
		"no error adds up in a week of a high rate":     {Pace{Reports, 300_000}, Progress{Reports: 300_000 * 604_800}, 604_800 * s},
		"a wave is 2.31 MB a second":                    {Pace{Waves, 1}, Progress{Bytes: 2_310_000}, s},
		"two and a half waves are as much more":         {Pace{Waves, 2.5}, Progress{Bytes: 5_775_000}, s},
		"simulated time goes by as fast as life":        {Pace{Speed, 1}, Progress{Simulated: time.Minute}, time.Minute},
		"simulated time goes by faster":                 {Pace{Speed, 60}, Progress{Simulated: time.Minute}, s},
		"simulated time goes by more slowly":            {Pace{Speed, 0.5}, Progress{Simulated: s}, 2 * s},
		"never, rather than after all that time can be": {Pace{Reports, 1e-300}, Progress{Reports: 1}, never},
		"never, also in simulated time":                 {Pace{Speed, 1e-9}, Progress{Simulated: time.Hour * 876_000}, never},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.pace.Due(tt.done); got != tt.want {
				t.Errorf("due after %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRates(t *testing.T) {
	tests := map[string]struct {
		want    Rate   // 0 when refused
		because string // what the refusal says
	}{
		"50000/s":     {50_000, ""},
		"50000":       {50_000, ""},
		"0.5/s":       {0.5, ""},
		"2.5":         {2.5, ""},
		"0.001/s":     {0.001, ""},
		"1e9/s":       {1e9, ""},
		"0/s":         {0, "above 0"},
		"-5/s":        {0, "above 0"},
		"1000000001":  {0, "at most 1000000000"},
		"1e400":       {0, "at most"},
		"Inf":         {0, "at most"},
		"NaN":         {0, "above 0"},
		"fast":        {0, "50000/s"},
		"300/min":     {0, "50000/s"},
		"50 000/s":    {0, "50000/s"},
		"":            {0, "50000/s"},
		"/s":          {0, "50000/s"},
		"50000/s/s":   {0, "50000/s"},
		"50000 /s":    {0, "50000/s"},
		"10 per hour": {0, "50000/s"},
	}
	for text, tt := range tests {
		t.Run(text, func(t *testing.T) {
			var got Rate
			err := got.UnmarshalText([]byte(text))
			if got != tt.want || (err == nil) != (tt.because == "") ||
				err != nil && !strings.Contains(err.Error(), tt.because) {
				t.Errorf("read as %v (%v), want %v and an error that says %q", got, err, tt.want, tt.because)
			}
		})
	}
}

func TestAMeterLooksAtTheLastSecondsOnly(t *testing.T) {
	sample := func(s float64, bytes int64) Sample {
		return Sample{At: time.Duration(s * float64(time.Second)), Bytes: bytes}
	}
	tests := map[string]struct {
		samples []Sample
		want    float64
	}{
		"nothing is known before the first sample":          {nil, 0},
		"nothing is known after one":                        {[]Sample{sample(0, 0)}, 0},
		"two at the same moment tell nothing":               {[]Sample{sample(1, 0), sample(1, 5)}, 0},
		"a young flight is measured from its start":         {[]Sample{sample(0, 0), sample(1, 100)}, 100},
		"a fast start is forgotten":                         {[]Sample{sample(0, 0), sample(1, 1000), sample(6, 1500)}, 100},
		"a flight that hangs comes to nothing":              {[]Sample{sample(0, 0), sample(1, 1000), sample(6, 1000)}, 0},
		"the span is covered even where samples are scarce": {[]Sample{sample(0, 0), sample(4, 40), sample(8, 80)}, 10},
		"samples further apart than the span still tell":    {[]Sample{sample(0, 0), sample(20, 40), sample(40, 80)}, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var m Meter
			for _, s := range tt.samples {
				m = m.With(s)
			}
			if got := m.BytesPerSecond(); math.Abs(got-tt.want) > 1e-9 {
				t.Errorf("%v B/s, want %v", got, tt.want)
			}
		})
	}
}

func BenchmarkDue(b *testing.B) {
	p, done := Pace{Waves, 20}, Progress{}
	for b.Loop() {
		done.Bytes += 250
		p.Due(done)
	}
}
