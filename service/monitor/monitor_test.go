package monitor_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/peacestate/peacestate/service/monitor"
)

func TestAnAddressIsOfThisMachineUnlessAHostIsNamed(t *testing.T) {
	tests := map[string]monitor.Address{ // nothing when refused
		":9100":          "127.0.0.1:9100",
		":0":             "127.0.0.1:0",
		"localhost:9100": "localhost:9100",
		"0.0.0.0:9100":   "0.0.0.0:9100",
		"[::]:9100":      "[::]:9100",
		"[::1]:9100":     "[::1]:9100",
		"9100":           "",
		"localhost":      "",
		"localhost:":     "",
		"localhost:http": "",
		"::1:9100":       "",
		":65536":         "",
		":-1":            "",
		"":               "",
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			var got monitor.Address
			err := got.UnmarshalText([]byte(text))
			if got != want || (err == nil) != (want != "") {
				t.Errorf("read as %q (%v), want %q", got, err, want)
			}
			if err != nil && !strings.Contains(err.Error(), ":9100") {
				t.Errorf("%q does not say how an address is written", err)
			}
		})
	}
}

// serve starts a server on a port of the system's choice, and returns where
// it is.
func serve(t *testing.T, ready func() error) (url string, registry *prometheus.Registry, stop func()) {
	t.Helper()
	var log bytes.Buffer
	registry = monitor.Registry()
	stop, err := monitor.Serve(slog.New(slog.NewTextHandler(&log, nil)), "127.0.0.1:0", registry, ready)
	if err != nil {
		t.Fatal(err)
	}
	url = regexp.MustCompile(`http://127\.0\.0\.1:[1-9]\d*`).FindString(log.String())
	if url == "" {
		t.Fatalf("the log does not say where it listens: %s", log.String())
	}
	return url, registry, stop
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(content)
}

func TestReadinessIsWhatTheProgramSays(t *testing.T) {
	var why atomic.Pointer[error]
	url, _, stop := serve(t, func() error { return *why.Load() })
	defer stop()
	tests := map[string]struct {
		why    error
		status int
		body   string
	}{
		"ready":                     {nil, 200, "ready\n"},
		"not ready, and why":        {errors.New("waiting for Kafka"), 503, "waiting for Kafka\n"},
		"several reasons in a line": {errors.Join(errors.New("no Kafka"), errors.New("no S3")), 503, "no Kafka; no S3\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			why.Store(&tt.why)
			if status, body := get(t, url+"/readyz"); status != tt.status || body != tt.body {
				t.Errorf("/readyz answers %d %q, want %d %q", status, body, tt.status, tt.body)
			}
			if status, _ := get(t, url+"/healthz"); status != 200 {
				t.Errorf("/healthz answers %d", status)
			}
		})
	}
}

func TestMetricsAreThoseOfTheProcessAndTheProgramAlsoWhenTheyComeLater(t *testing.T) {
	url, registry, stop := serve(t, func() error { return nil })
	defer stop()
	registry.MustRegister(prometheus.NewCounterFunc(
		prometheus.CounterOpts{Name: "drones_total", Help: "Drones seen."}, func() float64 { return 7 }))
	status, body := get(t, url+"/metrics")
	for _, want := range []string{
		"# HELP drones_total Drones seen.", "drones_total 7", "go_goroutines", "process_cpu_seconds_total",
	} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("status %d, without %q:\n%s", status, want, body)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	url, _, stop := serve(t, func() error { return nil })
	defer stop()
	if status, _ := get(t, url+"/debug/pprof/"); status != 404 {
		t.Errorf("status %d", status)
	}
}

func TestATakenPortIsSaidInAFewWords(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	stop, err := monitor.Serve(slog.New(slog.DiscardHandler), monitor.Address(address), monitor.Registry(), nil)
	if want := "cannot listen on " + address + ": address already in use"; err == nil || err.Error() != want || stop != nil {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestStopIsBoundedAndFreesThePort(t *testing.T) {
	hang, asked := make(chan struct{}), make(chan struct{})
	url, _, stop := serve(t, func() error {
		close(asked)
		<-hang
		return nil
	})
	defer close(hang)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			t.Error(err)
			return
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
		}
	}()
	<-asked
	began := time.Now()
	stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stop took %s while a request hung", took)
	}
	again, err := net.Listen("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	again.Close()
}
