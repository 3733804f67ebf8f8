//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riferrei/srclient"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// An audit is what `spark-jobs verify --json` prints, as far as the test
// looks at it.
type audit struct {
	Partitions []struct {
		Topic       string `json:"topic"`
		Records     int    `json:"records"`
		Archived    int    `json:"archived"`
		DeadLetters int    `json:"dead_letters"`
	} `json:"partitions"`
}

// of adds up the partitions of one topic.
func (a audit) of(topic string) (records, archived, deadLetters int) {
	for _, p := range a.Partitions {
		if p.Topic == topic {
			records, archived, deadLetters = records+p.Records, archived+p.Archived, deadLetters+p.DeadLetters
		}
	}
	return records, archived, deadLetters
}

// TestPipeline takes the system through its life in the order in which a
// person would: each step builds on the ones before it.
func TestPipeline(t *testing.T) {
	s := start(t)
	step := func(name string, test func(t *testing.T)) {
		t.Helper()
		if !t.Run(name, test) {
			t.FailNow()
		}
	}

	step("setup can be repeated", func(t *testing.T) {
		// The registry counts contents and versions apart as soon as two subjects share a schema. Messages carry
		// the content's id; here it differs from the version's, so a converter that took the one for the other fails.
		decoy := srclient.NewSchemaRegistryClient(s.env["SCHEMA_REGISTRY_URL"])
		if _, err := decoy.CreateSchema("decoy-value", schemas.Reports().Versions[0], srclient.Avro); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			s.run(t, 0, "setup", "topics")
			s.run(t, 0, "setup", "schemas")
			s.run(t, 0, "spark-jobs", "tables")
		}
	})

	step("connectors are valid, and can be POSTed as they are", func(t *testing.T) {
		for _, file := range connectorFiles(t, s) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range invalid(t, s, content) {
				t.Errorf("%s: %s", filepath.Base(file), problem)
			}
			if status, answer := s.rest(t, http.MethodPost, "/connectors", content); status != http.StatusCreated {
				t.Errorf("POST %s: status %d: %s", filepath.Base(file), status, answer)
			}
		}
		s.run(t, 0, "setup", append([]string{"connectors"}, connectorFiles(t, s)...)...)
	})

	var truth truth
	manifest := filepath.Join(s.bin, "manifest.jsonl")
	step("a backfill with every kind of fault survives SIGKILL of the Connect worker, and is what was foretold", func(t *testing.T) {
		truth = foretell(t, s)
		backfill := s.program("simulator", slices.Concat(week(), []string{"--json", "--manifest", manifest})...)
		var printed bytes.Buffer
		backfill.Stdout = &printed
		backfill.Stderr = io.Discard
		if err := backfill.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		s.kill(t, "connect")
		if err := backfill.Wait(); err != nil {
			t.Fatalf("simulator: %v", err)
		}
		flown := parse[struct{ Reports, Riots, Maintenance, Undelivered int }](t, printed.Bytes())
		if flown.Reports != truth.Totals.SentReports || flown.Riots != truth.Totals.SentRiots ||
			flown.Maintenance != len(truth.Maintenance) || flown.Maintenance == 0 || flown.Undelivered != 0 {
			t.Fatalf("sent %+v, the truth is %+v and %d failures and repairs", flown, truth.Totals, len(truth.Maintenance))
		}
		truth.Manifest = manifestIsForetold(t, manifest, truth.Manifest)
	})

	step("every record is archived once, or among the dead letters", func(t *testing.T) {
		archiveHolds(t, s, map[string]count{
			"reports":     {truth.Totals.SentReports, truth.Totals.ArchivedReports, truth.Totals.DeadLetters},
			"riots":       {truth.Totals.SentRiots, truth.Totals.ArchivedRiots, 0},
			"maintenance": {len(truth.Maintenance), len(truth.Maintenance), 0},
		})
	})

	step("what the ground crew said is archived as it was said", func(t *testing.T) { maintenanceIsArchived(t, s, truth) })

	step("each fault is where the manifest says", func(t *testing.T) { faultsAreWhereTheManifestSays(t, s, truth) })

	step("verify finds the faults that the manifest lists, and names those that are not there", func(t *testing.T) {
		theAuditKnowsTheManifest(t, s, truth, manifest)
	})

	step("every answer is the truth", func(t *testing.T) { answersAreTheTruth(t, s, truth) })

	step("a question reads the days and the columns that it is about", func(t *testing.T) { theLayoutServesTheQuestions(t, s) })

	step("DuckDB answers the same", func(t *testing.T) { duckdbAnswersTheSame(t, s) })

	step("answers are compared with the truth, published, and kept", func(t *testing.T) { answersArePublished(t, s, truth) })

	step("a statement of one's own only reads, and any type is read", func(t *testing.T) { anyTypeIsRead(t, s) })

	step("Ctrl-C stops the query on the server", func(t *testing.T) { ctrlCStopsTheQuery(t, s) })

	poison := [][]byte{[]byte("no frame"), {0, 0, 0, 0, 1, 0xff, 0xff}, {0, 0x7f, 0, 0, 0, 1}}
	step("each riot is alerted on once, through a SIGKILL of the alerter; what is no riot is put aside", func(t *testing.T) {
		s.send(t, "riots", poison...)
		first := s.program("alerter")
		first.Stderr = io.Discard
		lines, err := first.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		// One alert is enough to know that it is at work.
		if _, err := lines.Read(make([]byte, 1)); err != nil {
			t.Fatalf("the alerter wrote no alert: %v", err)
		}
		if err := first.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = first.Wait() // it was killed
		s.run(t, 0, "alerter", "--idle-exit", "5s")
		alertsAreThoseOfTheRiots(t, s, truth.Totals.Riots)
		if dead := deadBy(t, s, "riots-dlq", "peacestate.dead.reason"); dead != len(poison) {
			t.Errorf("the alerter put %d riots aside, want %d", dead, len(poison))
		}
	})

	step("what cannot be decoded, and a tombstone, go to the dead letters", func(t *testing.T) {
		s.send(t, "reports", poison...)
		s.send(t, "reports", nil)
		s.send(t, "maintenance", poison...)
		s.send(t, "maintenance", nil)
		archiveHolds(t, s, map[string]count{
			"reports": {
				truth.Totals.SentReports + len(poison) + 1, truth.Totals.ArchivedReports, truth.Totals.DeadLetters + len(poison) + 1,
			},
			"riots":  {truth.Totals.SentRiots + len(poison), truth.Totals.ArchivedRiots, len(poison)},
			"alerts": {truth.Totals.Riots, truth.Totals.Riots, 0},
			"maintenance": {
				len(truth.Maintenance) + len(poison) + 1, len(truth.Maintenance), len(poison) + 1,
			},
		})
	})

	step("a day flown twice changes no answer", func(t *testing.T) {
		again := slices.Concat(week(), []string{"--from", "2026-01-06", "--for", "24h"})
		s.run(t, 0, "simulator", again...)
		s.run(t, 0, "spark-jobs", "verify", "--wait", "10m")
		answersAreTheTruth(t, s, truth)
	})

	step("a Spark cluster answers the same, also when one of its workers dies in the middle", func(t *testing.T) {
		aClusterAnswersTheSame(t, s, truth)
	})

	step("the notebook runs, and draws every answer", func(t *testing.T) { theNotebookRuns(t, s) })

	step("a day flown again alerts on nothing again", func(t *testing.T) {
		s.run(t, 0, "alerter", "--idle-exit", "5s")
		alertsAreThoseOfTheRiots(t, s, truth.Totals.Riots)
	})

	step("the ground crew is told of each drone to call in, once until it is repaired", func(t *testing.T) { theCrewIsTold(t, s) })

	step("no alert is missed or repeated while the alerter is killed again and again, and the broker once", func(t *testing.T) {
		alertsSurvive(t, s, truth.Totals.Riots)
	})

	step("S3 and its catalog away for half a minute lose nothing", func(t *testing.T) {
		s.part(t, "stop", "s3")
		s.run(t, 0, "simulator", "--drones", "20", "--speed", "60", "--from", "2026-01-13", "--duration", "30s")
		s.part(t, "start", "s3")
		s.run(t, 0, "spark-jobs", "verify", "--wait", "4m")
	})

	step("the last report is readable soon after the drones fall silent", func(t *testing.T) { theTailIsArchived(t, s) })

	step("the death of one of two Connect workers holds commits up for less than 30 s", func(t *testing.T) {
		aDeadWorkerIsReplaced(t, s)
	})

	step("small files become large ones beside a running sink, which then goes on where it was", func(t *testing.T) {
		tablesAreKept(t, s)
	})

	step("good records that were set aside while the registry was away come back", func(t *testing.T) {
		goodRecordsComeBack(t, s)
	})

	step("verify names what is not archived", func(t *testing.T) {
		if status, answer := s.rest(t, http.MethodPut, "/connectors/riots-s3-sink/stop", nil); status >= 300 {
			t.Fatalf("stop the sink: status %d: %s", status, answer)
		}
		time.Sleep(3 * time.Second)
		s.run(t, 0, "simulator", "--drones", "20", "--from", "2026-01-12", "--for", "24h")
		printed := string(s.run(t, 1, "spark-jobs", "verify"))
		if !strings.Contains(printed, "riots partition") || strings.Contains(printed, " 0 missing") {
			t.Errorf("verify does not name the missing riots:\n%s", printed)
		}
		if status, answer := s.rest(t, http.MethodPut, "/connectors/riots-s3-sink/resume", nil); status >= 300 {
			t.Fatalf("resume the sink: status %d: %s", status, answer)
		}
		s.run(t, 0, "spark-jobs", "verify", "--wait", "10m")
	})

	step("a schema grows while everything runs, and one that breaks the contract is refused", func(t *testing.T) {
		schemaGrows(t, s)
	})

	step("which drone fails next is learned, judged, foretold, published, and told to the ground crew", func(t *testing.T) { dronesAreCalledIn(t, s) })

	step("a bad command line is one line and exit 2", func(t *testing.T) {
		for _, args := range [][]string{
			{"simulator", "--drones", "0"},
			{"simulator", "--drones", "-5"},
			{"simulator", "--from", "yesterday"},
			{"simulator", "--no-such-flag"},
			{"alerter", "--format", "xml"},
			{"spark-jobs", "ask", "why"},
		} {
			command := s.program(args[0], args[1:]...)
			var messages bytes.Buffer
			command.Stderr = &messages
			_ = command.Run() // the exit code is looked at
			if code := command.ProcessState.ExitCode(); code != 2 || strings.Count(messages.String(), "\n") != 1 {
				t.Errorf("%s: exit %d, want 2 and one line: %s", strings.Join(args, " "), code, messages.String())
			}
		}
	})
}

func connectorFiles(t *testing.T, s *system) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.root, "connectors", "*.json"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%d connector files, want 4: %v", len(files), err)
	}
	return files
}

// invalid lists what Connect's own validation has against a connector file.
func invalid(t *testing.T, s *system, file []byte) (problems []string) {
	t.Helper()
	connector := parse[struct {
		Name   string            `json:"name"`
		Config map[string]string `json:"config"`
	}](t, file)
	connector.Config["name"] = connector.Name
	config, err := json.Marshal(connector.Config)
	if err != nil {
		t.Fatal(err)
	}
	status, answer := s.rest(t, http.MethodPut, "/connector-plugins/IcebergSinkConnector/config/validate", config)
	if status != http.StatusOK {
		t.Fatalf("validate %s: status %d", connector.Name, status)
	}
	validation := parse[struct {
		Configs []struct {
			Value struct {
				Name   string   `json:"name"`
				Errors []string `json:"errors"`
			} `json:"value"`
		} `json:"configs"`
	}](t, answer)
	for _, setting := range validation.Configs {
		for _, problem := range setting.Value.Errors {
			problems = append(problems, setting.Value.Name+": "+problem)
		}
	}
	return problems
}

// count is what becomes of the records of a topic.
type count struct{ records, archived, deadLetters int }

// archiveHolds waits until all is archived and compares the counts by topic.
func archiveHolds(t *testing.T, s *system, want map[string]count) {
	t.Helper()
	found := parse[audit](t, s.run(t, 0, "spark-jobs", "verify", "--json", "--wait", "10m"))
	for topic, want := range want {
		if records, archived, deadLetters := found.of(topic); (count{records, archived, deadLetters}) != want {
			t.Errorf("%s: %d records, %d archived, %d dead letters; want %+v", topic, records, archived, deadLetters, want)
		}
	}
}

// decoded reads a topic and leaves out what cannot be decoded.
func decoded[T any](t *testing.T, s *system, contract schemas.Contract[T]) []T {
	t.Helper()
	reader, err := registry.NewReader(registry.New(s.env["SCHEMA_REGISTRY_URL"]), contract)
	if err != nil {
		t.Fatal(err)
	}
	var values []T
	for _, message := range s.read(t, contract.Topic) {
		if value, err := reader.Read(message.Value); err == nil {
			values = append(values, value)
		}
	}
	return values
}

// deadBy counts the dead letters that carry a header.
func deadBy(t *testing.T, s *system, topic, header string) int {
	t.Helper()
	count := 0
	for _, message := range s.read(t, topic) {
		for _, h := range message.Headers {
			if h.Key == header {
				count++
			}
		}
	}
	return count
}
