package hub

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func message(n int) Message { return Message{Seq: int64(n), Data: []byte("0123456789")} }

func TestEveryReaderGetsEachMessageOnceAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const readers, messages = 200, 1000
		h := New(100 * 10)
		var all sync.WaitGroup
		for range readers {
			at := h.Now()
			all.Go(func() {
				for want := 1; want <= messages; {
					got, next, err := h.Next(t.Context(), at)
					if err != nil {
						t.Error(err)
						return
					}
					for _, m := range got {
						if m.Seq != int64(want) {
							t.Errorf("got %d, want %d", m.Seq, want)
							return
						}
						want++
					}
					at = next
				}
			})
		}
		for n := 1; n <= messages; n += 2 {
			h.Publish(message(n), message(n+1))
			synctest.Wait()
		}
		all.Wait()
	})
}

func TestAReaderThatIsTooSlowIsToldSo(t *testing.T) {
	h := New(10 * 10)
	slow := h.Now()
	for n := range 10 {
		h.Publish(message(n))
	}
	if got, _, err := h.Next(t.Context(), slow); err != nil || len(got) != 10 {
		t.Fatalf("%d messages, %v", len(got), err)
	}
	h.Publish(message(10))
	if _, _, err := h.Next(t.Context(), slow); !errors.Is(err, ErrBehind) {
		t.Errorf("got %v", err)
	}
}

func TestALargeMessageIsKeptAlone(t *testing.T) {
	h := New(5)
	at := h.Now()
	h.Publish(message(1))
	if got, _, err := h.Next(t.Context(), at); err != nil || len(got) != 1 {
		t.Errorf("%d messages, %v", len(got), err)
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(10)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, _, err := h.Next(ctx, h.Now()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func BenchmarkPublish(b *testing.B) {
	for _, readers := range []int{1, 200} {
		b.Run(fmt.Sprintf("%d readers", readers), func(b *testing.B) {
			h := New(1 << 20)
			ctx, cancel := context.WithCancel(b.Context())
			var all sync.WaitGroup
			for range readers {
				all.Go(func() {
					for at := h.Now(); ; {
						_, next, err := h.Next(ctx, at)
						if errors.Is(err, ErrBehind) {
							next = h.Now()
						} else if err != nil {
							return
						}
						at = next
					}
				})
			}
			for n := 0; b.Loop(); n++ {
				h.Publish(message(n))
			}
			cancel()
			all.Wait()
		})
	}
}
