// Package position says which records of the topics were read: for each
// partition, the offset of the next one. As a text it is the id of an event,
// and means the same at every instance of the dashboard.
package position

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Topic is one of the two that a position counts.
type Topic int

// The topics.
const (
	Alerts Topic = iota
	Actions
	topics
)

// letters begin the topics' parts of the text.
const letters = "ax"

// mostPartitions and mostText bound what is parsed: it comes from browsers.
const (
	mostPartitions = 1024
	mostText       = 8 * 1024
)

// A Position is the next offset of each partition. Its zero value is the
// start of topics without partitions. It is a value: no method changes it.
type Position struct {
	// Epoch names the topics themselves: deleted and made again they are others,
	// and offsets of the ones before mean nothing.
	Epoch string
	next  [topics][]int64
}

// Start is the beginning of topics with so many partitions.
func Start(epoch string, alerts, actions int) Position {
	return Position{Epoch: epoch, next: [topics][]int64{make([]int64, alerts), make([]int64, actions)}}
}

// Partitions is how many partitions a topic has.
func (p Position) Partitions(t Topic) int { return len(p.next[t]) }

// Next is the offset of the first record of a partition that was not read.
// Of a partition that is not known it is 0.
func (p Position) Next(t Topic, partition int) int64 {
	if partition < 0 || partition >= len(p.next[t]) {
		return 0
	}
	return p.next[t][partition]
}

// With is the position with another next offset of one partition, which is
// added if it is not known.
func (p Position) With(t Topic, partition int, next int64) Position {
	offsets := slices.Clone(p.next[t])
	if missing := partition + 1 - len(offsets); missing > 0 {
		offsets = append(offsets, make([]int64, missing)...)
	}
	offsets[partition] = next
	p.next[t] = offsets
	return p
}

// Covers says whether all that the other position has read was read here, of
// the same topics.
func (p Position) Covers(other Position) bool {
	if p.Epoch != other.Epoch {
		return false
	}
	for t := range topics {
		for partition, next := range other.next[t] {
			if p.Next(t, partition) < next {
				return false
			}
		}
	}
	return true
}

// String is a compact text, as a3.17.0-x0.1.0-5f2c: letters for the topics,
// the next offsets of their partitions, and the epoch.
func (p Position) String() string {
	var b []byte
	for t := range topics {
		b = append(b, letters[t])
		for i, next := range p.next[t] {
			if i > 0 {
				b = append(b, '.')
			}
			b = strconv.AppendInt(b, next, 10)
		}
		b = append(b, '-')
	}
	return string(append(b, p.Epoch...))
}

// Parse reads what String wrote.
func Parse(text string) (Position, error) {
	refused := func(why string) (Position, error) {
		return Position{}, fmt.Errorf("%.40q is no position (%s): take it from an answer or an event, as it is", text, why)
	}
	if len(text) > mostText {
		return refused("it is too long")
	}
	parts := strings.SplitN(text, "-", int(topics)+1)
	if len(parts) != int(topics)+1 {
		return refused("it has not three parts")
	}
	var p Position
	for t := range topics {
		offsets, found := strings.CutPrefix(parts[t], letters[t:t+1])
		if !found {
			return refused("a part does not begin with its topic's letter")
		}
		if offsets == "" {
			continue
		}
		for text := range strings.SplitSeq(offsets, ".") {
			next, err := strconv.ParseUint(text, 10, 63)
			if err != nil || len(p.next[t]) == mostPartitions {
				return refused("its offsets are none")
			}
			p.next[t] = append(p.next[t], int64(next))
		}
	}
	p.Epoch = parts[topics]
	if strings.ContainsFunc(p.Epoch, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'z') }) {
		return refused("its epoch is none")
	}
	return p, nil
}
