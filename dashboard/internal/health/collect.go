package health

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/schemas"
)

const (
	// every is how often the pipeline is looked at.
	every = 5 * time.Second
	// lookLimit bounds one look.
	lookLimit = 4 * time.Second
	// window is of which time latencies are.
	window = time.Minute
)

// Settings are what a collector asks, and what it knows itself.
type Settings struct {
	Servers      string
	Connect      string   // Kafka Connect's URL
	Alerters     []string // URLs of /metrics
	AlerterGroup string
	Log          *slog.Logger

	Position    func() position.Position
	Skipped     func() int64
	LastAlertAt func() *incident.Time
	Clients     func() int
	Feed        func() error
	// Reported is told of every report.
	Reported func(Report)
}

// A Collector looks at the pipeline again and again.
type Collector struct {
	Settings
	newest atomic.Pointer[Report]
}

// New makes a collector; Run is its life.
func New(s Settings) *Collector { return &Collector{Settings: s} }

// Newest is the newest report; false before the first.
func (c *Collector) Newest() (Report, bool) {
	if r := c.newest.Load(); r != nil {
		return *r, true
	}
	return Report{}, false
}

// Run looks until ctx ends.
func (c *Collector) Run(ctx context.Context) error {
	cluster, err := newCluster(c.Servers)
	if err != nil {
		return err
	}
	defer cluster.close()
	web := newWeb(c.Connect, c.Alerters)
	var past memory
	for {
		looking, cancel := context.WithTimeout(ctx, lookLimit)
		seen := c.look(looking, cluster, web)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var facts Facts
		facts, past = past.add(seen)
		report := Judge(facts, seen.at)
		c.newest.Store(&report)
		c.Reported(report)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}

// seen is what one look found.
type seen struct {
	at      time.Time
	kafka   kafkaSeen
	connect []Connector
	latency Histogram
	facts   Facts // errors, and what this dashboard knows itself
}

// look asks everybody at the same time.
func (c *Collector) look(ctx context.Context, cluster *cluster, web web) seen {
	s := seen{at: time.Now()}
	connected, alerted := make(chan error, 1), make(chan error, 1)
	var sinks []sink
	go func() {
		var err error
		s.connect, sinks, err = web.connectors(ctx)
		connected <- err
	}()
	go func() {
		var err error
		s.latency, err = web.latencies(ctx)
		alerted <- err
	}()
	s.facts.Connect = <-connected
	s.kafka, s.facts.Kafka = cluster.look(ctx, c.AlerterGroup, sinks)
	s.facts.Alerters = <-alerted
	s.facts.AsksAlerters = len(c.Alerters) > 0
	s.facts.Feed = c.Feed()
	s.facts.Skipped, s.facts.LastAlertAt, s.facts.Clients = c.Skipped(), c.LastAlertAt(), c.Clients()
	at := c.Position()
	if s.facts.Kafka == nil {
		lag := s.kafka.behind(schemas.Alerts().Topic, func(p int32) int64 { return at.Next(position.Alerts, int(p)) }) +
			s.kafka.behind(schemas.ActionsTopic, func(p int32) int64 { return at.Next(position.Actions, int(p)) })
		s.facts.DashboardLag = &lag
	}
	return s
}

// A kafkaSeen is what Kafka said.
type kafkaSeen struct {
	starts, ends map[topicPartition]int64
	alerter      map[topicPartition]int64            // what the group committed
	sinks        map[string]map[topicPartition]int64 // and those of the sinks, by connector
	// oldest is when the oldest record was sent that a sink has not committed;
	// zero when there is none.
	oldest time.Time
}

type topicPartition struct {
	topic     string
	partition int32
}

// behind is how many records of a topic are at or after next.
func (k kafkaSeen) behind(topic string, next func(partition int32) int64) (lag int64) {
	for p, end := range k.ends {
		if p.topic == topic {
			lag += max(0, end-max(next(p.partition), k.starts[p]))
		}
	}
	return lag
}

// lagOf is how far a group is behind in the topics that it has committed
// something in; nil when it never has.
func (k kafkaSeen) lagOf(committed map[topicPartition]int64) *int64 {
	if len(committed) == 0 {
		return nil
	}
	var lag int64
	topics := []string{}
	for p := range committed {
		if !slices.Contains(topics, p.topic) {
			topics = append(topics, p.topic)
		}
	}
	for _, topic := range topics {
		lag += k.behind(topic, func(partition int32) int64 { return committed[topicPartition{topic, partition}] })
	}
	return &lag
}

// count is how many records a topic holds; nil when it is not known.
func (k kafkaSeen) count(topic string) *int64 {
	n, known := int64(0), false
	for p, end := range k.ends {
		if p.topic == topic {
			n, known = n+end-k.starts[p], true
		}
	}
	if !known {
		return nil
	}
	return &n
}

// total is the sum of the ends of a topic.
func (k kafkaSeen) total(topic string) (sum int64, known bool) {
	for p, end := range k.ends {
		if p.topic == topic {
			sum, known = sum+end, true
		}
	}
	return sum, known
}

// A memory is what is needed of the looks before. It is a value.
type memory struct {
	last       seen // of those that Kafka answered
	latencies  []timed
	progressAt time.Time // when the alerter last did something, or had nothing to do
	committed  int64     // what it had done by then
	deadAt     time.Time // when dead letters last came
	dead       int64
	knowsDead  bool
}

type timed struct {
	at        time.Time
	histogram Histogram
}

// rated are the topics whose rates are told.
func rated() []string {
	return []string{
		schemas.Reports().Topic, schemas.Riots().Topic, schemas.Alerts().Topic, schemas.Maintenance().Topic, schemas.ActionsTopic,
	}
}

// letters are the topics of what could not be processed.
func letters() []string {
	return []string{
		schemas.Reports().DeadLetters(), schemas.Riots().DeadLetters(), schemas.Alerts().DeadLetters(), schemas.Maintenance().DeadLetters(),
		schemas.Alerts().Undelivered(), schemas.CallIns().Undelivered(),
	}
}

// add makes the facts of a look, knowing those before.
func (m memory) add(s seen) (Facts, memory) {
	f := s.facts
	f.Rates, f.SinkLags, f.DeadLetters = map[string]*float64{}, map[string]*int64{}, map[string]*int64{}
	f.Connectors = s.connect
	f.DeadFor = -1
	for _, topic := range rated() {
		f.Rates[topic] = nil
	}
	if f.Kafka == nil {
		m = m.addKafka(&f, s)
	}
	if s.latency != nil {
		m.latencies = append(slices.Clone(m.latencies), timed{s.at, s.latency})
		for len(m.latencies) > 2 && s.at.Sub(m.latencies[1].at) >= window {
			m.latencies = m.latencies[1:]
		}
		came := s.latency.Since(m.latencies[0].histogram)
		f.LatencyP50Ms, f.LatencyP99Ms = milliseconds(came, .5), milliseconds(came, .99)
	}
	return f, m
}

func (m memory) addKafka(f *Facts, s seen) memory {
	for _, topic := range rated() {
		now, known := s.kafka.total(topic)
		before, knew := m.last.kafka.total(topic)
		if took := s.at.Sub(m.last.at).Seconds(); known && knew && took > 0 && now >= before {
			rate := float64(now-before) / took
			f.Rates[topic] = &rate
		}
	}
	f.AlerterLag = s.kafka.lagOf(s.kafka.alerter)
	var committed int64
	for _, offset := range s.kafka.alerter {
		committed += offset
	}
	if f.AlerterLag == nil || *f.AlerterLag == 0 || committed != m.committed || m.progressAt.IsZero() {
		m.progressAt, m.committed = s.at, committed
	}
	f.AlerterStuck = s.at.Sub(m.progressAt)
	for name, committed := range s.kafka.sinks {
		f.SinkLags[name] = s.kafka.lagOf(committed)
		if len(committed) > 0 && f.ArchiveDelayS == nil {
			f.ArchiveDelayS = new(float64)
		}
	}
	if f.ArchiveDelayS != nil && !s.kafka.oldest.IsZero() {
		*f.ArchiveDelayS = max(0, s.at.Sub(s.kafka.oldest).Round(time.Millisecond).Seconds())
	}
	dead := int64(0)
	for _, topic := range letters() {
		f.DeadLetters[topic] = s.kafka.count(topic)
		sum, _ := s.kafka.total(topic)
		dead += sum
	}
	if m.knowsDead && dead > m.dead {
		m.deadAt = s.at
	}
	m.dead, m.knowsDead = dead, true
	if !m.deadAt.IsZero() {
		f.DeadFor = s.at.Sub(m.deadAt)
	}
	m.last = s
	return m
}

func milliseconds(h Histogram, share float64) *float64 {
	seconds, known := h.Quantile(share)
	if !known {
		return nil
	}
	ms := seconds * 1e3
	return &ms
}

// A sink is a connector that archives topics.
type sink struct {
	connector string
	topics    []string
}

// group is the consumer group with which Connect commits what a sink's tasks
// have handed over.
func (s sink) group() string { return "connect-" + s.connector }

func splitTopics(list string) (topics []string) {
	for topic := range strings.SplitSeq(list, ",") {
		if topic = strings.TrimSpace(topic); topic != "" {
			topics = append(topics, topic)
		}
	}
	return topics
}
