package question

import (
	"strings"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// A Scope is the part of the archive that a question is asked about. The zero
// Scope is all of it.
type Scope struct {
	Since    time.Time // event time, included; zero: from the first report
	Until    time.Time // event time, excluded; zero: to the last
	District string    // of the drone, by its name in package peaceland; "": all
}

// where is the condition of a table's rows in the scope, with the keyword, or
// "" for all. The limits of time stand as they are, so that Iceberg skips the
// days outside.
func (s Scope) where(topic string) string {
	at := lake.EventTime(lake.Table(topic))
	var conditions []string
	if !s.Since.IsZero() {
		conditions = append(conditions, at+" >= "+lake.Timestamp(s.Since))
	}
	if !s.Until.IsZero() {
		conditions = append(conditions, at+" < "+lake.Timestamp(s.Until))
	}
	if s.District != "" {
		conditions = append(conditions, districtOf("lat", "lon")+" = "+quote(s.District))
	}
	if len(conditions) == 0 {
		return ""
	}
	return "\n  WHERE " + strings.Join(conditions, " AND ")
}
