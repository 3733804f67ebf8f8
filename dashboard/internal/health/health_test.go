package health

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)

// fine are the facts of a pipeline that is well.
func fine() Facts {
	return Facts{
		Numbers: Numbers{
			Rates: map[string]*float64{"reports": new(148.6)}, AlerterLag: new(int64(0)), DashboardLag: new(int64(1)),
			LatencyP50Ms: new(2.04), LatencyP99Ms: new(11.7), ArchiveDelayS: new(4.0),
			Connectors:  []Connector{{"reports-s3-sink", "RUNNING", []Task{{0, "RUNNING", "w"}, {1, "RUNNING", "w"}}}},
			DeadLetters: map[string]*int64{"reports-dlq": new(int64(0)), "riots-dlq": new(int64(0))},
		},
		AsksAlerters: true, DeadFor: -1,
	}
}

func TestJudge(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Facts)
		check  string
		ok     string // true, false or unknown
		value  string
		says   string
	}{
		"reports come":              {func(*Facts) {}, "kafka", "true", "149/s", "149 reports come a second"},
		"Kafka is away":             {func(f *Facts) { f.Kafka = errors.New("no\nbroker") }, "kafka", "false", "away", "'make up', or see 'make status' (no broker)."},
		"no reports come":           {func(f *Facts) { f.Rates["reports"] = new(0.0) }, "kafka", "true", "0/s", "no reports have come"},
		"the first look":            {func(f *Facts) { f.Rates["reports"] = nil }, "kafka", "true", "up", "Kafka answers."},
		"the alerter keeps up":      {func(*Facts) {}, "alerter", "true", "0 riots", "keeps up"},
		"riots wait a moment":       {func(f *Facts) { f.AlerterLag, f.AlerterStuck = new(int64(40)), 10*time.Second }, "alerter", "true", "40 riots", "keeps up"},
		"one riot waits for long":   {func(f *Facts) { f.AlerterLag, f.AlerterStuck = new(int64(1)), 20*time.Second }, "alerter", "false", "1 riot", "1 riot waits for the alerter, which has done nothing for 20 s"},
		"many riots wait":           {func(f *Facts) { f.AlerterLag = new(int64(900)) }, "alerter", "false", "900 riots", "900 riots wait for the alerter, which is working"},
		"no alerter was ever there": {func(f *Facts) { f.AlerterLag = nil }, "alerter", "false", "none", "go run ./alerter"},
		"alerts are quick":          {func(*Facts) {}, "latency", "true", "12 ms", "Half of the alerts were there 2 ms after their riot, 99% of them after 12 ms."},
		"alerts are late":           {func(f *Facts) { f.LatencyP99Ms = new(812.0) }, "latency", "false", "812 ms", "start another alerter"},
		"no alerts":                 {func(f *Facts) { f.LatencyP99Ms = nil }, "latency", "unknown", "unknown", "no alert within the last minute"},
		"no alerter is asked":       {func(f *Facts) { f.AsksAlerters = false }, "latency", "unknown", "unknown", "--alerter"},
		"an alerter is away":        {func(f *Facts) { f.Alerters = errors.New("refused") }, "latency", "unknown", "unknown", "not known: refused."},
		"between two commits":       {func(*Facts) {}, "archive", "true", "4 s", "4 s behind, as is usual"},
		"all is archived":           {func(f *Facts) { f.ArchiveDelayS = new(0.0) }, "archive", "true", "0 s", "All that there is is in the archive."},
		"the archive is late":       {func(f *Facts) { f.ArchiveDelayS = new(300.0) }, "archive", "false", "5 min", "has waited for 5 min"},
		"nothing is archived":       {func(f *Facts) { f.ArchiveDelayS = nil }, "archive", "unknown", "unknown", "not known"},
		"all tasks run":             {func(*Facts) {}, "connectors", "true", "2 tasks", "All 2 tasks of 1 connector run."},
		"a task of a connector that runs": {
			func(f *Facts) { f.Connectors[0].Tasks[1].State = "FAILED" }, "connectors", "false", "1 wrong",
			"Task 1 of reports-s3-sink is failed: 'make connectors'",
		},
		"a connector without tasks": {func(f *Facts) { f.Connectors[0].Tasks = nil }, "connectors", "false", "1 wrong", "Reports-s3-sink has no tasks"},
		"no connectors":             {func(f *Facts) { f.Connectors = []Connector{} }, "connectors", "false", "none", "make connectors"},
		"Connect is away":           {func(f *Facts) { f.Connect = errors.New("refused") }, "connectors", "false", "away", "Kafka Connect does not answer"},
		"no dead letters":           {func(*Facts) {}, "dead letters", "true", "0", "No record is among"},
		"old dead letters":          {func(f *Facts) { f.DeadLetters["riots-dlq"] = new(int64(3)) }, "dead letters", "true", "3", "of before there are some (3 in riots-dlq)"},
		"new dead letters": {
			func(f *Facts) { f.DeadLetters["riots-dlq"], f.DeadFor = new(int64(3)), time.Minute }, "dead letters", "false", "3",
			"the newest since 60 s (3 in riots-dlq)",
		},
		"a topic that is missing":  {func(f *Facts) { f.DeadLetters["riots-dlq"] = nil }, "dead letters", "unknown", "unknown", "riots-dlq does not answer"},
		"the page is current":      {func(*Facts) {}, "dashboard", "true", "1 record", "This page shows all that there is."},
		"the page is behind":       {func(f *Facts) { f.Feed = errors.New("still reading") }, "dashboard", "false", "behind", "may be behind (still reading)."},
		"much is to be shown":      {func(f *Facts) { f.DashboardLag = new(int64(9000)) }, "dashboard", "false", "9000 records", "9000 records wait to be shown"},
		"something was skipped":    {func(f *Facts) { f.Skipped = 1 }, "dashboard", "true", "1 record", "1 record was no alert, action or answer and skipped."},
		"more things were skipped": {func(f *Facts) { f.Skipped = 2 }, "dashboard", "true", "1 record", "2 records were no alert"},
	} {
		t.Run(name, func(t *testing.T) {
			f := fine()
			tt.change(&f)
			r := Judge(f, noon)
			for _, c := range r.Checks {
				if c.Name != tt.check {
					continue
				}
				ok := "unknown"
				if c.OK != nil {
					ok = map[bool]string{true: "true", false: "false"}[*c.OK]
				}
				if ok != tt.ok || c.Value != tt.value || !strings.Contains(c.Says, tt.says) || strings.Contains(c.Says, "\n") || !strings.HasSuffix(c.Says, ".") {
					t.Errorf("%s %q: %s", ok, c.Value, c.Says)
				}
			}
			if r.OK != (tt.ok != "false") {
				t.Errorf("all in all it is well: %t", r.OK)
			}
		})
	}
}

func TestQuantiles(t *testing.T) {
	inf := math.Inf(1)
	for name, tt := range map[string]struct {
		h     Histogram
		share float64
		want  float64
		known bool
	}{
		"of nothing":                     {nil, .5, 0, false},
		"of buckets without values":      {Histogram{1: 0, inf: 0}, .5, 0, false},
		"in the middle of a bucket":      {Histogram{1: 0, 2: 10, inf: 10}, .5, 1.5, true},
		"in the first bucket":            {Histogram{4: 10, inf: 10}, .25, 1, true},
		"at the end of a bucket":         {Histogram{1: 5, 2: 10, inf: 10}, .5, 1, true},
		"past a bucket without values":   {Histogram{1: 5, 2: 5, 3: 10, inf: 10}, .75, 2.5, true},
		"beyond the largest bound":       {Histogram{1: 5, 2: 6, inf: 10}, .99, 2, true},
		"of all":                         {Histogram{1: 5, 2: 10, inf: 10}, 1, 2, true},
		"where all are beyond a bound":   {Histogram{1: 0, inf: 3}, .5, 1, true},
		"with values in every other one": {Histogram{1: 1, 2: 1, 3: 2, 4: 2, inf: 2}, .5, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got, known := tt.h.Quantile(tt.share); got != tt.want || known != tt.known {
				t.Errorf("got %v, %t", got, known)
			}
		})
	}
}

func TestAHistogramSinceAnOlderOne(t *testing.T) {
	older, newer := Histogram{1: 2, 2: 5}, Histogram{1: 3, 2: 9}
	if diff := cmp.Diff(Histogram{1: 1, 2: 4}, newer.Since(older)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(older, older.Since(newer)); diff != "" {
		t.Errorf("after a restart: %s", diff)
	}
	if diff := cmp.Diff(Histogram{1: 5, 2: 14}, older.Plus(newer)); diff != "" || older[1] != 2 {
		t.Error(diff)
	}
}

// looked is a look at a cluster with one partition a topic.
func looked(seconds int, ends map[string]int64, alerter int64, sink int64, oldest time.Time, latency Histogram) seen {
	s := seen{at: noon.Add(time.Duration(seconds) * time.Second), latency: latency, kafka: kafkaSeen{
		starts: map[topicPartition]int64{}, ends: map[topicPartition]int64{}, oldest: oldest,
		alerter: map[topicPartition]int64{{"riots", 0}: alerter},
		sinks:   map[string]map[topicPartition]int64{"reports-s3-sink": {{"reports", 0}: sink}, "new-sink": {}},
	}}
	for topic, end := range ends {
		s.kafka.ends[topicPartition{topic, 0}] = end
	}
	return s
}

func TestLooksMakeNumbers(t *testing.T) {
	var m memory
	f, m := m.add(looked(0, map[string]int64{"reports": 1000, "riots": 10, "reports-dlq": 4}, 10, 900, noon.Add(-3*time.Second), Histogram{.01: 5, 1: 5}))
	if f.Rates["reports"] != nil || f.DeadFor >= 0 || *f.AlerterLag != 0 || *f.SinkLags["reports-s3-sink"] != 100 || f.SinkLags["new-sink"] != nil {
		t.Errorf("the first look: %+v", f)
	}
	if *f.ArchiveDelayS != 3 || *f.DeadLetters["reports-dlq"] != 4 || f.DeadLetters["riots-dlq"] != nil || f.LatencyP50Ms != nil {
		t.Errorf("the first look: %+v", f)
	}
	f, m = m.add(looked(5, map[string]int64{"reports": 1500, "riots": 12, "reports-dlq": 4}, 10, 1500, time.Time{}, Histogram{.01: 15, 1: 15}))
	if *f.Rates["reports"] != 100 || *f.Rates["riots"] != .4 || *f.AlerterLag != 2 || f.AlerterStuck != 5*time.Second || *f.ArchiveDelayS != 0 {
		t.Errorf("the second look: %+v", f)
	}
	if *f.LatencyP50Ms != 5 {
		t.Errorf("the second look: p50 %v", *f.LatencyP50Ms)
	}
	away := seen{at: noon.Add(10 * time.Second), facts: Facts{Kafka: errors.New("away")}}
	f, m = m.add(away)
	if f.AlerterLag != nil || f.Rates["reports"] != nil || f.LatencyP50Ms != nil {
		t.Errorf("without Kafka: %+v", f)
	}
	f, m = m.add(looked(15, map[string]int64{"reports": 2500, "riots": 12, "reports-dlq": 5}, 10, 1500, noon.Add(11*time.Second), Histogram{.01: 15, 1: 25}))
	if *f.Rates["reports"] != 100 || f.AlerterStuck != 15*time.Second || f.DeadFor != 0 || *f.ArchiveDelayS != 4 {
		t.Errorf("when it is back: %+v", f)
	}
	f, _ = m.add(looked(20, map[string]int64{"reports": 2500, "riots": 12, "reports-dlq": 5}, 11, 2500, time.Time{}, nil))
	if f.AlerterStuck != 0 || f.DeadFor != 5*time.Second {
		t.Errorf("when the alerter goes on: %+v", f)
	}
}

func TestLatenciesAreOfTheLastMinute(t *testing.T) {
	var m memory
	var f Facts
	for i := range 100 {
		h := Histogram{.01: 1000, 1: 1000} // quick ones, once
		if i > 50 {
			h[1] += float64(i - 50) // slow ones since
		}
		f, m = m.add(seen{at: noon.Add(time.Duration(i) * 5 * time.Second), latency: h})
	}
	if f.LatencyP50Ms == nil || *f.LatencyP50Ms < 10 {
		t.Errorf("p50 is %v", f.LatencyP50Ms)
	}
	if len(m.latencies) > 14 {
		t.Errorf("%d looks are remembered", len(m.latencies))
	}
}

func TestConnectsAnswer(t *testing.T) {
	connectors, sinks, err := readConnectors(strings.NewReader(`{
		"reports-s3-sink":{"info":{"name":"reports-s3-sink","config":{"topics":"reports, more","tasks.max":"2"},"tasks":[],"type":"sink"},
		 "status":{"name":"reports-s3-sink","connector":{"state":"RUNNING","worker_id":"127.0.0.1:8083"},
		 "tasks":[{"id":0,"state":"FAILED","worker_id":"127.0.0.1:8083","trace":"java.lang"}],"type":"sink"}},
		"a-source":{"info":{"config":{}},"status":{"connector":{"state":"PAUSED"},"tasks":[]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Connector{{"a-source", "PAUSED", []Task{}}, {"reports-s3-sink", "RUNNING", []Task{{0, "FAILED", "127.0.0.1:8083"}}}}
	if diff := cmp.Diff(want, connectors); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]sink{{"reports-s3-sink", []string{"reports", "more"}}}, sinks, cmp.AllowUnexported(sink{})); diff != "" {
		t.Error(diff)
	}
}

func TestAnAlertersMetrics(t *testing.T) {
	h, err := readLatencies(strings.NewReader(`# TYPE peacestate_alerter_latency_seconds histogram
peacestate_alerter_latency_seconds_bucket{stage="receive",le="0.01"} 7
peacestate_alerter_latency_seconds_bucket{stage="receive",le="+Inf"} 7
peacestate_alerter_latency_seconds_sum{stage="receive"} 1
peacestate_alerter_latency_seconds_count{stage="receive"} 7
peacestate_alerter_latency_seconds_bucket{stage="total",le="0.01"} 3
peacestate_alerter_latency_seconds_bucket{stage="total",le="+Inf"} 4
peacestate_alerter_latency_seconds_sum{stage="total"} 1
peacestate_alerter_latency_seconds_count{stage="total"} 4
`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Histogram{.01: 3, math.Inf(1): 4}, h); diff != "" {
		t.Error(diff)
	}
	if _, err := readLatencies(strings.NewReader("<html>")); err == nil {
		t.Error("a page is taken for metrics")
	}
	if _, err := readLatencies(strings.NewReader("up 1\n")); err == nil {
		t.Error("other metrics are taken for an alerter's")
	}
}
