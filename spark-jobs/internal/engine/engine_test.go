package engine

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"
)

func TestAddressesOfSparkConnect(t *testing.T) {
	for remote, good := range map[string]bool{
		DefaultRemote:                    true,
		"sc://spark.example:15002":       true,
		"sc://spark.example":             true,
		"sc://spark.example/;token=t;a=": true,
		"":                               false,
		"localhost:15002":                false,
		"http://localhost:15002":         false,
		"sc://":                          false,
		"sc://localhost:port":            false,
		"sc://localhost:70000":           false,
		"sc://localhost/path":            false,
	} {
		if err := CheckRemote(remote); (err == nil) != good {
			t.Errorf("CheckRemote(%q) = %v", remote, err)
		}
	}
}

func TestAServerThatIsNotThereIsSaidOnceTheWaitIsOver(t *testing.T) {
	began := time.Now()
	_, err := Connect(t.Context(), quiet(), "sc://"+closedPort(t)+"/;token=secret", 300*time.Millisecond)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{"Spark Connect at sc://127.0.0.1:", "300ms", "make up", "SPARK_REMOTE"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestCtrlCEndsTheWaitForAServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	began := time.Now()
	_, err := Connect(ctx, quiet(), "sc://"+closedPort(t), time.Minute)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// closedPort is an address where nobody listens any more.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
