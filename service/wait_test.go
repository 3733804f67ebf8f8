package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peacestate/peacestate/service"
)

var errRefused = errors.New("connection refused")

// kafka is a dependency that gets ready after some time; never, if that is
// negative.
func kafka(readyAfter time.Duration) service.Dependency {
	began := time.Now()
	return service.Dependency{
		Name:    "Kafka",
		Address: "localhost:9092",
		Cure:    "start it with 'make up'",
		Probe: func(context.Context) error {
			if readyAfter >= 0 && time.Since(began) >= readyAfter {
				return nil
			}
			return errRefused
		},
	}
}

func TestAServerThatIsReadyIsNotWaitedForNorMentioned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		began := time.Now()
		if err := service.Wait(t.Context(), slog.New(slog.NewTextHandler(&out, nil)), time.Minute, kafka(0)); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 0 || out.Len() != 0 {
			t.Errorf("took %s and said %q, want no time and no words", took, out.String())
		}
	})
}

func TestAWaitIsVisibleFromItsStartToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		began := time.Now()
		log := slog.New(slog.NewJSONHandler(&out, nil))
		if err := service.Wait(t.Context(), log, time.Minute, kafka(30*time.Second)); err != nil {
			t.Fatal(err)
		}
		type line struct {
			Time                        time.Time
			Level, Msg, Address, Answer string
		}
		var lines []line
		for decoder := json.NewDecoder(&out); decoder.More(); {
			var l line
			if err := decoder.Decode(&l); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, l)
		}
		said := began
		for i, l := range lines[:len(lines)-1] {
			want := line{l.Time, "WARN", "waiting for Kafka", "localhost:9092", "connection refused"}
			if l != want {
				t.Errorf("line %d is %+v, want %+v", i, l, want)
			}
			// At once, then every five seconds, give or take a probe.
			if silent := l.Time.Sub(said); i == 0 && silent != 0 || i > 0 && (silent < 5*time.Second || silent > 8*time.Second) {
				t.Errorf("line %d came after %s of silence", i, silent)
			}
			said = l.Time
		}
		last := lines[len(lines)-1]
		if last.Level != "INFO" || last.Msg != "Kafka is ready" || !last.Time.Equal(time.Now()) {
			t.Errorf("the last line is %+v, want that Kafka is ready, now", last)
		}
		if len(lines) < 4 {
			t.Errorf("%d lines in half a minute", len(lines))
		}
	})
}

func TestAWaitInVainIsBoundedAndNamesTheCure(t *testing.T) {
	for _, limit := range []time.Duration{0, time.Second, time.Minute} {
		t.Run(limit.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := service.Wait(t.Context(), slog.New(slog.DiscardHandler), limit, kafka(-1))
				if took := time.Since(began); took > limit || took < limit-4*time.Second {
					t.Errorf("took %s, want about %s and not more", took, limit)
				}
				want := fmt.Sprintf("Kafka at localhost:9092 is not ready after %s: connection refused; start it with 'make up'", limit)
				if err == nil || err.Error() != want || !errors.Is(err, errRefused) {
					t.Errorf("got %v, want %s", err, want)
				}
			})
		})
	}
}

func TestAServerThatHangsIsGivenUpOnToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := kafka(-1)
		hanging.Probe = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		began := time.Now()
		err := service.Wait(t.Context(), slog.New(slog.DiscardHandler), 30*time.Second, hanging)
		if took := time.Since(began); took != 30*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v after %s, want a timeout after 30s", err, took)
		}
	})
}

func TestACancelledWaitEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		began := time.Now()
		err := service.Wait(ctx, slog.New(slog.DiscardHandler), time.Minute, kafka(-1))
		if took := time.Since(began); took != 3*time.Second || err != ctx.Err() { //nolint:errorlint // Wait returns the error itself
			t.Errorf("%v after %s, want %v after 3s", err, took, context.Canceled)
		}
	})
}

func TestProbesBecomeRarerButNotTooRare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		probes := 0
		counting := kafka(-1)
		counting.Probe = func(context.Context) error {
			probes++
			return errRefused
		}
		if err := service.Wait(t.Context(), slog.New(slog.DiscardHandler), time.Minute, counting); err == nil {
			t.Fatal("ready")
		}
		// At most every 200 ms, halved by chance; at least every 2 s, doubled.
		if probes < 15 || probes > 150 {
			t.Errorf("%d probes in a minute", probes)
		}
	})
}
