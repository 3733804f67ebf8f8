package schemas

import (
	"cmp"
	"math"
	"time"
)

// A CallIn tells the ground crew to call a drone in, as it will probably fail.
// What is foretold of a drone from one repair to the next is one call: it may
// come again, with the same CallID and what is known by then.
type CallIn struct {
	CallID      string    `json:"call_id"` // CallInID(DroneID, its last repair)
	DroneID     string    `json:"drone_id"`
	CalledAt    time.Time `json:"called_at"`    // UTC; the end of the last day that was looked at
	Probability float64   `json:"probability"`  // that it fails within HorizonDays of CalledAt, 0 to 1
	HorizonDays int       `json:"horizon_days"` // how far the model looks ahead
	LeadDays    *float64  `json:"lead_days"`    // until it fails, on average, if it does so soon; nil when the model cannot tell
	Reasons     string    `json:"reasons"`      // what drives the probability up, in words
	Part        string    `json:"part"`         // what is suspected; empty when no reading points to one
	Model       string    `json:"model"`        // which model foretold it
}

// CallInID names the call for a drone that was last repaired then, to the
// millisecond: "drone-000042/call-in/2026-11-03T14:20:31.512Z". The zero time
// is that of a drone of which no repair is known.
func CallInID(droneID string, repaired time.Time) string {
	since := "unrepaired"
	if !repaired.IsZero() {
		since = repaired.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return droneID + "/call-in/" + since
}

func (c CallIn) valid() error {
	err := cmp.Or(
		printable("called_at", c.CalledAt),
		within("probability", c.Probability, 0, 1),
		within("horizon_days", float64(c.HorizonDays), 0, math.MaxInt32),
	)
	if c.LeadDays != nil {
		err = cmp.Or(err, within("lead_days", *c.LeadDays, 0, math.MaxFloat64))
	}
	return err
}

func (c CallIn) native() map[string]any {
	fields := map[string]any{
		"call_id":      c.CallID,
		"drone_id":     c.DroneID,
		"called_at":    c.CalledAt,
		"probability":  c.Probability,
		"horizon_days": int32(c.HorizonDays),
		"reasons":      c.Reasons,
		"part":         c.Part,
		"model":        c.Model,
	}
	if c.LeadDays != nil {
		fields["lead_days"] = map[string]any{"double": *c.LeadDays}
	}
	return fields
}

func callInOf(f record) CallIn {
	c := CallIn{
		CallID:      f.text("call_id"),
		DroneID:     f.text("drone_id"),
		CalledAt:    f.time("called_at"),
		Probability: f.double("probability"),
		HorizonDays: int(f.long("horizon_days", 0)),
		Reasons:     f.text("reasons"),
		Part:        f.text("part"),
		Model:       f.text("model"),
	}
	if f.present("lead_days") {
		days := f.double("lead_days")
		c.LeadDays = &days
	}
	return c
}
