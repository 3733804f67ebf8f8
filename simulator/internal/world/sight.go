package world

import "github.com/peacestate/peacestate/schemas"

// Peacescores in tenths.
const (
	rioting = 10 * schemas.RiotThreshold // anything below
	peace   = 1000                       // at most
)

// A sight is what a drone makes of the block below it.
type sight struct {
	citizens []schemas.Citizen
	riot     bool // someone riots
	omen     bool // unrest will begin in this district before long
}

// look lists the citizens in a block with the scores that a drone gives them.
// Drones agree on who riots, and nearly on the scores.
func (w *World) look(drone int, below block, o outlook, at int64) sight {
	var s sight
	if below == sea {
		s.citizens = []schemas.Citizen{}
		return s
	}
	district := w.ground.district[below]
	near := w.felt(below, o, at)
	for _, u := range o.unrest {
		s.omen = s.omen || u.district == district && at < u.begins && u.begins-at <= w.p.OmenLead.Milliseconds()
	}
	lone := w.p.LoneRiotChance * w.tension(district, at)
	seen := w.seed.about(ofScore).and(int64(drone)).and(at)
	var room [32]int32
	present := w.present(room[:0], below, at)
	s.citizens = make([]schemas.Citizen, len(present))
	for i, number := range present {
		p := &w.people[number]
		glance := seen.and(int64(number))
		var tenths int64
		if w.riots(number, near, lone, at) {
			s.riot = true
			tenths = glance.below(rioting)
		} else {
			tenths = w.temper(number, near, at) + int64(float64(10*w.p.ScoreNoise)*glance.spread())
			tenths = max(rioting, min(peace, tenths))
		}
		s.citizens[i] = schemas.Citizen{CitizenID: p.id, Name: p.name, Peacescore: float64(tenths) / 10}
	}
	return s
}

// present appends the numbers of those who are in a block at a time.
func (w *World) present(to []int32, b block, at int64) []int32 {
	habits := w.custom(at)
	for _, r := range w.regulars[b] {
		if w.isAt(r.nature, habits, at) == r.haunt {
			to = append(to, r.person)
		}
	}
	return to
}

// heat is how strongly unrest is felt in a block.
type heat struct {
	join   float64 // 0 to 1: how many are drawn in; 0 out of its reach
	fright float64 // 0 to 1: how frightened the others are
	whose  draw    // for what its people do
}

// felt is the unrest that is felt in a block. Of several the hottest counts.
func (w *World) felt(b block, o outlook, at int64) heat {
	var most heat
	for _, u := range o.unrest {
		now := u.heatAt(at)
		if now <= 0 {
			continue
		}
		// Beyond its reach it frightens, less and less, as far again.
		away := meters(w.ground.centre(b), u.centre) / w.p.UnrestRadiusM
		h := heat{whose: u.whose}
		switch {
		case away <= 1:
			h.join, h.fright = now, now
		case away < 2:
			h.fright = float64(now * (2 - away))
		}
		if h.fright > most.fright {
			most = h
		}
	}
	return most
}

// riots says whether a citizen riots: an agitator alone, for as long as a
// stay, or anybody in the midst of unrest. Who has joined in stays as long as
// it is hot enough.
func (w *World) riots(number int32, near heat, lone float64, at int64) bool {
	p := &w.people[number]
	join := near.join * w.p.JoinChance
	if p.agitator {
		if w.seed.about(ofLoneRiot).and(int64(number)).and(w.stay(p.nature, at)).chance(lone) {
			return true
		}
		join = near.join * w.p.AgitatorJoinChance
	}
	return join > 0 && near.whose.and(int64(number)).chance(join)
}

// temper is the peacescore, in tenths, that any drone would give a citizen who
// does not riot, give or take a little: the usual one and the mood of the
// hour, less the fright of unrest nearby.
func (w *World) temper(number int32, near heat, at int64) int64 {
	p := &w.people[number]
	mood := p.nature.mood(at / hourMs).spread()
	return p.calm + int64(float64(10*w.p.Moodiness)*mood) - int64(float64(10*w.p.Fright)*near.fright)
}
