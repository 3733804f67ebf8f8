package world

import "math/bits"

// A draw is 64 random bits that are a function of what they were drawn for:
// the seed, a subject, and any numbers after that. It takes the place of a
// random generator, which would have a state.
//
// The bits are mixed by the finaliser of SplitMix64.
// Source: https://prng.di.unimi.it/splitmix64.c
type draw uint64

// A subject keeps draws for different things apart. New ones go to the end:
// an order that changes is another world.
type subject int64

const (
	ofOffset subject = iota
	ofPatrol
	ofLife
	ofNoise
	ofPerson
	ofLoneRiot
	ofUnrest
	ofScore
	ofWords
)

// and draws for one number more.
func (d draw) and(v int64) draw {
	const golden = 0x9e3779b97f4a7c15
	return draw(mix(uint64(d) ^ mix(uint64(v)+golden)))
}

// about draws for a subject.
func (d draw) about(s subject) draw { return d.and(int64(s)) }

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// fraction is at least 0 and below 1.
func (d draw) fraction() float64 { return float64(float64(d>>11) / (1 << 53)) }

// spread is at least -1 and below 1.
func (d draw) spread() float64 { return float64(2*d.fraction()) - 1 }

// below is at least 0 and below n.
func (d draw) below(n int64) int64 {
	high, _ := bits.Mul64(uint64(d), uint64(n))
	return int64(high)
}

// between is at least low and at most high.
func (d draw) between(low, high int64) int64 { return low + d.below(high-low+1) }

// chance is true with probability p.
func (d draw) chance(p float64) bool { return d.fraction() < p }
