//go:build e2e

package e2e

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// A fleet that wears fast flies in days after all others. What fails next is
// learned from the first of them; what is predicted, published and told of a
// later day must not know what the archive has of the days after it.
func TestPredictiveMaintenance(t *testing.T) {
	s := running(t, 6*time.Minute)
	began := time.Now()
	const learned, predicted, calledAt, judged = "2026-07-31", "2026-08-03", "2026-08-04", "2026-08-18"
	fleet := []string{
		"--drones", "60", "--from", "2026-06-01", "--for", "1872h", "--period", "65m",
		"--parameter", "life_mean=720h", "--parameter", "life_spread=1", "--parameter", "signs_lead=240h",
	}
	folder := t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	s.run(t, 0, "simulator", fleet...)
	s.archived(t, began)
	if err := os.WriteFile(file("wear.json"), s.run(t, 0, "simulator", slices.Concat([]string{"wear", "--json"}, fleet)...), 0o600); err != nil {
		t.Fatal(err)
	}

	var models [2][]byte
	for i, name := range []string{"model.json", "again.json"} {
		s.run(t, 0, "spark-jobs", "maintenance", "train", "--until", learned, "--model", file(name))
		var err error
		if models[i], err = os.ReadFile(file(name)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(models[0], models[1]) {
		t.Error("trained twice on the same archive, the models differ")
	}

	goals := map[string]float64{}
	judgement := s.run(t, 0, "spark-jobs", "maintenance", "evaluate", "--model", file("model.json"), "--since", learned, "--until", judged,
		"--truth", file("wear.json"), "--samples", "100", "--chart", file("chart.svg"), "--json")
	for line := range bytes.Lines(judgement) {
		if a := parse[answer](t, line); a.Question == "maintenance-goals" {
			for _, row := range a.Rows {
				goals[row[0].(string)], _ = row[1].(float64)
			}
		}
	}
	t.Logf("judged: %v", goals)
	if ratio, share := goals["ratio_to_best_baseline"], goals["share_of_ceiling"]; ratio <= 1 || share <= 0 || share > 1.2 {
		t.Errorf("the model is no better than its baselines, or than the best there can be: %v", goals)
	}
	if charts, _ := filepath.Glob(file("chart-*.svg")); len(charts) < 4 {
		t.Errorf("drawn are %v", charts)
	}

	predict := []string{"maintenance", "predict", "--model", file("model.json"), "--day", predicted, "--top", "60", "--json"}
	ranked := parse[answer](t, s.run(t, 0, "spark-jobs", predict...))
	s.run(t, 0, "spark-jobs", append(predict, "--publish")...)
	published := map[string]publication{}
	for _, message := range s.read(t, schemas.AnswersTopic, began) {
		published[string(message.Key)] = parse[publication](t, message.Value)
	}
	if got := published["maintenance"].Rows; len(got) == 0 || !reflect.DeepEqual(got, ranked.Rows) {
		t.Errorf("published are %v, predicted were %v", got, ranked.Rows)
	}
	want, called := map[string]bool{}, map[string]bool{}
	for _, row := range ranked.Rows {
		if row[3] == "yes" {
			want[row[0].(string)] = true
		}
	}
	for _, call := range decoded(t, s, schemas.CallIns()) {
		if call.CalledAt.Format(time.DateOnly) == calledAt {
			called[call.DroneID] = true
		}
	}
	if len(called) == 0 || !maps.Equal(called, want) {
		t.Errorf("called in are %v, to be called in are %v", called, want)
	}
}
