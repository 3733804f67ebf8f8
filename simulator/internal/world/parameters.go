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
// parameters are the same. The tags say what each means; `simulator describe`
// prints them.
type Parameters struct {
	Period time.Duration `json:"period" meaning:"time between two reports of a drone, from 1s to 24h in whole milliseconds; the world itself does not depend on it"`

	CitizensPerDistrict int           `json:"citizens_per_district" meaning:"citizens who live in each district"`
	CommuterShare       float64       `json:"commuter_share" meaning:"share of citizens who work in a district drawn by lot, not in their own"`
	HomeByHour          [24]float64   `json:"home_by_hour" meaning:"share of citizens who are at home, by hour of the day"`
	WorkByHour          [24]float64   `json:"work_by_hour" meaning:"share of citizens who are at work, by hour of the day; the others are out walking"`
	WeekendWork         float64       `json:"weekend_work" meaning:"what the share at work is multiplied with on Saturdays and Sundays"`
	Stay                time.Duration `json:"stay" meaning:"how long a citizen stays at a place at least"`

	Moodiness  float64 `json:"moodiness" meaning:"peacescore points by which the mood of an hour moves a citizen, up or down, at most"`
	ScoreNoise float64 `json:"score_noise" meaning:"points by which a drone misjudges a peacescore, up or down, at most"`
	Fright     float64 `json:"fright" meaning:"points that the hottest unrest takes from those near it who do not riot"`

	AgitatorShare      float64       `json:"agitator_share" meaning:"share of citizens who riot more readily than others"`
	LoneRiotChance     float64       `json:"lone_riot_chance" meaning:"chance that an agitator riots alone during a stay, before the factors"`
	UnrestPerHour      float64       `json:"unrest_per_hour" meaning:"chance that unrest breaks out in a district in an hour, before the factors"`
	UnrestMin          time.Duration `json:"unrest_min" meaning:"how long unrest lasts at least"`
	UnrestMax          time.Duration `json:"unrest_max" meaning:"how long unrest lasts at most, an hour or less"`
	UnrestRadiusM      float64       `json:"unrest_radius_m" meaning:"how far from its centre unrest draws people in, in metres; it frightens as far again"`
	JoinChance         float64       `json:"join_chance" meaning:"chance that a citizen in the midst of the hottest unrest joins in"`
	AgitatorJoinChance float64       `json:"agitator_join_chance" meaning:"chance that an agitator does"`
	SpreadChance       float64       `json:"spread_chance" meaning:"chance that unrest which broke out by itself spreads to one given neighbouring district"`
	SpreadMin          time.Duration `json:"spread_min" meaning:"how long that takes at least"`
	SpreadMax          time.Duration `json:"spread_max" meaning:"how long that takes at most, an hour or less"`

	WeekendFactor   float64            `json:"weekend_factor" meaning:"what both chances of a riot are multiplied with on Saturdays and Sundays"`
	HourFactors     [24]float64        `json:"hour_factors" meaning:"what they are multiplied with, by hour of the day"`
	DistrictFactors map[string]float64 `json:"district_factors" meaning:"what they are multiplied with, by district; 1 where none is named"`

	WordsMin   int           `json:"words_min" meaning:"words in a report, at least"`
	WordsMax   int           `json:"words_max" meaning:"words in a report, at most"`
	CryShare   float64       `json:"cry_share" meaning:"share of cries among the words where someone riots"`
	OmenShare  float64       `json:"omen_share" meaning:"share of omens among the words in a district where unrest will begin soon"`
	OmenLead   time.Duration `json:"omen_lead" meaning:"how soon, an hour or less"`
	StrayShare float64       `json:"stray_share" meaning:"share of cries and omens among the words everywhere else"`

	SpeedMps  float64       `json:"speed_mps" meaning:"speed of a drone in the air, in metres per second"`
	RoamShare float64       `json:"roam_share" meaning:"share of the points of a patrol that lie in a neighbouring district"`
	Flight    time.Duration `json:"flight" meaning:"how long a drone flies on one charge"`
	Charge    time.Duration `json:"charge" meaning:"how long it stands on the charger then"`

	LifeMean       time.Duration `json:"life_mean" meaning:"mean time on duty between two failures of a drone"`
	LifeSpread     float64       `json:"life_spread" meaning:"by what share of the mean that time is shorter or longer, at most"`
	RepairTakes    time.Duration `json:"repair_takes" meaning:"how long a failed drone stands where it landed before it is on duty again"`
	SignsLead      time.Duration `json:"signs_lead" meaning:"how long on duty the sign of a failing part takes to come to full strength, in the mean; each takes from half to one and a half times as long, and the part breaks at a strength from half to full"`
	SuddenShare    float64       `json:"sudden_share" meaning:"share of failures that give no sign"`
	BatterySign    float64       `json:"battery_sign" meaning:"percent that a flight takes more from a failing battery, at full strength of its sign"`
	MotorSign      float64       `json:"motor_sign" meaning:"degrees Celsius by which a failing motor is hotter, at full strength"`
	BearingSign    float64       `json:"bearing_sign" meaning:"mm/s by which a failing bearing makes the frame vibrate more, at full strength; it grows with the square"`
	BatteryDrain   float64       `json:"battery_drain" meaning:"percent that a flight takes from a new battery"`
	BatteryAgeing  float64       `json:"battery_ageing" meaning:"percent that it takes more from one that is due to be replaced"`
	BatteryCycles  int           `json:"battery_cycles" meaning:"charges after which a battery is replaced"`
	VibrationWear  float64       `json:"vibration_wear" meaning:"mm/s by which wear makes the frame vibrate more, for each mean life on duty since the last repair"`
	VibrationNoise float64       `json:"vibration_noise" meaning:"noise of the vibration sensor in the air, mm/s"`
	TempNoise      float64       `json:"temp_noise" meaning:"noise of the temperature sensor, degrees Celsius"`
}

// DefaultParameters is the country as it is flown unless something else is
// asked for. Of its reports, between 0.2% and 1% hold a riot.
func DefaultParameters() Parameters {
	return Parameters{
		Period: time.Minute,

		CitizensPerDistrict: 2222,
		CommuterShare:       0.4,
		HomeByHour: [24]float64{
			0.95, 0.97, 0.97, 0.97, 0.97, 0.93, 0.80, 0.55, 0.35, 0.25, 0.22, 0.22,
			0.25, 0.25, 0.22, 0.22, 0.25, 0.40, 0.50, 0.55, 0.60, 0.70, 0.80, 0.90,
		},
		WorkByHour: [24]float64{
			0.02, 0.02, 0.02, 0.02, 0.02, 0.04, 0.10, 0.25, 0.50, 0.65, 0.70, 0.70,
			0.55, 0.60, 0.70, 0.68, 0.55, 0.25, 0.12, 0.08, 0.06, 0.05, 0.04, 0.03,
		},
		WeekendWork: 0.2,
		Stay:        30 * time.Minute,

		Moodiness:  10,
		ScoreNoise: 3,
		Fright:     30,

		AgitatorShare:      0.01,
		LoneRiotChance:     0.06,
		UnrestPerHour:      0.02,
		UnrestMin:          20 * time.Minute,
		UnrestMax:          time.Hour,
		UnrestRadiusM:      1200,
		JoinChance:         0.15,
		AgitatorJoinChance: 1,
		SpreadChance:       0.1,
		SpreadMin:          15 * time.Minute,
		SpreadMax:          time.Hour,

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

		WordsMin:   3,
		WordsMax:   6,
		CryShare:   0.5,
		OmenShare:  0.15,
		OmenLead:   time.Hour,
		StrayShare: 0.01,

		SpeedMps:  12,
		RoamShare: 0.25,
		Flight:    100 * time.Minute,
		Charge:    20 * time.Minute,

		LifeMean:       240 * time.Hour,
		LifeSpread:     0.6,
		RepairTakes:    8 * time.Hour,
		SignsLead:      36 * time.Hour,
		SuddenShare:    0.1,
		BatterySign:    20,
		MotorSign:      25,
		BearingSign:    5,
		BatteryDrain:   60,
		BatteryAgeing:  20,
		BatteryCycles:  600,
		VibrationWear:  1,
		VibrationNoise: 0.4,
		TempNoise:      1,
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
	atLeast0 := func(name string, v float64) {
		require(v >= 0 && v <= 1e6, "%s must be from 0 to a million, not %v", name, v)
	}
	within := func(name string, v, least, most time.Duration) {
		require(v >= least && v <= most, "%s must be from %s to %s, not %s", name, least, most, v)
	}
	require(p.Period >= time.Second && p.Period <= 24*time.Hour && p.Period%time.Millisecond == 0,
		"the period must be whole milliseconds from a second to a day, not %s", p.Period)

	require(p.CitizensPerDistrict >= 1 && p.CitizensPerDistrict <= 1_000_000/len(peaceland.Districts()),
		"a district must have from 1 to %d citizens, not %d", 1_000_000/len(peaceland.Districts()), p.CitizensPerDistrict)
	share("the share of commuters", p.CommuterShare)
	for hour := range 24 {
		share(fmt.Sprintf("the share at home in hour %d", hour), p.HomeByHour[hour])
		share(fmt.Sprintf("the share at work in hour %d", hour), p.WorkByHour[hour])
		require(p.HomeByHour[hour]+p.WorkByHour[hour] <= 1, "in hour %d more than all citizens are at home or at work", hour)
		atLeast0(fmt.Sprintf("the factor of hour %d", hour), p.HourFactors[hour])
	}
	share("the share of the week's work that is done at the weekend", p.WeekendWork)
	within("a stay", p.Stay, time.Minute, 24*time.Hour)
	atLeast0("the mood", p.Moodiness)
	atLeast0("the noise of the scores", p.ScoreNoise)
	atLeast0("the fright", p.Fright)

	share("the share of agitators", p.AgitatorShare)
	share("the chance of a lone riot", p.LoneRiotChance)
	share("the chance of unrest", p.UnrestPerHour)
	require(p.UnrestMin > 0 && p.UnrestMin <= p.UnrestMax && p.UnrestMax <= time.Hour,
		"unrest must last from above 0 to an hour, not %s to %s", p.UnrestMin, p.UnrestMax)
	require(p.UnrestRadiusM > 0 && p.UnrestRadiusM <= 100_000, "unrest cannot reach %v metres", p.UnrestRadiusM)
	share("the chance to join", p.JoinChance)
	share("an agitator's chance to join", p.AgitatorJoinChance)
	share("the chance to spread", p.SpreadChance)
	require(p.SpreadMin >= 0 && p.SpreadMin <= p.SpreadMax && p.SpreadMax <= time.Hour,
		"unrest must spread within 0 to an hour, not %s to %s", p.SpreadMin, p.SpreadMax)
	atLeast0("the factor of the weekend", p.WeekendFactor)
	for _, name := range slices.Sorted(maps.Keys(p.DistrictFactors)) {
		known := slices.ContainsFunc(peaceland.Districts(), func(d peaceland.District) bool { return d.Name == name })
		require(known, "there is no district %q", name)
		atLeast0("the factor of "+name, p.DistrictFactors[name])
	}

	require(p.WordsMin >= 0 && p.WordsMin <= p.WordsMax && p.WordsMax <= 1000,
		"a report cannot hold from %d to %d words", p.WordsMin, p.WordsMax)
	share("the share of cries", p.CryShare)
	share("the share of omens", p.OmenShare)
	share("the share of stray words", p.StrayShare)
	within("the lead of omens", p.OmenLead, 0, time.Hour)

	require(p.SpeedMps >= 0 && p.SpeedMps <= 1000, "a drone cannot fly at %v m/s", p.SpeedMps)
	share("the share of points in a neighbouring district", p.RoamShare)
	within("a flight", p.Flight, time.Minute, 24*time.Hour)
	within("a charge", p.Charge, time.Minute, 24*time.Hour)
	within("the time between two failures", p.LifeMean, time.Hour, 1_000_000*time.Hour)
	share("the spread of the time between two failures", p.LifeSpread)
	within("a repair", p.RepairTakes, 0, 10_000*time.Hour)
	within("the lead of the signs of a failure", p.SignsLead, time.Minute, 10_000*time.Hour)
	share("the share of failures without a sign", p.SuddenShare)
	atLeast0("the sign of a failing battery", p.BatterySign)
	atLeast0("the sign of a failing motor", p.MotorSign)
	atLeast0("the sign of a failing bearing", p.BearingSign)
	atLeast0("the drain of the battery", p.BatteryDrain)
	atLeast0("the ageing of the battery", p.BatteryAgeing)
	require(p.BatteryCycles >= 1, "a battery cannot be replaced after %d charges", p.BatteryCycles)
	atLeast0("the vibration of wear", p.VibrationWear)
	atLeast0("the noise of the vibration", p.VibrationNoise)
	atLeast0("the noise of the temperature", p.TempNoise)
	return errors.Join(problems...)
}
