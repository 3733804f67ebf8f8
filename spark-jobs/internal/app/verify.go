package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/evidence"
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
	JSON  bool          `name:"json" help:"One JSON object."`
	Wait  time.Duration `default:"0s" help:"How long the archive may take to catch up with what Kafka holds now."`
	Kafka string        `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"ADDR" help:"Brokers (${default})."`
	asOf
	spark
}

// Validate checks the options, before anything is connected to.
func (v verify) Validate() error {
	var wait, kafka error
	if v.Wait < 0 {
		wait = fmt.Errorf("--wait is %s, and cannot be negative", v.Wait)
	}
	if v.Kafka == "" {
		kafka = errors.New("--kafka is empty: name a broker, like " + broker.DefaultServers)
	}
	if v.Wait > 0 && !v.AsOf.IsZero() {
		wait = errors.New("--wait and --as-of contradict each other: the past does not catch up")
	}
	return errors.Join(wait, kafka, engine.CheckRemote(v.Spark))
}

// Run audits every archived topic.
func (v verify) Run(ctx context.Context, streams service.Streams) error {
	began := time.Now()
	if err := service.Wait(ctx, streams.Log, connectLimit, broker.Ready(v.Kafka)); err != nil {
		return err
	}
	log, err := evidence.OpenLog(v.Kafka)
	if err != nil {
		return err
	}
	defer log.Close()
	topics, err := archivedTopics(ctx, log)
	if err != nil {
		return err
	}
	cluster, err := v.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()

	deadline := time.Now().Add(v.Wait)
	var findings []audit.Finding
	for _, topic := range topics {
		found, err := v.settle(ctx, streams, topic.Name, deadline, func() (evidence.Look, error) {
			return evidence.LookAt(ctx, log, cluster, topic, v.AsOf)
		})
		if err != nil {
			return err
		}
		findings = append(findings, found...)
	}
	if err := v.print(streams, findings, time.Since(began)); err != nil {
		return err
	}
	return v.judge(audit.Sum(findings))
}

// archivedTopics asks what Kafka holds of every topic that is archived.
func archivedTopics(ctx context.Context, log *evidence.Log) ([]evidence.Topic, error) {
	topics := []evidence.Topic{
		{Name: schemas.Reports().Topic, DeadLetters: schemas.Reports().DeadLetters()},
		{Name: schemas.Riots().Topic, DeadLetters: schemas.Riots().DeadLetters()},
		{Name: schemas.Alerts().Topic, DeadLetters: schemas.Alerts().DeadLetters()},
	}
	for i, t := range topics {
		spans, err := log.Spans(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		if len(spans) == 0 {
			return nil, fmt.Errorf("topic %s does not exist: create the topics with 'make topics'", t.Name)
		}
		topics[i].Spans = spans
	}
	return topics, nil
}

// settle looks until nothing is missing or the deadline is over, and returns
// what the last look found. Repeats do not go away by waiting. What fails
// before the deadline, as S3 on its way back, is tried again.
func (v verify) settle(
	ctx context.Context, streams service.Streams, topic string, deadline time.Time, look func() (evidence.Look, error),
) ([]audit.Finding, error) {
	for {
		late := !time.Now().Before(deadline)
		findings, behind, err := v.examine(ctx, look, late)
		if late || ctx.Err() != nil || (err == nil && findings != nil && audit.Sum(findings).Missing == 0) {
			return findings, err
		}
		if err != nil {
			streams.Log.Warn("the archive could not be looked at", "error", err, "giving_up_in", time.Until(deadline).Round(time.Second))
		} else {
			streams.Log.Info("waiting for the archive", "topic", topic, "records_behind", behind,
				"giving_up_in", time.Until(deadline).Round(time.Second))
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lookAgain):
		}
	}
}

// examine looks once. It finds out what exactly is missing only when nothing
// seems to be, or it is the last look.
func (v verify) examine(ctx context.Context, look func() (evidence.Look, error), last bool) (findings []audit.Finding, behind int64, err error) {
	l, err := look()
	if err != nil {
		return nil, 0, err
	}
	if behind = l.Behind(); behind > 0 && !last {
		return nil, behind, nil
	}
	findings, err = l.Examine(ctx, maxRanges)
	return findings, behind, err
}

func (v verify) print(streams service.Streams, findings []audit.Finding, took time.Duration) error {
	text := []byte(render.Findings(findings))
	if v.JSON {
		var err error
		if text, err = render.FindingsJSON(findings, took.Seconds()); err != nil {
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
		return fmt.Errorf("%w: records are archived more than once", service.ErrFinding)
	case v.Wait == 0:
		return fmt.Errorf("%w: records are missing from the archive; the sink commits every few seconds: "+
			"if it is still at work, try --wait 2m", service.ErrFinding)
	default:
		return fmt.Errorf("%w: records are missing from the archive after %s; "+
			"look whether every task of Connect runs, then at its log", service.ErrFinding, v.Wait)
	}
}
