// Package peaceland is the map of the country: an island in the North
// Atlantic and its districts. The simulator flies over it, the alerter names
// places by it, and the analysis groups by it; so that all agree, it is in
// one place. It holds no people and no events: those are the simulator's.
package peaceland

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

//go:embed districts.geojson
var districtsGeoJSON []byte

// LonScale is how many degrees of latitude one degree of longitude is as long
// as, at the middle of the country: cos 44°. Distances within the country are
// computed on the flat, with this constant, by every program alike.
const LonScale = 0.7193398003386512

// MetersPerDegree is the length of one degree of latitude.
const MetersPerDegree = 111_195.0

// A Place is a point in degrees, WGS84.
type Place struct{ Lat, Lon float64 }

// A District is named after its centre. A place on the island belongs to the
// district whose centre is nearest; its border is drawn, to the metre, where
// that is so.
type District struct {
	Name   string
	Lat    float64 // of the centre, degrees north, WGS84
	Lon    float64 // of the centre, degrees east, WGS84
	border []Place // counter-clockwise, the last corner joined to the first
}

// Border lists the corners of the district, counter-clockwise; the last is
// joined to the first. The slice is the caller's own.
func (d District) Border() []Place { return slices.Clone(d.border) }

// Contains says whether a place is within the border. It has a use only where
// the sea matters: on land, Nearest says the same.
func (d District) Contains(lat, lon float64) bool {
	inside := false
	for i, a := range d.border {
		b := d.border[(i+1)%len(d.border)]
		if (a.Lat > lat) == (b.Lat > lat) {
			continue
		}
		// Where the edge crosses the parallel of the place.
		along := (lat - a.Lat) / (b.Lat - a.Lat)
		if lon < a.Lon+float64(along*(b.Lon-a.Lon)) {
			inside = !inside
		}
	}
	return inside
}

// Borders says whether the two districts share an edge.
func (d District) Borders(other District) bool {
	if d.Name == other.Name {
		return false
	}
	shared := 0
	for _, corner := range d.border {
		if slices.Contains(other.border, corner) {
			shared++
		}
	}
	return shared >= 2
}

// GeoJSON is the map as a FeatureCollection: of each district its name, its
// centre and its border. The slice is the caller's own.
func GeoJSON() []byte { return slices.Clone(districtsGeoJSON) }

// Districts lists the districts in the order of their names. The slice is the
// caller's own.
func Districts() []District { return slices.Clone(districts) }

var districts = mustParse(districtsGeoJSON)

// Nearest is the district that a place belongs to. Of two centres equally
// far, the first by name is chosen.
func Nearest(lat, lon float64) District {
	return slices.MinFunc(districts, func(a, b District) int {
		switch da, db := squaredDegrees(a, lat, lon), squaredDegrees(b, lat, lon); {
		case da < db:
			return -1
		case da > db:
			return 1
		default:
			return 0
		}
	})
}

// Meters is the distance between two places in the country, on the flat.
func Meters(latA, lonA, latB, lonB float64) float64 {
	return MetersPerDegree * math.Hypot(latA-latB, (lonA-lonB)*LonScale)
}

// squaredDegrees is the measure that Nearest compares. The conversions keep
// the compiler from fusing a multiplication and an addition, so that every
// machine, and the same formula in SQL, rounds alike.
func squaredDegrees(d District, lat, lon float64) float64 {
	dLat := lat - d.Lat
	dLon := float64((lon - d.Lon) * LonScale)
	return float64(dLat*dLat) + float64(dLon*dLon)
}

// mustParse reads the embedded map. A broken one is a broken build: the test
// of this package would not pass.
func mustParse(geoJSON []byte) []District {
	type position [2]float64 // longitude first, as GeoJSON has it
	var collection struct {
		Features []struct {
			Properties struct {
				Name   string
				Centre position
			}
			Geometry struct{ Coordinates [][]position } // one ring, its first corner repeated at its end
		}
	}
	if err := json.Unmarshal(geoJSON, &collection); err != nil {
		panic(fmt.Sprintf("peaceland: districts.geojson: %v", err))
	}
	var parsed []District
	for _, f := range collection.Features {
		d := District{Name: f.Properties.Name, Lat: f.Properties.Centre[1], Lon: f.Properties.Centre[0]}
		ring := f.Geometry.Coordinates[0]
		for _, corner := range ring[:len(ring)-1] {
			d.border = append(d.border, Place{Lat: corner[1], Lon: corner[0]})
		}
		parsed = append(parsed, d)
	}
	slices.SortFunc(parsed, func(a, b District) int { return strings.Compare(a.Name, b.Name) })
	return parsed
}
