package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/evidence"
	"github.com/peacestate/peacestate/spark-jobs/internal/manifest"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

const (
	// maxRanges is how many ranges of missing, and of repeated, offsets are
	// named by partition.
	maxRanges = 20
	// The sink commits every few seconds: looking oftener shows nothing new.
	lookAgain = 2 * time.Second
)

type verify struct {
	JSON     bool          `name:"json" help:"One JSON object."`
	Wait     time.Duration `default:"0s" help:"How long the archive may take to catch up with what Kafka holds now."`
	Manifest []string      `sep:"none" placeholder:"FILE" help:"Also compare with the faults that simulator --manifest wrote to FILE; - is stdin. One flight a file; repeat for several."`
	Kafka    string        `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"ADDR" help:"Brokers (${default})."`
	window
	asOf
	spark
}

// Validate checks the options, before anything is connected to.
func (v verify) Validate() error {
	var wait, kafka, stdin error
	if v.Wait < 0 {
		wait = fmt.Errorf("--wait is %s, and cannot be negative", v.Wait)
	}
	if v.Kafka == "" {
		kafka = errors.New("--kafka is empty: name a broker, like " + broker.DefaultServers)
	}
	if v.Wait > 0 && !v.AsOf.IsZero() {
		wait = errors.New("--wait and --as-of contradict each other: the past does not catch up")
	}
	if i := slices.Index(v.Manifest, "-"); i >= 0 && slices.Contains(v.Manifest[i+1:], "-") {
		stdin = errors.New("--manifest - can stand once: there is one stdin")
	}
	return errors.Join(wait, kafka, stdin, v.check(), engine.CheckRemote(v.Spark))
}

// Run audits every archived topic.
func (v verify) Run(ctx context.Context, streams service.Streams) error {
	began := time.Now()
	listed, err := v.listed()
	if err != nil {
		return err
	}
	if err := service.Wait(ctx, streams.Log, connectLimit, broker.Ready(v.Kafka)); err != nil {
		return err
	}
	log, err := evidence.OpenLog(v.Kafka)
	if err != nil {
		return err
	}
	defer log.Close()
	topics, err := v.topics(ctx, log)
	if err != nil {
		return err
	}
	cluster, err := v.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()

	status := newProgress(streams.Err)
	defer status.done()
	asked := evidence.Audit{Log: log, Spark: cluster, AsOf: v.AsOf.UTC(), Say: status.say}
	deadline := time.Now().Add(v.Wait)
	var report audit.Report
	for _, topic := range topics {
		found, err := v.settle(ctx, streams, topic, listed, deadline, asked)
		if err != nil {
			return err
		}
		report.Partitions, report.Tables = append(report.Partitions, found.partitions...), append(report.Tables, found.table)
		if found.manifest != nil {
			report.Manifest = found.manifest
		}
	}
	status.say("")
	if err := v.print(streams, report, time.Since(began)); err != nil {
		return err
	}
	return v.judge(report.Verdict())
}

// listed reads the manifests.
func (v verify) listed() ([]manifest.Listed, error) {
	var all [][]manifest.Entry
	for _, name := range v.Manifest {
		entries, err := readManifest(name)
		if err != nil {
			return nil, fmt.Errorf("--manifest %s: %w", name, err)
		}
		all = append(all, entries)
	}
	return manifest.Merge(all...), nil
}

func readManifest(name string) ([]manifest.Entry, error) {
	if name == "-" {
		return manifest.Read(os.Stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return manifest.Read(file)
}

// topics asks what Kafka holds of every topic that is archived.
func (v verify) topics(ctx context.Context, log *evidence.Log) ([]evidence.Topic, error) {
	topics := []evidence.Topic{
		{Name: schemas.Reports().Topic, DeadLetters: schemas.Reports().DeadLetters(), ID: "report_id"},
		{Name: schemas.Riots().Topic, DeadLetters: schemas.Riots().DeadLetters(), ID: "riot_id"},
		{Name: schemas.Alerts().Topic, DeadLetters: schemas.Alerts().DeadLetters(), ID: "riot_id"}, // a record for each riot
		{Name: schemas.Maintenance().Topic, DeadLetters: schemas.Maintenance().DeadLetters(), ID: "event_id"},
	}
	for i, t := range topics {
		held, err := log.Spans(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		if len(held) == 0 {
			return nil, fmt.Errorf("topic %s does not exist: create the topics with 'make topics'", t.Name)
		}
		topics[i].Held, topics[i].Window = held, v.limited()
		if topics[i].Spans, err = log.Within(t.Name, held, v.Since.Time, v.Until.Time); err != nil {
			return nil, err
		}
	}
	return topics, nil
}

// found is what an audit found of one topic.
type found struct {
	partitions []audit.Finding
	table      audit.Table
	manifest   *manifest.Outcome // nil: not compared with one
}

// settle looks until nothing is missing or the deadline is over, and returns
// what the last look found. What else may be wrong does not go away by waiting.
// What fails before the deadline, as S3 on its way back, is tried again.
func (v verify) settle(
	ctx context.Context, streams service.Streams, topic evidence.Topic, listed []manifest.Listed, deadline time.Time, asked evidence.Audit,
) (found, error) {
	var look evidence.Look
	for {
		late := !time.Now().Before(deadline)
		found, behind, err := v.examine(ctx, asked, topic, &look, listed, late)
		if late || ctx.Err() != nil || (err == nil && behind == 0) {
			return found, err
		}
		asked.Say("")
		if err != nil {
			streams.Log.Warn("the archive could not be looked at", "error", err, "giving_up_in", time.Until(deadline).Round(time.Second))
		} else {
			streams.Log.Info("waiting for the archive", "topic", topic.Name, "records_behind", behind,
				"giving_up_in", time.Until(deadline).Round(time.Second))
		}
		select {
		case <-ctx.Done():
			return found, ctx.Err()
		case <-time.After(lookAgain):
		}
	}
}

// examine looks once more, and tells how many records are behind, at the least.
// It finds out what exactly is missing, and looks at the rows themselves, only
// when nothing is behind, or it is the last look.
func (v verify) examine(
	ctx context.Context, asked evidence.Audit, topic evidence.Topic, look *evidence.Look, listed []manifest.Listed, last bool,
) (f found, behind int64, err error) {
	if *look, err = asked.Look(ctx, topic, *look); err != nil {
		return f, 0, err
	}
	if behind = look.Behind(); behind > 0 && !last {
		return f, behind, nil
	}
	if f.partitions, err = look.Examine(ctx, maxRanges); err != nil {
		return f, behind, err
	}
	if behind = audit.Sum(f.partitions).Missing; behind > 0 && !last {
		return f, behind, nil
	}
	if f.table, err = look.Table(ctx, maxRanges); err != nil {
		return f, behind, err
	}
	if len(v.Manifest) > 0 && topic.Name == schemas.Reports().Topic {
		outcome, err := look.Compare(ctx, listed, maxRanges)
		f.manifest = &outcome
		return f, behind, err
	}
	return f, behind, nil
}

func (v verify) print(streams service.Streams, report audit.Report, took time.Duration) error {
	text := []byte(render.Report(report, fmt.Sprint(v.window)))
	if v.JSON {
		var err error
		if text, err = render.ReportJSON(report, took.Seconds()); err != nil {
			return err
		}
	}
	_, err := streams.Out.Write(text)
	return err
}

// judge turns the verdict into the error that decides the exit code.
func (v verify) judge(verdict audit.Verdict) error {
	switch {
	case verdict.Clean():
		return nil
	case verdict.Missing == 0:
		var wrong []string
		for _, finding := range []struct {
			count int64
			what  string
		}{
			{verdict.Repeated, "records are archived more than once"},
			{verdict.WrongDay, "rows lie on another day than their own"},
			{verdict.Untrue, "reports are not as the manifest says"},
		} {
			if finding.count > 0 {
				wrong = append(wrong, finding.what)
			}
		}
		return fmt.Errorf("%w: %s", service.ErrFinding, strings.Join(wrong, "; "))
	case v.Wait == 0:
		return fmt.Errorf("%w: records are missing from the archive; the sink commits every few seconds: "+
			"if it is still at work, try --wait 2m", service.ErrFinding)
	default:
		return fmt.Errorf("%w: records are missing from the archive after %s; "+
			"look whether every task of Connect runs, then at its log", service.ErrFinding, v.Wait)
	}
}
