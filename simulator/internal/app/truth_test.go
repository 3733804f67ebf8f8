package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/fault"
)

func TestABadOptionOfTruthOrFaultsIsOneLineThatSaysWhatToDo(t *testing.T) {
	tests := map[string]struct {
		args string
		want []string
	}{
		"truth of no time":             {"truth --from 2026-01-05", []string{"--for"}},
		"truth from nowhere":           {"truth --for 1h", []string{"--from"}},
		"truth of an empty span":       {"truth --from 2026-01-05 --for 0s", []string{"--for", "above 0"}},
		"truth before the first":       {"truth --from 2025-12-31 --for 1h", []string{"--from", "2026-01-01"}},
		"describe before the first":    {"describe --from 2025-12-31", []string{"--from", "2026-01-01"}},
		"a share of no kind":           {"--late=often", []string{"--late", "often", "0.5%"}},
		"a share without a sign":       {"--late 1", []string{"--late", `"1"`, "0.5%"}},
		"a negative share":             {"--late=-1%", []string{"--late", "-1%"}},
		"above everything":             {"--lost 101%", []string{"--lost", "101%"}},
		"no number":                    {"--corrupt=NaN%", []string{"--corrupt", "NaN%"}},
		"more than one for each":       {"--late 60% --reorder 60%", []string{"late", "reorder", "100%"}},
		"lost for most of the time":    {"--lost 60%", []string{"lost", "half"}},
		"truth of impossible shares":   {"truth --from 2026-01-05 --for 1h --lost 60% --drones 0", []string{"half", "--drones"}},
		"a manifest nobody can create": {"--manifest=/no/such/folder/faults.jsonl --kafka=localhost:1", []string{"--manifest", "/no/such/folder"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(t.Context(), strings.Fields(tt.args)...)
			if got.code != service.ExitFailed || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("exit code %d, stdout %q, stderr %q; want 2, nothing and one line", got.code, got.stdout, got.stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(got.stderr, want) {
					t.Errorf("stderr %q does not say %q", got.stderr, want)
				}
			}
		})
	}
}

// everyShare is everyFault on the command line.
var everyShare = []string{"--late=5%", "--duplicate=5%", "--reorder=5%", "--corrupt=5%", "--old-schema=10%", "--lost=10%"}

// theTruth is what the command says of a flight.
func theTruth(t *testing.T, args ...string) verdict {
	t.Helper()
	got := run(t.Context(), append([]string{"truth", "--json"}, args...)...)
	var v verdict
	if err := json.Unmarshal([]byte(got.stdout), &v); err != nil || got.code != service.ExitDone {
		t.Fatalf("exit code %d, %v: %s", got.code, err, got.stderr)
	}
	return v
}

// received lists n records of a topic, each partition in order.
func received(t *testing.T, cluster *kafka.MockCluster, topic string, n int64) (records []record) {
	t.Helper()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": cluster.BootstrapServers(), "group.id": t.Name(), "auto.offset.reset": "earliest",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	var partitions []kafka.TopicPartition
	for p := range int32(6) {
		partitions = append(partitions, kafka.TopicPartition{Topic: &topic, Partition: p, Offset: kafka.OffsetBeginning})
	}
	if err := consumer.Assign(partitions); err != nil {
		t.Fatal(err)
	}
	for int64(len(records)) < n {
		message, err := consumer.ReadMessage(20 * time.Second)
		if err != nil {
			t.Fatalf("after %d of %d messages of %s: %v", len(records), n, topic, err)
		}
		records = append(records, record{topic, string(message.Key), string(message.Value)})
	}
	if extra, err := consumer.ReadMessage(300 * time.Millisecond); err == nil {
		t.Fatalf("more than %d messages of %s: %s", n, topic, extra)
	}
	return records
}

// readManifest reads a manifest, and leaves out the sums of the damaged bytes,
// which it lists apart.
func readManifest(t *testing.T, path string) (entries []fault.Entry, sums []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var e fault.Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		if e.Fault == fault.Corrupt {
			sums, e.SHA256 = append(sums, e.SHA256), ""
		}
		entries = append(entries, e)
	}
	return entries, sums
}

func TestTheTruthIsWhatAFlightWithTheSameOptionsSends(t *testing.T) {
	from := time.Date(2026, 1, 10, 18, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		faults  Faults
		options []string
	}{"without faults": {}, "with every fault": {everyFault, everyShare}} {
		t.Run(name, func(t *testing.T) {
			cluster, here := servers(t)
			options := append([]string{"--drones=41", "--seed=5", "--from=2026-01-10T18:00:00Z", "--for=3h", "--parameter=life_mean=24h"}, tt.options...)
			path := filepath.Join(t.TempDir(), "faults.jsonl")
			got := run(t.Context(), slices.Concat(here, options, []string{"--json", "--manifest=" + path})...)
			var s summary
			if err := json.Unmarshal([]byte(got.stdout), &s); err != nil || got.code != service.ExitDone {
				t.Fatalf("exit code %d, %v: %s", got.code, err, got.stderr)
			}
			truth := theTruth(t, options...)

			if s.Reports != truth.Totals.SentReports || s.Riots != truth.Totals.SentRiots {
				t.Errorf("%d reports and %d riots were sent, the truth is %+v", s.Reports, s.Riots, truth.Totals)
			}
			if s.Maintenance != int64(len(truth.Maintenance)) || s.Maintenance == 0 {
				t.Errorf("%d failures and repairs were sent, the truth is %d", s.Maintenance, len(truth.Maintenance))
			}
			if !maps.Equal(s.Faults, truth.Faults) {
				t.Errorf("the summary counts %s, the truth %s", s.Faults, truth.Faults)
			}
			entries, sums := readManifest(t, path)
			if !slices.Equal(entries, truth.Manifest) {
				t.Errorf("the manifest lists %d faults, the truth %d, or they differ", len(entries), len(truth.Manifest))
			}

			// What is in Kafka is what was computed without it, byte for byte and
			// drone by drone in order.
			arrived := slices.Concat(received(t, cluster, "reports", s.Reports), received(t, cluster, "riots", s.Riots),
				received(t, cluster, "maintenance", s.Maintenance))
			want := byKey(sent(t, scenario(tt.faults), from, from.Add(3*time.Hour)))
			for key, values := range byKey(arrived) {
				if !slices.Equal(values, want[key]) {
					t.Errorf("%s of %s: other bytes, or in another order", key[0], key[1])
				}
				delete(want, key)
			}
			for key := range want {
				t.Errorf("%s of %s are missing", key[0], key[1])
			}

			// The dead letters are those that the manifest names.
			dead := map[string]int{}
			for _, sum := range sums {
				dead[sum]++
			}
			for _, r := range arrived {
				sum := sha256.Sum256([]byte(r.value))
				dead[hex.EncodeToString(sum[:])]--
			}
			for _, sum := range sums {
				if dead[sum] != 0 {
					t.Errorf("no damaged bytes have the sum %s", sum)
				}
			}
			if int64(len(sums)) != truth.Totals.DeadLetters || tt.options != nil && len(sums) == 0 {
				t.Errorf("%d damaged reports, the truth is %d", len(sums), truth.Totals.DeadLetters)
			}
		})
	}
}

func TestShardsOfTheTruthAddUp(t *testing.T) {
	options := append([]string{"--drones=41", "--from=2026-01-10T18:00:00Z", "--for=3h"}, everyShare...)
	whole := theTruth(t, options...)
	var reports, riots, dead int64
	faults := fault.Counts{}
	for _, shard := range []string{"1/4", "2/4", "3/4", "4/4"} {
		part := theTruth(t, append(options, "--shard="+shard)...)
		reports += part.Totals.SentReports
		riots += part.Totals.SentRiots
		dead += part.Totals.DeadLetters
		for kind, n := range part.Faults {
			faults[kind] += n
		}
	}
	if t0 := whole.Totals; reports != t0.SentReports || riots != t0.SentRiots || dead != t0.DeadLetters || !maps.Equal(faults, whole.Faults) {
		t.Errorf("%d reports, %d riots, %d dead letters and %s; want %+v and %s", reports, riots, dead, faults, t0, whole.Faults)
	}
}

func TestTheTruthIsLegible(t *testing.T) {
	got := run(t.Context(), append([]string{"truth", "--drones=41", "--from=2026-01-10T18:00:00Z", "--for=3h"}, everyShare...)...)
	if got.code != service.ExitDone || got.stderr != "" {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	for _, want := range []string{
		"41 drones over seed 1", "reports  riots", "dead letters", "faults: ", "by drone", "… 31 more …", "by hour", "2026-01-10 18:00  2,4",
		"answer to weekend", "answer to citizens", "riots:", "failures of drones", "--json lists everything",
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("it does not say %q:\n%s", want, got.stdout)
		}
	}
}

func TestOnCtrlCTheDronesComeHome(t *testing.T) {
	cluster, here := servers(t)
	path := filepath.Join(t.TempDir(), "faults.jsonl")
	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(3*time.Second, interrupt)
	options := append([]string{"--drones=100", "--speed=60", "--json", "--manifest=" + path}, everyShare...)
	got := run(ctx, append(here, options...)...)
	var s summary
	if err := json.Unmarshal([]byte(got.stdout), &s); err != nil {
		t.Fatal(err)
	}
	if got.code != service.ExitInterrupted || s.Reports == 0 || s.Undelivered != 0 {
		t.Errorf("exit code %d, summary %+v, stderr %s", got.code, s, got.stderr)
	}
	entries, _ := readManifest(t, path)
	counts := fault.Counts{}
	for _, e := range entries {
		counts[e.Fault]++
	}
	if len(entries) == 0 || !maps.Equal(counts, s.Faults) {
		t.Errorf("the manifest lists %s, the summary %s", counts, s.Faults)
	}
	// Every drone has sent its reports without a gap, the damaged ones aside.
	seqs := map[string][]int64{}
	for _, e := range entries {
		if e.Fault == fault.Corrupt {
			seqs[e.DroneID] = append(seqs[e.DroneID], e.Seq)
		}
	}
	for _, r := range received(t, cluster, "reports", s.Reports) {
		for version, id := range []byte{6, 7} { // the ids of fakeregistry
			codec, err := schemas.Reports().Codec(schemas.Reports().Versions[version])
			if err != nil {
				t.Fatal(err)
			}
			if r.value[4] != id {
				continue
			}
			if report, err := codec.Decode([]byte(r.value[5:])); err == nil {
				seqs[report.DroneID] = append(seqs[report.DroneID], report.Seq)
			}
		}
	}
	for drone, sent := range seqs {
		slices.Sort(sent)
		sent = slices.Compact(sent)
		if missing := sent[len(sent)-1] - sent[0] + 1 - int64(len(sent)); missing != 0 {
			t.Errorf("%s: %d reports were not sent", drone, missing)
		}
	}
}
