package broker

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLeavingAGroupEndsAlsoForOneWhoNeverManagesTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan bool)
		defer close(stuck)
		began := time.Now()
		err := within(leaveLimit, func() error { <-stuck; return nil })
		if err == nil || time.Since(began) != leaveLimit {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		refused := errors.New("refused")
		if err := within(leaveLimit, func() error { return refused }); !errors.Is(err, refused) {
			t.Errorf("got %v, want the reason", err)
		}
	})
}
