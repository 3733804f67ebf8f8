// Package connect speaks Kafka Connect's REST API: it puts connectors and
// watches their tasks.
package connect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultURL is where the local stack's worker listens.
const DefaultURL = "http://localhost:8083"

// A worker answers only after its group has settled, which can take a while.
const requestTimeout = 30 * time.Second

// A Connector is a file of connectors/, as it is POSTed.
type Connector struct {
	Name   string            `json:"name"`
	Config map[string]string `json:"config"`
}

// Parse reads a connector file.
func Parse(file []byte) (Connector, error) {
	var c Connector
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return Connector{}, err
	}
	if c.Name == "" || c.Config["connector.class"] == "" {
		return Connector{}, errors.New("it needs a name and a connector.class")
	}
	return c, nil
}

// Coordinator is the consumer group with which an Iceberg sink's coordinator
// reads its control topic; both are empty for another connector.
func (c Connector) Coordinator() (group, controlTopic string) {
	controlTopic = c.Config["iceberg.control.topic"]
	if controlTopic == "" {
		return "", ""
	}
	return "connect-" + c.Name + "-coord", controlTopic
}

// A Worker is one Connect worker; it passes requests on to the group's leader.
type Worker struct {
	url    string
	client *http.Client
}

// New makes a client of a worker; it does not connect yet.
func New(url string) Worker {
	return Worker{url: strings.TrimRight(url, "/"), client: &http.Client{Timeout: requestTimeout}}
}

// Healthy answers nil when the worker has joined its group and can work.
func (w Worker) Healthy(ctx context.Context) error {
	return w.call(ctx, http.MethodGet, "/health", nil, nil)
}

// Put creates the connector or changes its configuration. It is idempotent.
func (w Worker) Put(ctx context.Context, c Connector) error {
	path := "/connectors/" + url.PathEscape(c.Name) + "/config"
	if err := w.call(ctx, http.MethodPut, path, c.Config, nil); err != nil {
		return fmt.Errorf("put connector %s: %w", c.Name, err)
	}
	return nil
}

// RestartFailed starts the connector and its tasks again where they have
// failed, and leaves alone what runs.
func (w Worker) RestartFailed(ctx context.Context, name string) error {
	path := "/connectors/" + url.PathEscape(name) + "/restart?includeTasks=true&onlyFailed=true"
	if err := w.call(ctx, http.MethodPost, path, nil, nil); err != nil {
		return fmt.Errorf("restart what has failed of connector %s: %w", name, err)
	}
	return nil
}

// Status is the state of a connector and of each of its tasks. A connector
// can be RUNNING while all of its tasks have failed.
type Status struct {
	Connector State   `json:"connector"`
	Tasks     []State `json:"tasks"`
}

// State is RUNNING, UNASSIGNED, PAUSED, STOPPED, RESTARTING or FAILED.
type State struct {
	State string `json:"state"`
	Trace string `json:"trace"` // of the failure, with a stack
}

// Status asks for the state of one connector.
func (w Worker) Status(ctx context.Context, name string) (Status, error) {
	var status Status
	if err := w.call(ctx, http.MethodGet, "/connectors/"+url.PathEscape(name)+"/status", nil, &status); err != nil {
		return Status{}, fmt.Errorf("ask for the status of connector %s: %w", name, err)
	}
	return status, nil
}

// Failure is the first failure among a connector and its tasks, in one line;
// empty when there is none.
func (s Status) Failure() string {
	for _, state := range append([]State{s.Connector}, s.Tasks...) {
		if state.State == "FAILED" {
			cause, _, _ := strings.Cut(state.Trace, "\n")
			return cmp.Or(cause, "it gave no reason")
		}
	}
	return ""
}

// Running answers true when the connector and at least as many tasks as given
// run, and no task does anything else.
func (s Status) Running(tasks int) bool {
	if s.Connector.State != "RUNNING" || len(s.Tasks) < tasks {
		return false
	}
	for _, t := range s.Tasks {
		if t.State != "RUNNING" {
			return false
		}
	}
	return true
}

func (w Worker) call(ctx context.Context, method, path string, body, answer any) error {
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, w.url+path, payload)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := w.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was read, or the call failed
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		var refusal struct{ Message string }
		if json.Unmarshal(content, &refusal) != nil || refusal.Message == "" {
			return errors.New(response.Status)
		}
		return fmt.Errorf("%s: %s", response.Status, strings.Join(strings.Fields(refusal.Message), " "))
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(content, answer)
}
