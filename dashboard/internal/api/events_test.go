package api

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/hub"
	"github.com/peacestate/peacestate/dashboard/internal/position"
)

func TestAClientWithoutAPositionBeginsNow(t *testing.T) {
	k := newTopics()
	k.alert(1)
	d := open(t, k)
	d.follow(t)
	l := d.listen(t, "", "")
	if hello := l.until(t, "hello"); hello.id != d.Store.Position().String() {
		t.Errorf("hello at %s", hello.id)
	}
	k.alert(2)
	d.follow(t)
	if e := l.until(t, "incident"); !strings.Contains(e.data, alertID(2)) || e.id != d.Store.Position().String() {
		t.Errorf("got %+v", e)
	}
}

func TestLastEventIDBeatsAfter(t *testing.T) {
	k := newTopics()
	k.alert(0)
	k.alert(1)
	d := open(t, k)
	d.follow(t)
	l := d.listen(t, start.String(), start.With(position.Alerts, 0, 1).String())
	if e := l.until(t, "incident"); !strings.Contains(e.data, alertID(1)) {
		t.Errorf("got %+v", e)
	}
}

func TestAPositionThatIsUnknownIsReset(t *testing.T) {
	k := newTopics()
	k.alert(0)
	for name, after := range map[string]string{
		"of other topics":       position.Start("e0", partitions, partitions).String(),
		"that is too far back":  start.String(),
		"ahead of the topics":   start.With(position.Alerts, 0, 999).String(),
		"without any partition": "a-x-e0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newTopics()
			most := 1
			if name == "that is too far back" {
				most = mostBeyond + 1
			}
			for n := range most {
				k.alert(n)
			}
			d := open(t, k)
			d.follow(t)
			l := d.listen(t, after, "")
			hello, reset := l.until(t, "hello"), l.until(t, "reset")
			now := d.Store.Position().String()
			if hello.id != now || reset.id != now || reset.data != fmt.Sprintf(`{"position":%q}`, now) {
				t.Errorf("got %+v, %+v", hello, reset)
			}
			k.alert(most)
			d.follow(t)
			if e := l.until(t, "incident"); !strings.Contains(e.data, alertID(most)) {
				t.Errorf("then came %+v", e)
			}
		})
	}
}

func TestAClientAheadOfThisInstanceWaitsForIt(t *testing.T) {
	k := newTopics()
	for n := range 20 {
		k.alert(n)
	}
	one, other := open(t, k), open(t, k)
	one.follow(t)
	l := other.listen(t, one.Store.Position().String(), "")
	time.AfterFunc(200*time.Millisecond, func() { other.follow(t) })
	if hello := l.until(t, "hello"); hello.id != one.Store.Position().String() {
		t.Errorf("hello at %s", hello.id)
	}
	k.alert(20)
	other.follow(t)
	if e := l.until(t, "incident"); !strings.Contains(e.data, alertID(20)) {
		t.Errorf("got %+v", e)
	}
}

// Clients lose their connections again and again, and resume at either of two
// instances, which read the partitions in different orders and at different
// speeds, while records arrive.
func TestNothingIsMissedAndNothingComesTwice(t *testing.T) {
	const clients, records = 8, 600
	k := newTopics()
	instances := []*dashboard{open(t, k), open(t, k)}
	var done atomic.Bool
	var following, listening sync.WaitGroup
	for _, d := range instances {
		following.Go(func() {
			for last := false; !last; {
				last = done.Load() // and once more after the last record
				d.follow(t)
				time.Sleep(time.Duration(rand.IntN(4000)) * time.Microsecond) //nolint:gosec // any pause will do
			}
		})
	}
	for c := range clients {
		listening.Go(func() {
			got := map[string]int{}
			last, connections := start.String(), 0
			for len(got) < records {
				l := instances[rand.IntN(2)].listen(t, last, "") //nolint:gosec // either will do
				connections++
				for range 1 + rand.IntN(60) { //nolint:gosec // as many as it happens
					e, err := l.next()
					if err != nil {
						t.Errorf("client %d: %v", c, err)
						return
					}
					if e.name == "reset" {
						t.Errorf("client %d is reset", c)
						return
					}
					if e.name == "incident" {
						got[e.record(t)]++
					}
					if e.id != "" {
						last = e.id
					}
					if len(got) == records {
						break
					}
				}
				l.close()
			}
			for record, times := range got {
				if times != 1 {
					t.Errorf("client %d got %s %d times", c, record, times)
				}
			}
			if c == 0 {
				t.Logf("%d connections", connections)
			}
		})
	}
	for n := range records {
		k.alert(n)
		if n%10 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
	}
	time.Sleep(20 * time.Millisecond)
	done.Store(true)
	listening.Wait()
	following.Wait()
}

func TestTwoHundredClientsGetEverything(t *testing.T) {
	const clients, records = 200, 100
	k := newTopics()
	d := open(t, k)
	var all sync.WaitGroup
	var ready sync.WaitGroup
	ready.Add(clients)
	for range clients {
		all.Go(func() {
			l := d.listen(t, "", "")
			defer l.close()
			l.until(t, "hello")
			ready.Done()
			var got []string
			for len(got) < records {
				got = append(got, l.until(t, "incident").record(t))
			}
			slices.Sort(got)
			if len(slices.Compact(got)) != records {
				t.Error("something came twice")
			}
		})
	}
	ready.Wait()
	if d.Clients() != clients {
		t.Errorf("%d clients are counted", d.Clients())
	}
	for n := range records {
		k.alert(n)
		d.follow(t)
	}
	all.Wait()
	for end := time.Now().Add(5 * time.Second); d.Clients() > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if d.Clients() != 0 {
		t.Errorf("%d clients are left", d.Clients())
	}
}

// A client that does not read is cut off rather than waited for, and has
// missed nothing when it comes back.
func TestAClientThatIsTooSlowIsCutOffAndResumes(t *testing.T) {
	const records = 4000
	k := newTopics()
	d := open(t, k, func(s *Settings) { s.Hub = hub.New(64 << 10) })
	l := d.listen(t, "", "")
	last := l.until(t, "hello").id
	padding := strings.Repeat("w", 4<<10)
	for n := range records {
		k.alert(n)
		k.records[n].Alert.Words = []string{padding}
		if n%100 == 99 {
			d.follow(t)
		}
	}
	got := map[string]int{}
	cut := 0
	for len(got) < records {
		e, err := l.next()
		if err != nil {
			cut++
			l.close()
			l = d.listen(t, "", last)
			continue
		}
		if e.name == "incident" {
			got[e.record(t)]++
		}
		if e.id != "" {
			last = e.id
		}
	}
	for record, times := range got {
		if times != 1 {
			t.Errorf("%s came %d times", record, times)
		}
	}
	if cut == 0 {
		t.Error("it was never cut off, which this test is about")
	}
}

func TestAClientWaitsUntilTheTopicsHaveBeenRead(t *testing.T) {
	k := newTopics()
	k.alert(0)
	var ready atomic.Bool
	d := open(t, k, func(s *Settings) {
		s.Ready = func() error {
			if ready.Load() {
				return nil
			}
			return errors.New("still reading")
		}
	})
	l := d.listen(t, "", "")
	time.AfterFunc(100*time.Millisecond, func() {
		d.follow(t)
		ready.Store(true)
	})
	if hello := l.until(t, "hello"); hello.id != k.next.String() {
		t.Errorf("hello at %s", hello.id)
	}
}
