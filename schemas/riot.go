package schemas

import (
	"cmp"
	"math"
	"time"
)

// A Riot is one citizen seen rioting in one report.
type Riot struct {
	RiotID      string    `json:"riot_id"` // RiotID(ReportID, CitizenID)
	ReportID    string    `json:"report_id"`
	DroneID     string    `json:"drone_id"`
	DetectedAt  time.Time `json:"detected_at"` // UTC, to the millisecond
	Lat         float64   `json:"lat"`         // of the drone, degrees north
	Lon         float64   `json:"lon"`         // of the drone, degrees east
	CitizenID   string    `json:"citizen_id"`
	CitizenName string    `json:"citizen_name"`
	Peacescore  float64   `json:"peacescore"` // below RiotThreshold
	Words       []string  `json:"words"`
	Rioters     int       `json:"rioters"` // citizens rioting in that report, this one among them; since version 2, else 1
}

// RiotID names the riot of one citizen in one report.
func RiotID(reportID, citizenID string) string { return reportID + "/" + citizenID }

// RiotsIn lists the riots that a report holds, one per rioting citizen, in
// the order of the report's citizens. They share the report's words.
func RiotsIn(r Report) []Riot {
	rioters := 0
	for _, c := range r.Citizens {
		if c.Rioting() {
			rioters++
		}
	}
	if rioters == 0 {
		return nil
	}
	riots := make([]Riot, 0, rioters)
	for _, c := range r.Citizens {
		if !c.Rioting() {
			continue
		}
		riots = append(riots, Riot{
			RiotID:      RiotID(r.ReportID, c.CitizenID),
			ReportID:    r.ReportID,
			DroneID:     r.DroneID,
			DetectedAt:  r.ReportedAt,
			Lat:         r.Lat,
			Lon:         r.Lon,
			CitizenID:   c.CitizenID,
			CitizenName: c.Name,
			Peacescore:  c.Peacescore,
			Words:       r.Words,
			Rioters:     rioters,
		})
	}
	return riots
}

func (r Riot) valid() error {
	return cmp.Or(
		printable("detected_at", r.DetectedAt),
		within("lat", r.Lat, minLat, maxLat),
		within("lon", r.Lon, minLon, maxLon),
		within("peacescore", r.Peacescore, minPeacescore, maxPeacescore),
		within("rioters", float64(r.Rioters), 0, math.MaxInt32),
	)
}

func (r Riot) native() map[string]any {
	return map[string]any{
		"riot_id":      r.RiotID,
		"report_id":    r.ReportID,
		"drone_id":     r.DroneID,
		"detected_at":  r.DetectedAt,
		"lat":          r.Lat,
		"lon":          r.Lon,
		"citizen_id":   r.CitizenID,
		"citizen_name": r.CitizenName,
		"peacescore":   r.Peacescore,
		"words":        r.Words,
		"rioters":      int32(r.Rioters),
	}
}

func riotOf(f record) Riot {
	return Riot{
		RiotID:      f.text("riot_id"),
		ReportID:    f.text("report_id"),
		DroneID:     f.text("drone_id"),
		DetectedAt:  f.time("detected_at"),
		Lat:         f.double("lat"),
		Lon:         f.double("lon"),
		CitizenID:   f.text("citizen_id"),
		CitizenName: f.text("citizen_name"),
		Peacescore:  f.double("peacescore"),
		Words:       f.texts("words"),
		Rioters:     int(f.long("rioters", 1)),
	}
}

// appendRiotV1 appends the Avro binary of version 1, as appendReportV1 does: the
// alerter catches up with a backlog as fast as it can read and write.
func appendRiotV1(dst []byte, r Riot) []byte {
	dst = appendText(dst, r.RiotID)
	dst = appendText(dst, r.ReportID)
	dst = appendText(dst, r.DroneID)
	dst = appendLong(dst, r.DetectedAt.UnixMilli())
	dst = appendDouble(dst, r.Lat)
	dst = appendDouble(dst, r.Lon)
	dst = appendText(dst, r.CitizenID)
	dst = appendText(dst, r.CitizenName)
	dst = appendDouble(dst, r.Peacescore)
	return appendArray(dst, r.Words, appendText)
}

// appendRiotV2 is version 1 and the rioters.
func appendRiotV2(dst []byte, r Riot) []byte {
	return appendLong(appendRiotV1(dst, r), int64(r.Rioters))
}

func readRiotV1(in *input) Riot {
	return Riot{
		RiotID:      in.readText(),
		ReportID:    in.readText(),
		DroneID:     in.readText(),
		DetectedAt:  in.readTime(),
		Lat:         in.readDouble(),
		Lon:         in.readDouble(),
		CitizenID:   in.readText(),
		CitizenName: in.readText(),
		Peacescore:  in.readDouble(),
		Words:       in.readTexts(),
		Rioters:     1,
	}
}

func readRiotV2(in *input) Riot {
	r := readRiotV1(in)
	r.Rioters = in.readInt()
	return r
}
