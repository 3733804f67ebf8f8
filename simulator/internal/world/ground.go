package world

import (
	"cmp"
	"math"
	"slices"

	"github.com/peacestate/peacestate/peaceland"
)

// A place is a point of the country, in degrees.
type place struct{ lat, lon float64 }

// decimals rounds to n decimals: the float64 nearest to that decimal number.
func decimals(x float64, n int) float64 {
	scale := [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}[n]
	return math.Round(x*scale) / scale
}

// meters is the distance between two places.
func meters(a, b place) float64 {
	dLat := a.lat - b.lat
	dLon := float64((a.lon - b.lon) * peaceland.LonScale)
	return peaceland.MetersPerDegree * math.Sqrt(float64(dLat*dLat)+float64(dLon*dLon))
}

// blockDegrees is the side of a block, in degrees of latitude: 300 m.
const blockDegrees = 0.0027

// A block is a square of the country and the smallest part of it: a citizen
// is in a block, and a drone sees the whole block that it is over and nothing
// else.
type block int32

// sea is no block: nobody lives there.
const sea block = -1

// The ground is the country cut into blocks.
type ground struct {
	south, west   float64 // of the corner of the first block
	rows, columns int
	district      []int     // of each block, by the block's centre; -1 in the sea
	districts     [][]block // the blocks of each district, the nearest to its centre first
	neighbours    [][]int   // the districts that border on each district
}

func newGround(districts []peaceland.District) ground {
	g := ground{south: math.Inf(1), west: math.Inf(1)}
	north, east := math.Inf(-1), math.Inf(-1)
	for _, d := range districts {
		for _, corner := range d.Border() {
			g.south, north = min(g.south, corner.Lat), max(north, corner.Lat)
			g.west, east = min(g.west, corner.Lon), max(east, corner.Lon)
		}
	}
	g.rows = 1 + int((north-g.south)/blockDegrees)
	g.columns = 1 + int(float64((east-g.west)*peaceland.LonScale)/blockDegrees)
	g.district = make([]int, g.rows*g.columns)
	g.districts = make([][]block, len(districts))
	g.neighbours = make([][]int, len(districts))
	for i := range g.district {
		c := g.centre(block(i))
		g.district[i] = slices.IndexFunc(districts, func(d peaceland.District) bool { return d.Contains(c.lat, c.lon) })
		if d := g.district[i]; d >= 0 {
			g.districts[d] = append(g.districts[d], block(i))
		}
	}
	for i, d := range districts {
		middle := place{d.Lat, d.Lon}
		slices.SortStableFunc(g.districts[i], func(a, b block) int {
			return cmp.Compare(meters(g.centre(a), middle), meters(g.centre(b), middle))
		})
		for j, other := range districts {
			if d.Borders(other) {
				g.neighbours[i] = append(g.neighbours[i], j)
			}
		}
	}
	return g
}

// at is the block that a place is in, or sea.
func (g ground) at(p place) block {
	row := int(math.Floor((p.lat - g.south) / blockDegrees))
	column := int(math.Floor(float64((p.lon-g.west)*peaceland.LonScale) / blockDegrees))
	return g.land(row, column)
}

// land is the block of a row and a column, or sea.
func (g ground) land(row, column int) block {
	if row < 0 || row >= g.rows || column < 0 || column >= g.columns || g.district[row*g.columns+column] < 0 {
		return sea
	}
	return block(row*g.columns + column)
}

// centre is the middle of a block.
func (g ground) centre(b block) place {
	row, column := float64(int(b)/g.columns), float64(int(b)%g.columns)
	return place{
		lat: g.south + float64(blockDegrees*(row+0.5)),
		lon: g.west + float64(blockDegrees*(column+0.5))/peaceland.LonScale,
	}
}

// somewhere draws a block of a district, three times as likely at its centre
// as at its edge.
func (g ground) somewhere(district int, d draw) block {
	f := d.fraction()
	blocks := g.districts[district]
	return blocks[int(float64(float64(f+float64(f*f))/2)*float64(len(blocks)))]
}

// near draws a block up to two blocks from another, or that one where the
// sea is.
func (g ground) near(b block, d draw) block {
	row, column := int(b)/g.columns, int(b)%g.columns
	if walk := g.land(row+int(d.and(0).between(-2, 2)), column+int(d.and(1).between(-2, 2))); walk != sea {
		return walk
	}
	return b
}
