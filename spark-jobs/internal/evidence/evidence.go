package evidence

import (
	"context"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
)

// A Topic is one archived topic and what Kafka held of it when the audit
// began. Records that came later are not compared.
type Topic struct {
	Name        string
	DeadLetters string
	Spans       []audit.Span
}

// A Look is what was found of a topic at one moment.
type Look struct {
	Topic    Topic
	snapshot Snapshot
	archived []audit.Archived  // of each span
	dead     map[int32][]int64 // by partition
}

// LookAt counts what the archive holds of a topic now. What moves while it
// looks may seem missing; a later look has it.
//
// With a time that is not zero, it counts what the archive held then, of the
// records up to the last that it held of each partition: what was archived
// later is not missing.
func LookAt(ctx context.Context, log *Log, spark *engine.Engine, t Topic, asOf time.Time) (Look, error) {
	dead, err := log.DeadLetters(ctx, t.Name, t.DeadLetters)
	if err != nil {
		return Look{}, err
	}
	var snapshot Snapshot
	if asOf.IsZero() {
		snapshot, err = Newest(ctx, spark, t.Name)
	} else if snapshot, err = At(ctx, spark, t.Name, asOf); err == nil {
		var ends map[int32]int64
		ends, err = snapshot.Ends(ctx)
		t.Spans = audit.Until(t.Spans, ends)
	}
	if err != nil {
		return Look{}, err
	}
	archived, err := snapshot.Count(ctx, t.Spans)
	return Look{Topic: t, snapshot: snapshot, archived: archived, dead: dead}, err
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
// do not add up, and none for the others.
func (l Look) Examine(ctx context.Context, limit int) ([]audit.Finding, error) {
	var findings []audit.Finding
	for i, span := range l.Topic.Spans {
		e := audit.Evidence{Span: span, Archived: l.archived[i], Dead: l.dead[span.Partition]}
		var err error
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
