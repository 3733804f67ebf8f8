// Package monitor tells machines how a program is: its metrics, as Prometheus
// reads them, and its health, as an orchestrator asks for it. What there is to
// tell is the program's; this package only serves it.
package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// An Address is where a program listens, as host:port. Where no host is
// written it is this machine alone: who wants to be reached from elsewhere
// says so, as in 0.0.0.0:9100. The zero value is no address.
type Address string

// UnmarshalText reads an address.
func (a *Address) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%q is not an address like :9100, localhost:9100 or 0.0.0.0:9100", text)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	*a = Address(net.JoinHostPort(host, port))
	return nil
}

// Registry is a new one, with the metrics that every Go program has.
func Registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

const (
	// slowest bounds a request: none takes long, and none may hold the server.
	slowest = 10 * time.Second
	// stopIn bounds how long stop waits for requests under way.
	stopIn = time.Second
)

// Serve answers at an address until stop is called, which waits for requests
// under way, but not for long:
//
//   - /metrics, what the registry holds; more may be registered at any time
//   - /healthz, 200 as long as the process is there to answer
//   - /readyz, 200 when ready returns nil, else 503 and why not, in one line
//
// ready is called from many goroutines and must answer at once. The log is
// told the address, of which port 0 leaves the choice to the system. The error
// says why nobody can listen there.
func Serve(log *slog.Logger, a Address, metrics prometheus.Gatherer, ready func() error) (stop func(), err error) {
	listener, err := net.Listen("tcp", string(a))
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", a, cause(err))
	}
	log.Info("serving /metrics, /healthz and /readyz", "address", "http://"+listener.Addr().String())
	server := &http.Server{
		Handler:           Handler(metrics, ready),
		ReadHeaderTimeout: slowest, ReadTimeout: slowest, WriteTimeout: slowest, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("no longer serving metrics and health", "error", err)
		}
	}()
	return func() {
		patience, cancel := context.WithTimeout(context.Background(), stopIn)
		defer cancel()
		if server.Shutdown(patience) != nil {
			_ = server.Close() // requests that are still not done lose their answer
		}
		<-ended
	}, nil
}

// cause is what the system says, without the words that Listen puts around it.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return cause(inner)
	}
	return err
}

// Handler answers what Serve does, for a program that has a server of its own.
func Handler(metrics prometheus.Gatherer, ready func() error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			http.Error(w, strings.ReplaceAll(err.Error(), "\n", "; "), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}
