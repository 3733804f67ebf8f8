package connect

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An asked is a request as a worker got it.
type asked struct{ Method, URI, Body string }

// serve starts a worker that gives one answer to everything, and records what
// it was asked.
func serve(t *testing.T, status int, body string) (Worker, *[]asked) {
	t.Helper()
	var requests []asked
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read a request: %v", err)
		}
		requests = append(requests, asked{r.Method, r.RequestURI, string(content)})
		w.WriteHeader(status)
		if _, err := io.WriteString(w, body); err != nil {
			t.Errorf("answer a request: %v", err)
		}
	}))
	t.Cleanup(server.Close)
	return New(server.URL + "/"), &requests
}

func TestParse(t *testing.T) {
	tests := map[string]struct{ file, err string }{
		"a name and a class are enough":       {`{"name": "a", "config": {"connector.class": "b"}}`, ""},
		"a connector has a name":              {`{"config": {"connector.class": "b"}}`, "needs a name"},
		"a connector has a class":             {`{"name": "a", "config": {"topics": "reports"}}`, "connector.class"},
		"a field that Connect has not":        {`{"name": "a", "configs": {}}`, `unknown field "configs"`},
		"values are strings, as Connect says": {`{"name": "a", "config": {"tasks.max": 2}}`, "cannot unmarshal number"},
		"not JSON":                            {`name: a`, "invalid character"},
		"nothing":                             {``, "EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte(tt.file))
			if tt.err == "" {
				if want := (Connector{Name: "a", Config: map[string]string{"connector.class": "b"}}); err != nil || !cmp.Equal(got, want) {
					t.Errorf("got %+v, %v, want %+v", got, err, want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestEachCallIsOneRequest(t *testing.T) {
	connector := Connector{Name: "a/b", Config: map[string]string{"connector.class": "c"}}
	tests := map[string]struct {
		call func(context.Context, Worker) error
		want asked
	}{
		"put sends the configuration alone, under the escaped name": {
			func(ctx context.Context, w Worker) error { return w.Put(ctx, connector) },
			asked{"PUT", "/connectors/a%2Fb/config", `{"connector.class":"c"}`},
		},
		"restart spares what runs": {
			func(ctx context.Context, w Worker) error { return w.RestartFailed(ctx, "a") },
			asked{"POST", "/connectors/a/restart?includeTasks=true&onlyFailed=true", ""},
		},
		"status asks for one connector": {
			func(ctx context.Context, w Worker) error { _, err := w.Status(ctx, "a"); return err },
			asked{"GET", "/connectors/a/status", ""},
		},
		"health asks for the worker's": {
			func(ctx context.Context, w Worker) error { return w.Healthy(ctx) },
			asked{"GET", "/health", ""},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			worker, requests := serve(t, http.StatusOK, "{}")
			if err := tt.call(t.Context(), worker); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]asked{tt.want}, *requests); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARefusalIsOneLineWithConnectsOwnWords(t *testing.T) {
	tests := map[string]struct {
		status     int
		body, want string
	}{
		"a configuration that is wrong": {
			400, `{"error_code": 400, "message": "Connector configuration is invalid:\nMissing topics\nYou can also …"}`,
			"put connector a: 400 Bad Request: Connector configuration is invalid: Missing topics You can also …",
		},
		"a group that is being joined": {
			409, `{"error_code": 409, "message": "Cannot complete request because of a conflicting operation"}`,
			"put connector a: 409 Conflict: Cannot complete request because of a conflicting operation",
		},
		"no message":          {500, `{"error_code": 500}`, "put connector a: 500 Internal Server Error"},
		"an answer of others": {502, "<html>\nBad\n</html>", "put connector a: 502 Bad Gateway"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			worker, _ := serve(t, tt.status, tt.body)
			if err := worker.Put(t.Context(), Connector{Name: "a"}); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestAWorkerThatIsStartingIsNotHealthy(t *testing.T) {
	worker, _ := serve(t, http.StatusServiceUnavailable, `{"status": "starting", "message": "Worker is still starting up."}`)
	if err := worker.Healthy(t.Context()); err == nil || err.Error() != "503 Service Unavailable: Worker is still starting up." {
		t.Errorf("error %v", err)
	}
}

func TestAnInterruptedCallEndsAtOnce(t *testing.T) {
	worker, requests := serve(t, http.StatusOK, "{}")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := worker.Status(ctx, "a"); !errors.Is(err, context.Canceled) || len(*requests) > 0 {
		t.Errorf("error %v after %d requests, want %v after none", err, len(*requests), context.Canceled)
	}
}

func TestAnAnswerThatIsNoStatusIsAnError(t *testing.T) {
	worker, _ := serve(t, http.StatusOK, "ok")
	if status, err := worker.Status(t.Context(), "a"); err == nil {
		t.Errorf("got %+v", status)
	}
}

func TestStatus(t *testing.T) {
	const (
		running    = `{"state": "RUNNING", "worker_id": "127.0.0.1:8083"}`
		unassigned = `{"state": "UNASSIGNED", "worker_id": "127.0.0.1:8083"}`
		failed     = `{"state": "FAILED", "trace": "org.apache.kafka.connect.errors.DataException: bad\n\tat org.apache"}`
		cause      = "org.apache.kafka.connect.errors.DataException: bad"
	)
	tests := map[string]struct {
		connector, tasks string
		failure          string
		running          bool // with two tasks
	}{
		"it runs when all of its tasks do":             {running, running + "," + running, "", true},
		"more tasks than asked for are fine":           {running, running + "," + running + "," + running, "", true},
		"fewer are not":                                {running, running, "", false},
		"none are not, though the connector runs":      {running, "", "", false},
		"a task without a worker does not run":         {running, running + "," + unassigned, "", false},
		"a task too many that does not run counts too": {running, running + "," + running + "," + unassigned, "", false},
		"the connector has to run as well":             {unassigned, running + "," + running, "", false},
		"a failed task is a failure while all else runs, with the first line of its trace": {
			running, running + "," + failed, cause, false,
		},
		"a failed connector is a failure":   {failed, "", cause, false},
		"a failure may come with no reason": {running, `{"state": "FAILED"}`, "it gave no reason", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := `{"name": "a", "connector": ` + tt.connector + `, "tasks": [` + tt.tasks + `], "type": "sink"}`
			if !json.Valid([]byte(body)) {
				t.Fatalf("not JSON: %s", body)
			}
			worker, _ := serve(t, http.StatusOK, body)
			status, err := worker.Status(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			if got := status.Failure(); got != tt.failure {
				t.Errorf("failure %q, want %q", got, tt.failure)
			}
			if got := status.Running(2); got != tt.running {
				t.Errorf("running %v, want %v", got, tt.running)
			}
		})
	}
}
