package app

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/simulator/internal/fakeregistry"
	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/publish"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A record is one message as Kafka holds it.
type record struct{ topic, key, value string }

// said is what the ground crew says as records.
func said(t *testing.T, fleet world.Fleet, from, to time.Time) (records []record) {
	t.Helper()
	writers, err := publish.NewWriters(registry.New(fakeregistry.URL(t)))
	if err != nil {
		t.Fatal(err)
	}
	for event := range fleet.Maintenance(from, to) {
		value, err := writers.Crew.Append(nil, event)
		if err != nil {
			t.Error(err)
		}
		records = append(records, record{schemas.Maintenance().Topic, event.DroneID, string(value)})
	}
	return records
}

// encoder is what drones send as bytes, by the schema ids of fakeregistry.
func encoder(t *testing.T) func(fault.Transmission, schemas.Report) []record {
	t.Helper()
	writers, err := publish.NewWriters(registry.New(fakeregistry.URL(t)))
	if err != nil {
		t.Fatal(err)
	}
	return func(transmission fault.Transmission, r schemas.Report) (records []record) {
		for _, riot := range schemas.RiotsIn(r) {
			value, err := writers.Riots.Append(nil, riot)
			if err != nil {
				t.Error(err)
			}
			records = append(records, record{schemas.Riots().Topic, riot.CitizenID, string(value)})
		}
		writer := writers.Reports
		if transmission.OldSchema {
			writer = writers.OldReports
		}
		value, err := writer.Append(nil, r)
		if err != nil {
			t.Error(err)
		}
		return append(records, record{schemas.Reports().Topic, r.DroneID, string(transmission.Damaged(value))})
	}
}

func scenario(faults Faults) Scenario {
	return Scenario{
		Drones: 41, Seed: 5, Period: time.Minute, Shard: Shard{1, 1}, Faults: faults,
		Parameter: map[string]string{"life_mean": "24h"}, // so that some fail in a few hours
	}
}

var everyFault = Faults{Late: 0.05, Duplicate: 0.05, Reorder: 0.05, Corrupt: 0.05, OldSchema: 0.1, Lost: 0.1}

// sent lists the records of a flight, in order, by a world of its own.
func sent(t *testing.T, s Scenario, from, to time.Time) (records []record) {
	t.Helper()
	fleet, err := s.fleet()
	if err != nil {
		t.Fatal(err)
	}
	encode, report := encoder(t), fleet.Reporter()
	for transmission := range s.faultPlan(to).Transmissions(fleet.Between(from, to)) {
		records = append(records, encode(transmission, report(transmission.Due))...)
	}
	return append(records, said(t, fleet, from, to)...)
}

// sentBy lists the same, computed and encoded by several goroutines.
func sentBy(t *testing.T, goroutines int, s Scenario, from, to time.Time) []record {
	t.Helper()
	fleet, err := s.fleet()
	if err != nil {
		t.Fatal(err)
	}
	encode := encoder(t)
	transmissions := slices.Collect(s.faultPlan(to).Transmissions(fleet.Between(from, to)))
	parts := make([][]record, len(transmissions))
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			report := fleet.Reporter()
			for i := g; i < len(parts); i += goroutines {
				parts[i] = encode(transmissions[i], report(transmissions[i].Due))
			}
		})
	}
	all.Wait()
	return slices.Concat(append(parts, said(t, fleet, from, to))...)
}

// byKey is what each key of each topic holds, in order: all of the order that
// Kafka keeps.
func byKey(records ...[]record) map[[2]string][]string {
	keys := map[[2]string][]string{}
	for _, r := range slices.Concat(records...) {
		key := [2]string{r.topic, r.key}
		keys[key] = append(keys[key], r.value)
	}
	return keys
}

// bag counts equal records.
func bag(records ...[]record) map[record]int {
	counts := map[record]int{}
	for _, r := range slices.Concat(records...) {
		counts[r]++
	}
	return counts
}

func TestTheSameSeedSendsTheSameBytes(t *testing.T) {
	from := time.Date(2026, 1, 10, 18, 0, 0, 0, time.UTC) // a Saturday evening: riots
	to := from.Add(3 * time.Hour)
	for name, faults := range map[string]Faults{"without faults": {}, "with every fault": everyFault} {
		t.Run(name, func(t *testing.T) {
			s := scenario(faults)
			whole := sent(t, s, from, to)
			of := map[string]int{}
			for _, r := range whole {
				of[r.topic]++
			}
			if of["reports"] < 41*180 || of["riots"] == 0 || of["maintenance"] == 0 {
				t.Fatalf("%v records, so little is proven", of)
			}
			same := func(rule string, holds bool) {
				t.Helper()
				if !holds {
					t.Errorf("%s: other bytes, or in another order", rule)
				}
			}

			same("again", slices.Equal(sent(t, s, from, to), whole))
			same("on four goroutines", slices.Equal(sentBy(t, 4, s, from, to), whole))
			for _, cores := range []int{1, 4} {
				before := runtime.GOMAXPROCS(cores)
				same(fmt.Sprintf("on %d cores", cores), slices.Equal(sent(t, s, from, to), whole))
				same(fmt.Sprintf("on %d cores and four goroutines", cores), slices.Equal(sentBy(t, 4, s, from, to), whole))
				runtime.GOMAXPROCS(before)
			}

			var quarters [][]record
			for part := range 4 {
				quarter := s
				quarter.Shard = Shard{part + 1, 4}
				quarters = append(quarters, sent(t, quarter, from, to))
			}
			same("in four shards", maps.Equal(bag(quarters...), bag(whole)))
			ordered := byKey(whole)
			for _, quarter := range quarters {
				for key, values := range byKey(quarter) {
					if key[0] != schemas.Riots().Topic {
						same("in a shard, "+key[1], slices.Equal(values, ordered[key]))
					}
				}
			}

			middle := from.Add(97*time.Minute + 13*time.Second)
			same("in two parts", maps.Equal(bag(sent(t, s, from, middle), sent(t, s, middle, to)), bag(whole)))
		})
	}
}

func TestAnotherSeedOrShareSendsOtherBytes(t *testing.T) {
	from := world.Epoch().Add(100 * time.Hour)
	sum := func(s Scenario) [32]byte {
		return sha256.Sum256(fmt.Append(nil, sent(t, s, from, from.Add(30*time.Minute))))
	}
	one := scenario(everyFault)
	other, calm := one, one
	other.Seed++
	calm.Faults = Faults{}
	if sum(one) == sum(other) || sum(one) == sum(calm) {
		t.Error("they are the same")
	}
}
