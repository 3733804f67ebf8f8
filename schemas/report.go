package schemas

import (
	"cmp"
	"strconv"
	"time"
)

// A Report is what one drone saw and heard at one moment.
type Report struct {
	ReportID   string    `json:"report_id"`   // ReportID(DroneID, Seq)
	DroneID    string    `json:"drone_id"`    // DroneID(n)
	Seq        int64     `json:"seq"`         // per drone, without gaps
	ReportedAt time.Time `json:"reported_at"` // UTC, to the millisecond
	Lat        float64   `json:"lat"`         // degrees north, WGS84
	Lon        float64   `json:"lon"`         // degrees east, WGS84
	Citizens   []Citizen `json:"citizens"`    // those within range
	Words      []string  `json:"words"`       // those heard
	// Technical is nil when the drone still sends version 1. Its fields are
	// sent all together or not at all.
	*Technical
}

// A Citizen is one person near a drone, scored by that drone for that report.
type Citizen struct {
	CitizenID  string  `json:"citizen_id"`
	Name       string  `json:"name"`
	Peacescore float64 `json:"peacescore"` // 0 to 100; 100 is at peace
}

// Rioting reports whether the citizen's score calls for an alert.
func (c Citizen) Rioting() bool { return c.Peacescore < RiotThreshold }

// Technical is the state of the drone itself, since version 2.
type Technical struct {
	BatteryPct   float32 `json:"battery_pct"`    // 0 to 100
	MotorTempC   float32 `json:"motor_temp_c"`   // hottest motor
	VibrationMmS float32 `json:"vibration_mm_s"` // RMS velocity of the frame
	FlightHours  float64 `json:"flight_hours"`   // in the air since built
}

// DroneID names drone n, counted from 0: "drone-000042".
func DroneID(n int) string {
	var room [idRoom]byte
	return string(appendNumber(append(room[:0], "drone-"...), int64(n), 6))
}

// ReportID names report seq, counted from 0, of a drone:
// "drone-000042/0000001337".
func ReportID(droneID string, seq int64) string {
	var room [idRoom]byte
	return string(appendNumber(append(append(room[:0], droneID...), '/'), seq, 10))
}

// idRoom bounds the ids that take one allocation to make; a longer one takes
// two.
const idRoom = 64

// appendNumber appends n, which is not negative, in at least so many digits.
func appendNumber(dst []byte, n int64, digits int) []byte {
	var room [20]byte
	decimal := strconv.AppendInt(room[:0], n, 10)
	for range digits - len(decimal) {
		dst = append(dst, '0')
	}
	return append(dst, decimal...)
}

func (r Report) valid() error {
	err := cmp.Or(
		printable("reported_at", r.ReportedAt),
		within("lat", r.Lat, minLat, maxLat),
		within("lon", r.Lon, minLon, maxLon),
	)
	for _, c := range r.Citizens {
		err = cmp.Or(err, within("peacescore", c.Peacescore, minPeacescore, maxPeacescore))
	}
	if t := r.Technical; t != nil {
		err = cmp.Or(err,
			within("battery_pct", float64(t.BatteryPct), 0, 100),
			finite("motor_temp_c", float64(t.MotorTempC)),
			finite("vibration_mm_s", float64(t.VibrationMmS)),
			finite("flight_hours", t.FlightHours),
		)
	}
	return err
}

func (r Report) native() map[string]any {
	citizens := make([]any, len(r.Citizens))
	for i, c := range r.Citizens {
		citizens[i] = map[string]any{"citizen_id": c.CitizenID, "name": c.Name, "peacescore": c.Peacescore}
	}
	fields := map[string]any{
		"report_id":   r.ReportID,
		"drone_id":    r.DroneID,
		"seq":         r.Seq,
		"reported_at": r.ReportedAt,
		"lat":         r.Lat,
		"lon":         r.Lon,
		"citizens":    citizens,
		"words":       r.Words,
	}
	if t := r.Technical; t != nil {
		fields["battery_pct"] = map[string]any{"float": t.BatteryPct}
		fields["motor_temp_c"] = map[string]any{"float": t.MotorTempC}
		fields["vibration_mm_s"] = map[string]any{"float": t.VibrationMmS}
		fields["flight_hours"] = map[string]any{"double": t.FlightHours}
	}
	return fields
}

// appendReportV1 appends the Avro binary of version 1, the bytes that goavro
// makes of native: goavro's maps were most of the cost of sending a report.
func appendReportV1(dst []byte, r Report) []byte {
	dst = appendText(dst, r.ReportID)
	dst = appendText(dst, r.DroneID)
	dst = appendLong(dst, r.Seq)
	dst = appendLong(dst, r.ReportedAt.UnixMilli())
	dst = appendDouble(dst, r.Lat)
	dst = appendDouble(dst, r.Lon)
	dst = appendArray(dst, r.Citizens, appendCitizen)
	return appendArray(dst, r.Words, appendText)
}

// appendReportV2 is version 1 and the technical fields.
func appendReportV2(dst []byte, r Report) []byte {
	dst = appendReportV1(dst, r)
	t := r.Technical
	if t == nil {
		return append(dst, null, null, null, null)
	}
	dst = appendFloat(append(dst, present), t.BatteryPct)
	dst = appendFloat(append(dst, present), t.MotorTempC)
	dst = appendFloat(append(dst, present), t.VibrationMmS)
	return appendDouble(append(dst, present), t.FlightHours)
}

func appendCitizen(dst []byte, c Citizen) []byte {
	dst = appendText(dst, c.CitizenID)
	dst = appendText(dst, c.Name)
	return appendDouble(dst, c.Peacescore)
}

func reportOf(f record) Report {
	r := Report{
		ReportID:   f.text("report_id"),
		DroneID:    f.text("drone_id"),
		Seq:        f.long("seq", 0),
		ReportedAt: f.time("reported_at"),
		Lat:        f.double("lat"),
		Lon:        f.double("lon"),
		Words:      f.texts("words"),
	}
	citizens := f.records("citizens")
	r.Citizens = make([]Citizen, 0, len(citizens))
	for _, c := range citizens {
		r.Citizens = append(r.Citizens, Citizen{
			CitizenID:  c.text("citizen_id"),
			Name:       c.text("name"),
			Peacescore: c.double("peacescore"),
		})
	}
	if f.present("battery_pct") {
		r.Technical = &Technical{
			BatteryPct:   float32(f.double("battery_pct")),
			MotorTempC:   float32(f.double("motor_temp_c")),
			VibrationMmS: float32(f.double("vibration_mm_s")),
			FlightHours:  f.double("flight_hours"),
		}
	}
	return r
}
