package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// answerLimit bounds the wait for one of them: the rest of the look waits, too.
const answerLimit = 2 * time.Second

// mostAnswer bounds what is read of an answer, in bytes.
const mostAnswer = 8 << 20

// A web asks Connect and the alerters.
type web struct {
	client   *http.Client
	connect  string
	alerters []string
}

func newWeb(connect string, alerters []string) web {
	return web{client: &http.Client{Timeout: answerLimit}, connect: strings.TrimRight(connect, "/"), alerters: alerters}
}

func (w web) get(ctx context.Context, url string, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := w.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	if err := read(io.LimitReader(response.Body, mostAnswer)); err != nil {
		return fmt.Errorf("the answer of %s: %w", url, err)
	}
	return nil
}

// connectors asks Connect how its connectors are, and which topics the sinks
// among them archive.
func (w web) connectors(ctx context.Context) (connectors []Connector, sinks []sink, err error) {
	err = w.get(ctx, w.connect+"/connectors?expand=status&expand=info", func(body io.Reader) error {
		connectors, sinks, err = readConnectors(body)
		return err
	})
	return connectors, sinks, err
}

func readConnectors(body io.Reader) ([]Connector, []sink, error) {
	var all map[string]struct {
		Info   struct{ Config map[string]string }
		Status struct {
			Connector struct{ State string }
			Tasks     []struct {
				ID     int
				State  string
				Worker string `json:"worker_id"`
			}
		}
	}
	if err := json.NewDecoder(body).Decode(&all); err != nil {
		return nil, nil, err
	}
	connectors, sinks := []Connector{}, []sink{}
	for name, c := range all {
		connector := Connector{Name: name, State: c.Status.Connector.State, Tasks: []Task{}}
		for _, t := range c.Status.Tasks {
			connector.Tasks = append(connector.Tasks, Task(t))
		}
		connectors = append(connectors, connector)
		if topics := splitTopics(c.Info.Config["topics"]); len(topics) > 0 {
			sinks = append(sinks, sink{name, topics})
		}
	}
	slices.SortFunc(connectors, func(a, b Connector) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(sinks, func(a, b sink) int { return strings.Compare(a.connector, b.connector) })
	return connectors, sinks, nil
}

// latencies adds up what the alerters measured. Those that do not answer are
// left out; when none does, that is the error.
func (w web) latencies(ctx context.Context) (all Histogram, err error) {
	var wrong []error
	for _, url := range w.alerters {
		err := w.get(ctx, url, func(body io.Reader) error {
			h, err := readLatencies(body)
			all = all.Plus(h)
			return err
		})
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) < len(w.alerters) {
		return all, nil
	}
	return nil, errors.Join(wrong...)
}

// readLatencies finds the time from riot to alert among an alerter's metrics.
func readLatencies(body io.Reader) (Histogram, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(body)
	if err != nil {
		return nil, err
	}
	h := Histogram{}
	for _, metric := range families["peacestate_alerter_latency_seconds"].GetMetric() {
		for _, label := range metric.GetLabel() {
			if label.GetName() != "stage" || label.GetValue() != "total" {
				continue
			}
			for _, bucket := range metric.GetHistogram().GetBucket() {
				h[bucket.GetUpperBound()] += float64(bucket.GetCumulativeCount())
			}
		}
	}
	if len(h) == 0 {
		return nil, errors.New("it has no latencies of an alerter")
	}
	return h, nil
}
