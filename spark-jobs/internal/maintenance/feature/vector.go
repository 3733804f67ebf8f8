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

// Horizon is how many days ahead a failure is foretold.
const Horizon = 7

// A sensor is a sensor, with the columns of its values.
type sensor struct {
	group                      Group
	name, unit                 string
	level, rise, speed, spread int
	// half is the rise that is half a sign, about what is told from noise: of the
	// sensor, not of a world.
	half float64
}

func measured() []sensor {
	return []sensor{
		{Vibration, "vibration", "mm/s", vibration, vibrationRise, vibrationSpeed, vibrationSpread, 0.15},
		{Motor, "motor", "degrees Celsius above the fleet's median in the same hours", motor, motorRise, motorSpeed, motorSpread, 1},
		{Battery, "drain", "percent of the charge per hour in the air", drain, drainRise, drainSpeed, drainSpread, 0.5},
	}
}

// All lists the features, in the order in which a model weighs them.
func All() []Feature {
	features := []Feature{}
	for _, s := range measured() {
		rise := func(r Row) float64 { return r.values[s.rise] }
		ahead := func(r Row) float64 { return r.values[s.rise] + Horizon*r.values[s.speed] }
		features = append(features,
			Feature{s.name + "_level", "of the day in the air, " + s.unit, s.group, func(r Row) float64 { return r.values[s.level] }},
			Feature{s.name + "_rise", fmt.Sprintf("evening against up to %d days ago, beyond the fleet's, %s", Back, s.unit), s.group, rise},
			Feature{s.name + "_speed", fmt.Sprintf("the same of the newest %d days, per day", newest), s.group, func(r Row) float64 { return r.values[s.speed] }},
			Feature{s.name + "_sign", "the rise as a sign of a failure, 0 to 1", s.group, func(r Row) float64 { return share(rise(r), s.half) }},
			Feature{s.name + "_sign_strong", "the same, of strong signs", s.group, func(r Row) float64 { return share(rise(r), 6*s.half) }},
			Feature{s.name + "_ahead", "what the rise is the horizon later, at that speed, as a sign", s.group, func(r Row) float64 { return share(ahead(r), s.half) }},
			Feature{s.name + "_ahead_strong", "the same, of strong signs", s.group, func(r Row) float64 { return share(ahead(r), 6*s.half) }},
			Feature{s.name + "_spread", "standard deviation of the days of a week, " + s.unit, s.group, func(r Row) float64 { return r.values[s.spread] }},
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
		Feature{
			"battery_hours", "hours in the air since the battery was replaced, or since the first report", Age,
			func(r Row) float64 { return r.values[batteryHours] },
		},
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
	for _, s := range measured() {
		none *= 1 - known(share(r.values[s.rise], s.half))
	}
	return 1 - none
}

// leastShare is how much a group must add to the log of the odds to be named:
// the odds are 1.35 times as high.
const leastShare = 0.3

// Reasons says in words what drives a probability up, the strongest first:
// shares are what each feature adds to the log of the odds.
func (r Row) Reasons(shares []float64) string {
	var said []string
	for _, g := range r.driving(shares) {
		said = append(said, r.say(g))
	}
	if len(said) == 0 {
		return "nothing stands out"
	}
	return strings.Join(said, "; ")
}

// Suspect is the part that the strongest of these reasons points to: a failing
// battery drains faster, a failing motor gets hotter, a failing bearing
// vibrates. It is empty when none of them is about a sensor.
func (r Row) Suspect(shares []float64) string {
	for _, g := range r.driving(shares) {
		switch g {
		case Vibration:
			return "bearing"
		case Motor:
			return "motor"
		case Battery:
			return "battery"
		}
	}
	return ""
}

// driving is the groups that drive a probability up and have something to say,
// the strongest first.
func (r Row) driving(shares []float64) []Group {
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
	return slices.DeleteFunc(groups, func(g Group) bool { return sums[g] < leastShare || r.say(g) == "" })
}

// say is what a group has to say; "" when no reading bears it out.
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
		if !(v[motor] >= 0.5) { // nor NaN
			return ""
		}
		return fmt.Sprintf("motor %.1f °C above the fleet", v[motor])
	case Battery:
		then, ago := r.against(v[drainLate], v[drainThen], v[drainBefore])
		if rise := (v[drainLate] - then) / (v[drain] - v[drainLate] + then); rise >= 0.02 {
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
	return level, map[float64]string{Recent: "in five days", Back: "in three weeks"}[days]
}
