package topic

import (
	"slices"
	"strings"
	"testing"

	"github.com/peacestate/peacestate/schemas"
)

func TestPlan(t *testing.T) {
	want := []Topic{{Name: "a", Partitions: 6}, {Name: "b", Partitions: 1}}
	tests := map[string]struct {
		have   map[string]int
		create string
		err    string
	}{
		"an empty broker gets all":              {nil, "a b", ""},
		"what exists is left alone":             {map[string]int{"a": 6}, "b", ""},
		"nothing is done twice":                 {map[string]int{"a": 6, "b": 1, "other": 3}, "", ""},
		"another partition count is not hidden": {map[string]int{"a": 3}, "", "topic a has 3 partitions, not 6"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			create, err := Plan(want, tt.have)
			var names []string
			for _, c := range create {
				names = append(names, c.Name)
			}
			if got := strings.Join(names, " "); got != tt.create {
				t.Errorf("create %q, want %q", got, tt.create)
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestAlertsCallInsAndWhatPeopleDidAreNeverDeleted(t *testing.T) {
	for _, topic := range All() {
		if slices.Contains([]string{"alerts", "call-ins", schemas.ActionsTopic}, topic.Name) && topic.Config()["retention.ms"] != "-1" {
			t.Errorf("%s is kept for %s ms", topic.Name, topic.Config()["retention.ms"])
		}
	}
}

func TestDeadLettersAreKeptLongerThanTheirTopic(t *testing.T) {
	for _, topic := range All() {
		if (strings.HasSuffix(topic.Name, "-dlq") || strings.HasSuffix(topic.Name, "-undelivered")) && topic.Config()["retention.ms"] != "7776000000" {
			t.Errorf("%s is kept for %s ms, want 90 days", topic.Name, topic.Config()["retention.ms"])
		}
	}
}

func TestOfAnswersTheNewestToEachQuestionIsKept(t *testing.T) {
	for _, topic := range All() {
		config := topic.Config()
		if compacted := config["cleanup.policy"] == "compact"; compacted != (topic.Name == "answers") {
			t.Errorf("%s is compacted: %t", topic.Name, compacted)
		}
		if config["cleanup.policy"] == "compact" && config["retention.ms"] != "" {
			t.Errorf("%s is kept for %s ms", topic.Name, config["retention.ms"])
		}
	}
}
