package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peacestate/peacestate/peaceland"
)

// Parameters shape a world. Two worlds with the same seed and the same
// parameters are the same.
type Parameters struct {
	// Period is the time between two reports of a drone: whole milliseconds,
	// from a second to a day. The world itself does not depend on it: another
	// period looks at the same world at other moments.
	Period time.Duration

	// CitizensPerDistrict is how many citizens have their home in each
	// district, at least one for every place of its crowds.
	CitizensPerDistrict int
	// CrowdMin and CrowdMax bound how many citizens are near a drone.
	CrowdMin, CrowdMax int
	// CrowdStays is for how long the same people are at a place.
	CrowdStays time.Duration
	// VisitorShare is the share of crowds that come from another district.
	VisitorShare float64

	// AgitatorShare is the share of citizens who riot more readily than others.
	AgitatorShare float64
	// LoneRiotChance is the chance that an agitator riots alone, for as long
	// as a crowd stays, before the factors below.
	LoneRiotChance float64
	// UnrestPerHour is the chance that in a given hour unrest breaks out in a
	// district, before the factors below.
	UnrestPerHour float64
	// UnrestMin and UnrestMax bound how long unrest lasts, an hour at most.
	UnrestMin, UnrestMax time.Duration
	// UnrestRadiusM is how far from its centre unrest reaches, in metres.
	UnrestRadiusM float64
	// JoinChance and AgitatorJoinChance are the chances that a citizen who is
	// in the midst of the hottest unrest riots too.
	JoinChance, AgitatorJoinChance float64

	// WeekendFactor multiplies both chances of a riot on Saturdays and Sundays.
	WeekendFactor float64
	// HourFactors multiply them by the hour of the day.
	HourFactors [24]float64
	// DistrictFactors multiply them by the district; one not named here has 1.
	DistrictFactors map[string]float64

	// Flight and Charge are the two halves of a drone's day: so long in the
	// air, then so long on a charger.
	Flight, Charge time.Duration
	// ServiceEvery is after how many hours in the air a drone is serviced,
	// which ends its wear.
	ServiceEvery float64
}

// DefaultParameters is the country as it is flown unless something else is
// asked for. Of its reports, between 0.2% and 1% hold a riot.
func DefaultParameters() Parameters {
	return Parameters{
		Period: time.Minute,

		CitizensPerDistrict: 2222,
		CrowdMin:            2,
		CrowdMax:            6,
		CrowdStays:          10 * time.Minute,
		VisitorShare:        0.15,

		AgitatorShare:      0.01,
		LoneRiotChance:     0.07,
		UnrestPerHour:      0.015,
		UnrestMin:          20 * time.Minute,
		UnrestMax:          time.Hour,
		UnrestRadiusM:      1500,
		JoinChance:         0.35,
		AgitatorJoinChance: 1,

		WeekendFactor: 1.8,
		HourFactors: [24]float64{
			0.7, 0.6, 0.5, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.9, 1.0,
			1.1, 1.0, 0.9, 1.0, 1.2, 1.5, 1.9, 2.2, 2.2, 1.8, 1.3, 0.9,
		},
		DistrictFactors: map[string]float64{
			"Parliament": 2.0,
			"University": 1.5,
			"Market":     1.2,
			"Foundry":    1.1,
			"Northgate":  0.8,
			"Riverside":  0.7,
			"Hillcrest":  0.4,
		},

		Flight:       100 * time.Minute,
		Charge:       20 * time.Minute,
		ServiceEvery: 400,
	}
}

// validate names every parameter that makes no world.
func (p Parameters) validate() error {
	var problems []error
	require := func(holds bool, format string, args ...any) {
		if !holds {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	share := func(name string, v float64) {
		require(v >= 0 && v <= 1, "%s must be from 0 to 1, not %v", name, v)
	}
	require(p.Period >= time.Second && p.Period <= 24*time.Hour && p.Period%time.Millisecond == 0,
		"the period must be whole milliseconds from a second to a day, not %s", p.Period)
	require(p.CrowdMin >= 0 && p.CrowdMin <= p.CrowdMax, "a crowd of %d to %d citizens is none", p.CrowdMin, p.CrowdMax)
	require(p.CitizensPerDistrict >= max(1, cells*p.CrowdMax),
		"%d citizens per district are too few for %d places of up to %d", p.CitizensPerDistrict, cells, p.CrowdMax)
	require(p.CrowdStays >= time.Millisecond, "a crowd must stay for at least a millisecond, not %s", p.CrowdStays)
	require(p.UnrestMin > 0 && p.UnrestMin <= p.UnrestMax && p.UnrestMax <= time.Hour,
		"unrest must last from above 0 to an hour, not %s to %s", p.UnrestMin, p.UnrestMax)
	require(p.UnrestRadiusM >= 0, "unrest cannot reach %v metres", p.UnrestRadiusM)
	require(p.Flight >= time.Minute && p.Charge >= time.Minute,
		"flight and charge must each take at least a minute, not %s and %s", p.Flight, p.Charge)
	require(p.ServiceEvery > 0, "a service every %v hours is impossible", p.ServiceEvery)
	share("the share of visitors", p.VisitorShare)
	share("the share of agitators", p.AgitatorShare)
	share("the chance of a lone riot", p.LoneRiotChance)
	share("the chance of unrest", p.UnrestPerHour)
	share("the chance to join", p.JoinChance)
	share("an agitator's chance to join", p.AgitatorJoinChance)
	require(p.WeekendFactor >= 0, "the factor of the weekend must not be negative, but is %v", p.WeekendFactor)
	for hour, factor := range p.HourFactors {
		require(factor >= 0, "the factor of hour %d must not be negative, but is %v", hour, factor)
	}
	for _, name := range slices.Sorted(maps.Keys(p.DistrictFactors)) {
		known := slices.ContainsFunc(peaceland.Districts(), func(d peaceland.District) bool { return d.Name == name })
		require(known, "there is no district %q", name)
		require(p.DistrictFactors[name] >= 0, "the factor of %s must not be negative, but is %v", name, p.DistrictFactors[name])
	}
	return errors.Join(problems...)
}
