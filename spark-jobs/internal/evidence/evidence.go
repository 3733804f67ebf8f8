package evidence

import (
	"context"
	"fmt"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/manifest"
)

// A Topic is one archived topic and what Kafka held of it when the audit
// began. Records that came later are not compared.
type Topic struct {
	Name        string
	DeadLetters string
	// ID is the column by which questions count a record once.
	ID string
	// Held is what Kafka holds; Spans is the part of it that is compared.
	Held, Spans []audit.Span
	// Window says that the part is a window of time.
	Window bool
}

// An Audit is who is asked, and for what.
type Audit struct {
	Log   *Log
	Spark *engine.Engine
	// AsOf is when the archive is looked at; zero: as it is now.
	AsOf time.Time
	// Say is told what is under way.
	Say func(step string)
}

// A Look is what was found of a topic at one moment.
type Look struct {
	audit    Audit
	Topic    Topic
	snapshot Snapshot
	archived []audit.Archived // of each span
	letters  []Letter
	dead     map[int32][]int64 // their offsets, by partition
}

// Look counts what the archive holds of a topic now. What moves while it
// looks may seem missing; a later look has it.
//
// With AsOf, it counts what the archive held then, of the records up to the
// last that it held of each partition: what was archived later is not missing.
//
// Before is an earlier look at the same topic, or the zero Look. Where nothing
// has been committed since, its counts hold, and are not asked for again.
func (a Audit) Look(ctx context.Context, t Topic, before Look) (Look, error) {
	a.Say("reading " + t.DeadLetters)
	letters, err := a.Log.DeadLetters(ctx, t.Name, t.DeadLetters)
	if err != nil {
		return Look{}, err
	}
	a.Say("counting rows of " + t.Name)
	var snapshot Snapshot
	if a.AsOf.IsZero() {
		snapshot, err = Newest(ctx, a.Spark, t.Name)
	} else if snapshot, err = At(ctx, a.Spark, t.Name, a.AsOf); err == nil {
		var ends map[int32]int64
		ends, err = snapshot.Ends(ctx)
		t.Spans = audit.Until(t.Spans, ends)
	}
	if err != nil {
		return Look{}, err
	}
	archived := before.archived
	if snapshot != before.snapshot {
		if archived, err = snapshot.Count(ctx, t.Spans); err != nil {
			return Look{}, err
		}
	}
	return Look{audit: a, Topic: t, snapshot: snapshot, archived: archived, letters: letters, dead: offsetsOf(letters)}, nil
}

func offsetsOf(letters []Letter) map[int32][]int64 {
	offsets := map[int32][]int64{}
	for _, l := range letters {
		offsets[l.Partition] = append(offsets[l.Partition], l.Offset)
	}
	return offsets
}

// Behind is how many records are, at the least, not dealt with yet.
func (l Look) Behind() int64 {
	var n int64
	for i, span := range l.Topic.Spans {
		n += audit.Behind(span, l.archived[i], l.dead[span.Partition])
	}
	return n
}

// Examine finds every gap and the first repeats, at most limit ranges of each
// by partition, and judges. It costs a query for each partition whose counts
// do not add up, and none for the others; and one where Kafka has deleted
// records.
func (l Look) Examine(ctx context.Context, limit int) ([]audit.Finding, error) {
	below, err := l.snapshot.Below(ctx, l.Topic.Held)
	if err != nil {
		return nil, err
	}
	var findings []audit.Finding
	for i, span := range l.Topic.Spans {
		e := audit.Evidence{
			Span: span, Archived: l.archived[i], Dead: l.dead[span.Partition],
			Oldest: l.Topic.Held[i].Low, Below: below[span.Partition],
		}
		l.audit.Say(fmt.Sprintf("looking for gaps and repeats in %s partition %d", l.Topic.Name, span.Partition))
		if !e.Archived.Complete(span) {
			if e.Gaps, err = l.snapshot.Gaps(ctx, span); err != nil {
				return nil, err
			}
		}
		if e.Archived.Repeated() > 0 {
			if e.Repeats, err = l.snapshot.Repeats(ctx, span, limit); err != nil {
				return nil, err
			}
		}
		finding, err := audit.Examine(l.Topic.Name, e, limit)
		if err != nil {
			return nil, err
		}
		findings = append(findings, finding)
	}
	return findings, nil
}

// Table looks at the rows themselves: ids, days, and the numbers of reports, of
// which at most limit ranges are named. It costs one pass over the table, and
// another when numbers are to be named.
func (l Look) Table(ctx context.Context, limit int) (audit.Table, error) {
	l.audit.Say("looking at ids and days of " + l.Topic.Name)
	var spans []audit.Span
	if l.Topic.Window {
		spans = l.Topic.Spans
	}
	if l.Topic.Name == schemas.Reports().Topic {
		return l.snapshot.Reports(ctx, spans, l.setAside(), limit)
	}
	return l.snapshot.Rows(ctx, l.Topic.Name, l.Topic.ID, spans)
}

// setAside counts the dead letters of each drone, by their keys: of the window
// or all. The same bytes are one report, however often they were sent.
func (l Look) setAside() map[string]int64 {
	type bytesOf struct{ key, hash string }
	counted := map[bytesOf]bool{}
	aside := map[string]int64{}
	for _, letter := range l.letters {
		this := bytesOf{letter.Key, letter.SHA256}
		if !audit.Plain(letter.Key) || counted[this] || l.Topic.Window && !covered(l.Topic.Spans, letter) {
			continue
		}
		counted[this] = true
		aside[letter.Key]++
	}
	return aside
}

func covered(spans []audit.Span, letter Letter) bool {
	for _, s := range spans {
		if s.Partition == letter.Partition && letter.Offset >= s.Low && letter.Offset < s.High {
			return true
		}
	}
	return false
}

// listedPerQuery is how many reports of a manifest are compared at once: their
// ids travel in the query, some thirty bytes each.
const listedPerQuery = 100_000

// Compare compares the whole archive, whatever the window, with what manifests
// list, and names at most limit reports that are not as they say.
func (l Look) Compare(ctx context.Context, reports []manifest.Listed, limit int) (manifest.Outcome, error) {
	letters := map[string]bool{}
	for _, letter := range l.letters {
		letters[letter.SHA256] = true
	}
	outcome := manifest.None()
	for len(reports) > 0 {
		l.audit.Say(fmt.Sprintf("comparing with the manifest: %d reports done, %d to go", outcome.Reports, len(reports)))
		some := reports[:min(listedPerQuery, len(reports))]
		reports = reports[len(some):]
		row, err := l.snapshot.compare(ctx, some, letters, limit)
		if err != nil {
			return outcome, err
		}
		if outcome, err = outcome.Add(some, letters, row, limit); err != nil {
			return outcome, err
		}
	}
	return outcome, nil
}
