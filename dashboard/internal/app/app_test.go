package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// run runs the command line and returns the exit code and both streams.
func run(ctx context.Context, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	code = Program(nil).Run(ctx, args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestAWrongCommandLineIsRefusedInOneLine(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"a broker without a port": {[]string{"--kafka", "localhost"}, "--kafka must list HOST:PORT"},
		"a registry of no URL":    {[]string{"--registry", "localhost"}, "--registry must be an http or https URL"},
		"an alerter of no URL":    {[]string{"--alerter", ":9101"}, "--alerter must be an http"},
		"Spark of no URL":         {[]string{"--spark", "http://x"}, "--spark must be like sc://"},
		"a short token":           {[]string{"--token", "secret"}, "openssl rand -hex 16"},
		"a token with a space":    {[]string{"--token", "one two three four five"}, "without spaces"},
		"a name of a path":        {[]string{"--name", "../x"}, "--name must be like a file's"},
		"a host with its port":    {[]string{"--host", "control.example:443"}, "--host must be a name without port"},
		"an address that is none": {[]string{"--listen", "8080"}, "is not an address"},
		"two at once":             {[]string{"--token", "x", "--spark", "y"}, "; "},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := run(t.Context(), tt.args...)
			if code != 2 || out != "" || !strings.Contains(errs, tt.says) || strings.Count(errs, "\n") != 1 {
				t.Errorf("%d %q %q", code, out, errs)
			}
		})
	}
}

func TestHelpBeginsWithExamples(t *testing.T) {
	code, out, _ := run(t.Context(), "--help")
	if code != 0 || !strings.HasPrefix(out, "Examples:\n  go run ./dashboard") {
		t.Errorf("%d %q", code, out)
	}
}

func TestAnAddressThatIsTakenEndsItAtOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	code, _, errs := run(t.Context(), "--data", t.TempDir(), "--listen", taken.Addr().String())
	if code != 2 || !strings.Contains(errs, "name another address with --listen") {
		t.Errorf("%d %q", code, errs)
	}
}

func TestTheEndCutsStreamsOffAndFinishesAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	began := make(chan string, 2)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- r.URL.Path
		if r.URL.Path == "/stream" {
			<-r.Context().Done()
			return
		}
		time.Sleep(300 * time.Millisecond)
		_, _ = io.WriteString(w, "whole")
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- listen(ctx, slog.New(slog.DiscardHandler), listener, handler) }()
	answers := make(chan string, 2)
	for _, path := range []string{"/stream", "/answer"} {
		go func() {
			response, err := http.Get("http://" + listener.Addr().String() + path)
			if err != nil {
				answers <- err.Error()
				return
			}
			defer func() { _ = response.Body.Close() }()
			body, _ := io.ReadAll(response.Body)
			answers <- string(body)
		}()
		<-began
	}
	cancel()
	got := []string{<-answers, <-answers}
	if err := <-ended; err != ctx.Err() { //nolint:errorlint // the very error
		t.Errorf("it ended with %v", err)
	}
	if strings.Join(got, "") != "whole" {
		t.Errorf("answers: %q", got)
	}
}
