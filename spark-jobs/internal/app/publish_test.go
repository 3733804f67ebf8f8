package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

func TestQuestionsAreAskedAgainAtTheIntervalAndARoundThatFailsIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var log bytes.Buffer
		streams := service.Streams{Log: slog.New(slog.NewTextHandler(&log, nil))}
		began := time.Now()
		var rounds []time.Duration
		err := repeat(ctx, streams, 10*time.Minute, func() error {
			rounds = append(rounds, time.Since(began))
			switch len(rounds) {
			case 1:
				time.Sleep(time.Minute) // it counts
				return errors.New("S3 is away")
			case 2:
				time.Sleep(25 * time.Minute) // longer than the interval: the next follows at once
				return nil
			case 3:
				return nil
			default:
				cancel()
				return ctx.Err()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		want := []time.Duration{0, 10 * time.Minute, 35 * time.Minute, 45 * time.Minute}
		if len(rounds) != len(want) {
			t.Fatalf("rounds at %v", rounds)
		}
		for i := range want {
			if rounds[i] != want[i] {
				t.Errorf("rounds at %v, want %v", rounds, want)
			}
		}
		if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, `error="S3 is away" trying_again_in=9m0s`) {
			t.Errorf("the log says %q", said)
		}
	})
}

func TestWithoutAnIntervalThereIsOneRound(t *testing.T) {
	failed := errors.New("failed")
	rounds := 0
	if err := repeat(t.Context(), service.Streams{}, 0, func() error { rounds++; return failed }); !errors.Is(err, failed) || rounds != 1 {
		t.Errorf("%d rounds, %v", rounds, err)
	}
}

func TestCtrlCBetweenRoundsEndsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
		defer cancel()
		began, rounds := time.Now(), 0
		err := repeat(ctx, service.Streams{}, 10*time.Minute, func() error { rounds++; return nil })
		if err == nil || rounds != 2 || time.Since(began) != 15*time.Minute {
			t.Errorf("%d rounds, %v after %s", rounds, err, time.Since(began))
		}
	})
}

func TestAnotherSnapshotOfAnyTableIsAnotherState(t *testing.T) {
	one, two := int64(1), int64(2)
	states := map[string]bool{}
	for _, sources := range [][]render.Source{
		{{Snapshot: &one}, {Snapshot: &two}}, {{Snapshot: &two}, {Snapshot: &one}}, {{}, {Snapshot: &one}}, {{Snapshot: &one}, {}},
	} {
		states[stateOfAll(sources)] = true
	}
	if len(states) != 4 {
		t.Errorf("got %v", states)
	}
}

func TestADistrictIsFoundWhateverItsCapitals(t *testing.T) {
	s := scope{District: "old town"}
	if asked, err := s.asked(); err != nil || asked.District != "Old Town" {
		t.Errorf("got %+v, %v", asked, err)
	}
}
