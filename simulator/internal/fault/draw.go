package fault

import "math/bits"

// A draw is 64 random bits that are a function of what they were drawn for,
// as in package world. The two are apart, so that a change of the world
// leaves the faults where they are, and the other way round.
//
// The bits are mixed by the finaliser of SplitMix64.
// Source: https://prng.di.unimi.it/splitmix64.c
type draw uint64

// A subject keeps draws for different things apart. New ones go to the end:
// an order that changes moves every fault of every seed.
type subject int64

const (
	ofFault subject = iota
	ofOldSchema
	ofDelay
	ofDamage
	ofPhase
	ofGap
)

// drawFor draws for a subject and a drone.
func drawFor(seed uint64, about subject, drone int) draw {
	const faults = 0x6661756c7473 // the word, so that the bits are not the world's
	return draw(mix(seed ^ mix(faults))).and(int64(about)).and(int64(drone))
}

// and draws for one number more.
func (d draw) and(v int64) draw {
	const golden = 0x9e3779b97f4a7c15
	return draw(mix(uint64(d) ^ mix(uint64(v)+golden)))
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// fraction is at least 0 and below 1.
func (d draw) fraction() float64 { return float64(d>>11) / (1 << 53) }

// below is at least 0 and below n, which is above 0.
func (d draw) below(n int64) int64 {
	high, _ := bits.Mul64(uint64(d), uint64(n))
	return int64(high)
}

// between is at least low and at most high.
func (d draw) between(low, high int64) int64 { return low + d.below(high-low+1) }
