// Package audit decides whether the archive holds every record exactly once.
// It compares, offset by offset, what Kafka holds with the rows archived and
// the records that Connect set aside as dead letters. It is pure: package
// evidence gathers the three.
package audit

import (
	"fmt"
	"slices"
)

// A Span is what Kafka holds of one partition: the offsets from Low up to,
// not including, High. Below Low, retention has deleted records: they cannot
// be compared any more.
type Span struct {
	Partition int32
	Low, High int64
}

// Records is how many records the span holds. The topics are neither
// compacted nor written in transactions: every offset is a record.
func (s Span) Records() int64 { return s.High - s.Low }

// Until cuts spans off at the ends, by partition; a partition without one is
// empty.
func Until(spans []Span, ends map[int32]int64) []Span {
	cut := slices.Clone(spans)
	for i, s := range cut {
		cut[i].High = max(s.Low, min(s.High, ends[s.Partition]))
	}
	return cut
}

// Within cuts spans off at the first offsets of a window of time, included,
// and those of what came after it, excluded; both by partition. A partition
// without one is not cut there.
func Within(spans []Span, firsts, ends map[int32]int64) []Span {
	cut := slices.Clone(spans)
	for i, s := range cut {
		if first, limited := firsts[s.Partition]; limited {
			cut[i].Low = min(max(s.Low, first), s.High)
		}
		if end, limited := ends[s.Partition]; limited {
			cut[i].High = max(cut[i].Low, min(s.High, end))
		}
	}
	return cut
}

// Archived is how many rows the archive has of a span.
type Archived struct {
	Rows    int64
	Offsets int64 // distinct ones
}

// Complete reports whether every offset of the span is archived.
func (a Archived) Complete(s Span) bool { return a.Offsets == s.Records() }

// Repeated is how many rows there are beyond the first of their offset.
func (a Archived) Repeated() int64 { return a.Rows - a.Offsets }

// Behind is how many records of a span are, at the least, neither archived
// nor set aside. It is cheap: it looks at counts alone, and a record that is
// both hides one that is neither. Examine does not let it hide.
func Behind(s Span, a Archived, dead []int64) int64 {
	aside := map[int64]bool{}
	for _, offset := range dead {
		if offset >= s.Low && offset < s.High {
			aside[offset] = true
		}
	}
	return max(0, s.Records()-a.Offsets-int64(len(aside)))
}

// A Repeat is a run of offsets that are each archived Copies times, two or
// more.
type Repeat struct {
	Range
	Copies int64 `json:"copies"`
}

// Evidence is all that is known of one partition of a topic.
type Evidence struct {
	Span
	Archived Archived
	// Gaps are the offsets of the span that have no row: all of them,
	// ascending, as long as possible.
	Gaps []Range
	// Repeats are the first offsets that have several rows, ascending; there
	// may be more.
	Repeats []Repeat
	// Dead are the offsets that Connect set aside, in any order, with
	// repeats, whether within the span or not.
	Dead []int64
	// Oldest is the first offset that Kafka still holds, and Below is how many
	// rows there are of older ones. The span may begin later.
	Oldest, Below int64
}

// A Finding is the result of the comparison of one partition.
type Finding struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Low       int64  `json:"low"`     // the first offset that is compared
	High      int64  `json:"high"`    // one more than the last
	Records   int64  `json:"records"` // in Kafka: archived, dead letters and missing together
	Archived  int64  `json:"archived"`
	// DeadLetters are records set aside and not archived.
	DeadLetters int64 `json:"dead_letters"`
	Missing     int64 `json:"missing"`
	// Repeated is how many rows there are beyond the first of their offset.
	Repeated int64 `json:"repeated"`
	// MissingAt and RepeatedAt name the first of them.
	MissingAt  []Range  `json:"missing_at,omitempty"`
	RepeatedAt []Repeat `json:"repeated_at,omitempty"`
	// Oldest is the first offset that Kafka still holds; NotCompared is how
	// many rows are archived of older ones.
	Oldest      int64 `json:"oldest"`
	NotCompared int64 `json:"not_compared"`
}

// Clean reports whether nothing is missing and nothing is there twice.
func (f Finding) Clean() bool { return f.Missing == 0 && f.Repeated == 0 }

// Examine compares one partition. It names at most limit ranges of missing
// and of repeated offsets; the counts are of all. It fails when the evidence
// contradicts itself, which is a mistake in how it was gathered.
func Examine(topic string, e Evidence, limit int) (Finding, error) {
	unarchived := total(e.Gaps)
	if unarchived != e.Records()-e.Archived.Offsets || e.Archived.Repeated() < 0 {
		return Finding{}, fmt.Errorf(
			"audit %s partition %d: the evidence contradicts itself: "+
				"%d records in Kafka, %d rows of %d offsets, %d offsets without a row",
			topic, e.Partition, e.Records(), e.Archived.Rows, e.Archived.Offsets, unarchived)
	}
	missing := without(e.Gaps, e.Dead)
	return Finding{
		Topic:       topic,
		Partition:   e.Partition,
		Low:         e.Low,
		High:        e.High,
		Records:     e.Records(),
		Archived:    e.Archived.Offsets,
		DeadLetters: unarchived - total(missing),
		Missing:     total(missing),
		Repeated:    e.Archived.Repeated(),
		MissingAt:   slices.Clone(missing[:min(limit, len(missing))]),
		RepeatedAt:  slices.Clone(e.Repeats[:min(limit, len(e.Repeats))]),
		Oldest:      e.Oldest,
		NotCompared: e.Below,
	}, nil
}
