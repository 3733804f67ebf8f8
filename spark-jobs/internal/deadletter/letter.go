// Package deadletter reads what stands on a dead letter: which record it was,
// who set it aside, and why. It is pure.
package deadletter

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Letter is a record that was set aside. Value is as it came.
type Letter struct {
	Letters string `json:"dead_letters"` // the topic that it stands in, and where
	Number  int64  `json:"number"`
	SetAt   int64  `json:"set_aside_ms"` // Unix milliseconds
	// Topic, Partition and Offset are of the record. Partition and Offset are
	// -1 when the sender did not say.
	Topic     string `json:"topic"`
	Partition int64  `json:"partition"`
	Offset    int64  `json:"offset"`
	By        string `json:"by"` // the connector, or alerter
	Reason    string `json:"reason"`
	Key       string `json:"key"`
	Value     []byte `json:"value"` // base64 in JSON; null is a tombstone
}

// The headers of Kafka Connect (errors.deadletterqueue.context.headers.enable)
// and of the alerter (alerter/internal/deliver).
const (
	connectPrefix = "__connect.errors."
	alerterPrefix = "peacestate.dead."
)

// Describe fills in what the headers of a letter say.
func Describe(l Letter, headers map[string]string) Letter {
	prefix := alerterPrefix
	l.By, l.Reason = "alerter", headers[alerterPrefix+"reason"]
	if name, found := headers[connectPrefix+"connector.name"]; found {
		prefix, l.By = connectPrefix, name
		l.Reason = fmt.Sprintf("%s: %s: %s", strings.ToLower(headers[connectPrefix+"stage"]),
			short(headers[connectPrefix+"exception.class.name"]), firstLine(headers[connectPrefix+"exception.message"]))
	}
	l.Topic = headers[prefix+"topic"]
	l.Partition, l.Offset = number(headers[prefix+"partition"]), number(headers[prefix+"offset"])
	return l
}

// Origin names the record that the letter is.
func (l Letter) Origin() string { return fmt.Sprintf("%s/%d/%d", l.Topic, l.Partition, l.Offset) }

// short is a Java class without its package.
func short(class string) string { return class[strings.LastIndex(class, ".")+1:] }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// A Reason is how many letters of a sender were set aside for it.
type Reason struct {
	By     string
	Reason string // with N for every number
	Count  int
}

// Tally counts letters by reason. The zero value is empty.
type Tally struct{ counts map[Reason]int }

// Add counts one.
func (t *Tally) Add(l Letter) {
	if t.counts == nil {
		t.counts = map[Reason]int{}
	}
	t.counts[Reason{By: l.By, Reason: alike(l.Reason)}]++
}

// Reasons are the most frequent first.
func (t *Tally) Reasons() []Reason {
	var all []Reason
	for reason, count := range t.counts {
		reason.Count = count
		all = append(all, reason)
	}
	slices.SortFunc(all, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.By+a.Reason, b.By+b.Reason))
	})
	return all
}

// alike is the same for reasons that differ in numbers alone.
func alike(reason string) string {
	var b strings.Builder
	digits := false
	for _, r := range reason {
		if r >= '0' && r <= '9' {
			if !digits {
				b.WriteByte('N')
			}
			digits = true
			continue
		}
		digits = false
		b.WriteRune(r)
	}
	return b.String()
}
