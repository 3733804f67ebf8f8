package app

import (
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/peacestate/peacestate/simulator/internal/publish"
)

func TestAStatusLineKeepsWhatMattersMost(t *testing.T) {
	endless := reading{
		tally: publish.Tally{Reports: 1_239_999, Riots: 1234, Undelivered: 12_345},
		paced: true, lag: 1250 * time.Millisecond, bytesPerS: 13.4e6,
	}
	ends := endless
	ends.flown, ends.ends = 0.999, true
	free := ends
	free.paced = false
	tests := map[string]struct {
		reading reading
		columns int
		want    string
	}{
		"all of it, where there is room": {
			ends, 80, "99%  1.23M reports  1,234 riots  13 MB/s  5.8 waves  lag 1.2s  queue 12,345",
		},
		"no share of a flight without an end": {
			endless, 80, "1.23M reports  1,234 riots  13 MB/s  5.8 waves  lag 1.2s  queue 12,345",
		},
		"no lag where no pace was asked for": {
			free, 80, "99%  1.23M reports  1,234 riots  13 MB/s  5.8 waves  queue 12,345",
		},
		"the same said twice goes first": {ends, 74, "99%  1.23M reports  1,234 riots  5.8 waves  lag 1.2s  queue 12,345"},
		"then the riots":                 {ends, 50, "99%  1.23M reports  5.8 waves  lag 1.2s"},
		"the number of reports is last":  {ends, 15, "1.23M reports"},
		"or nothing at all":              {ends, 5, ""},
		"also on a terminal without any": {ends, -3, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := fit(tt.reading.fields(), tt.columns)
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if width := utf8.RuneCountInString(got); width > max(0, tt.columns) {
				t.Errorf("%d columns wide, have %d", width, tt.columns)
			}
		})
	}
}

func TestNumbersAreShortAndHonest(t *testing.T) {
	tests := map[string]struct{ got, want string }{
		"small counts in full":                {count(999_999), "999,999"},
		"large ones in millions":              {count(1_000_000), "1.00M"},
		"and rounded down":                    {count(12_349_999), "12.34M"},
		"three digits of a small figure":      {figure(0.0123456), "0.0123"},
		"and of one that is not":              {figure(5.7512), "5.75"},
		"all digits of a large figure":        {figure(67379.4), "67,379"},
		"nothing":                             {figure(0), "0"},
		"nearly all is not all":               {percent(0.9999), "99%"},
		"all":                                 {percent(1), "100%"},
		"a lag of milliseconds is none":       {seconds(20 * time.Millisecond), "0.0s"},
		"tenths of a second of any other lag": {seconds(61_250 * time.Millisecond), "61.2s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("%s, want %s", tt.got, tt.want)
			}
		})
	}
}

func TestTheLogHasTheFieldsOfTheLine(t *testing.T) {
	r := reading{
		tally: publish.Tally{Reports: 1234567, Riots: 12, Undelivered: 3},
		paced: true, lag: 1250 * time.Millisecond, bytesPerS: 4.62e6,
		simulated: time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC), flown: 0.5, ends: true,
	}
	want := "[reports=1234567 riots=12 mb_per_s=4.62 waves=2 lag=1.2s queue=3 simulated=2026-01-05 01:00:00 done=50%]"
	if got := fmt.Sprint(r.attributes()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
