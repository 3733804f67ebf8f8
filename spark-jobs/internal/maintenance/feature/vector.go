package feature

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Group is features that one reason in words stands for.
type Group int

// The groups.
const (
	Vibration Group = iota
	Motor
	Battery
	Age
	Together // of the signs of several groups
)

// A Feature is one input of a model.
type Feature struct {
	Name    string
	Meaning string // with its unit
	Group   Group
	of      func(Row) float64 // NaN where it is not known
}

// What is half a sign of a failure: the rises that are worth 0.5 of what a
// certain one is. They are sizes of the sensors, not of a world.
const (
	halfVibration = 0.15 // mm/s
	halfMotor     = 2.0  // degrees Celsius
	halfDrain     = 0.8  // percent of the charge per hour in the air
)

// All lists the features, in the order in which a model weighs them.
func All() []Feature {
	features := []Feature{}
	for _, s := range []struct {
		group                        Group
		name, unit                   string
		level, now, then, before, by int
		half                         float64
	}{
		{Vibration, "vibration", "mm/s", vibration, vibrationLate, vibrationThen, vibrationBefore, vibrationSpread, halfVibration},
		{Motor, "motor", "degrees Celsius above the fleet's median in the same hours", motor, motorLate, motorThen, motorBefore, motorSpread, halfMotor},
		{Battery, "drain", "percent of the charge per hour in the air", drain, drain, drainThen, drainBefore, drainSpread, halfDrain},
	} {
		features = append(features,
			Feature{s.name + "_level", "median of the day in the air, " + s.unit, s.group, func(r Row) float64 { return r.values[s.level] }},
			Feature{s.name + "_rise", fmt.Sprintf("evening against up to %d days ago, %s", Back, s.unit), s.group,
				func(r Row) float64 { return r.values[s.now] - r.values[s.before] }},
			Feature{s.name + "_sign", "the same as a share of a certain sign, 0 to 1", s.group,
				func(r Row) float64 { return share(r.values[s.now]-r.values[s.before], s.half) }},
			Feature{s.name + "_sign_recent", fmt.Sprintf("that against up to %d days ago", Recent), s.group,
				func(r Row) float64 { return share(r.values[s.now]-r.values[s.then], s.half) }},
			Feature{s.name + "_spread", "standard deviation of the days of a week, " + s.unit, s.group, func(r Row) float64 { return r.values[s.by] }},
		)
	}
	return append(features,
		Feature{"any_sign", "the three signs together, 0 to 1", Together, anySign},
		Feature{"rested_days", "days since the last repair", Age, func(r Row) float64 { return r.values[restedDays] }},
		Feature{"rested_beyond_30", "of these, those beyond 30", Age, func(r Row) float64 { return beyond(r.values[restedDays], 30) }},
		Feature{"rested_beyond_60", "of these, those beyond 60", Age, func(r Row) float64 { return beyond(r.values[restedDays], 60) }},
		Feature{"rested_unknown", "1 when the archive knows no repair", Age, func(r Row) float64 {
			if math.IsNaN(r.values[restedDays]) {
				return 1
			}
			return 0
		}},
		Feature{"battery_hours", "hours in the air since the battery was replaced, or since the first report", Age,
			func(r Row) float64 { return r.values[batteryHours] }},
		Feature{"flown_hours", "hours in the air in a day", Age, func(r Row) float64 { return r.values[flownHours] }},
	)
}

// Names lists the names of the features, in order.
func Names() []string {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	return names
}

// Vector is the values of the features of a row, in order.
func (r Row) Vector() []float64 {
	all := All()
	values := make([]float64, len(all))
	for i, f := range all {
		values[i] = f.of(r)
	}
	return values
}

// VibrationLevel is the vibration of the day in the air, mm/s; 0 where it is
// not known. A baseline goes by it.
func (r Row) VibrationLevel() float64 { return known(r.values[vibration]) }

// BatteryHours is the age of the battery, in hours in the air; 0 where it is
// not known. Another baseline goes by it.
func (r Row) BatteryHours() float64 { return known(r.values[batteryHours]) }

func known(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// share is 0 for no rise, 0.5 for one of half, and goes to 1.
func share(rise, half float64) float64 {
	rise = max(0, rise) // NaN stays NaN
	return rise / (rise + half)
}

func beyond(x, limit float64) float64 { return max(0, x-limit) }

// anySign is the chance that at least one of three is right, if each were one.
func anySign(r Row) float64 {
	none := 1.0
	for _, s := range []struct {
		now, before int
		half        float64
	}{{vibrationLate, vibrationBefore, halfVibration}, {motorLate, motorBefore, halfMotor}, {drain, drainBefore, halfDrain}} {
		none *= 1 - known(share(r.values[s.now]-r.values[s.before], s.half))
	}
	return 1 - none
}

// leastShare is how much a group must add to the log of the odds to be named:
// the odds are 1.35 times as high.
const leastShare = 0.3

// Reasons says in words what drives a probability up, the strongest first:
// shares are what each feature adds to the log of the odds.
func (r Row) Reasons(shares []float64) string {
	sums := map[Group]float64{}
	for i, f := range All() {
		sums[f.Group] += shares[i]
	}
	groups := []Group{Vibration, Motor, Battery, Age}
	slices.SortStableFunc(groups, func(a, b Group) int {
		switch {
		case sums[a] > sums[b]:
			return -1
		case sums[a] < sums[b]:
			return 1
		default:
			return 0
		}
	})
	var said []string
	for _, g := range groups {
		if sums[g] >= leastShare {
			said = append(said, r.say(g))
		}
	}
	if len(said) == 0 {
		return "nothing stands out"
	}
	return strings.Join(said, "; ")
}

// say is what a group has to say.
func (r Row) say(g Group) string {
	v := r.values
	switch g {
	case Vibration:
		then, ago := r.against(v[vibrationLate], v[vibrationThen], v[vibrationBefore])
		if rise := v[vibrationLate]/then - 1; rise >= 0.05 {
			return fmt.Sprintf("vibration up %.0f%% %s", 100*rise, ago)
		}
		return fmt.Sprintf("it vibrates by %.1f mm/s", v[vibration])
	case Motor:
		then, ago := r.against(v[motorLate], v[motorThen], v[motorBefore])
		if rise := v[motorLate] - then; rise >= 0.5 {
			return fmt.Sprintf("motor %.1f °C hotter %s", rise, ago)
		}
		return fmt.Sprintf("motor %.1f °C above the fleet", v[motor])
	case Battery:
		then, ago := r.against(v[drain], v[drainThen], v[drainBefore])
		if rise := v[drain]/then - 1; rise >= 0.02 {
			return fmt.Sprintf("battery drains %.0f%% faster %s", 100*rise, ago)
		}
		return fmt.Sprintf("an hour in the air takes %.0f%% of the battery", v[drain])
	default:
		if math.IsNaN(v[restedDays]) {
			return "no repair is known"
		}
		return fmt.Sprintf("%.0f days since its repair", v[restedDays])
	}
}

// against is the level to compare with: the recent one when most of the rise
// is recent; and how long ago it was.
func (r Row) against(now, then, before float64) (level float64, ago string) {
	level, days := before, float64(Back)
	if now-then >= (now-before)/2 {
		level, days = then, Recent
	}
	if rested := r.values[restedDays]; rested < days {
		return level, "since its repair"
	}
	words := map[float64]string{Recent: "five", Back: "twelve"}
	return level, "in " + words[days] + " days"
}
