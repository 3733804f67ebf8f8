package webhook

import (
	"fmt"
	"testing"

	"github.com/peacestate/peacestate/schemas"
)

func TestWhatIsNews(t *testing.T) {
	of := func(id string, severity schemas.Severity) schemas.Alert {
		return schemas.Alert{AlertID: id, Severity: severity}
	}
	stale := of("a", schemas.Critical)
	stale.Stale = true
	for _, test := range []struct {
		rule   string
		before []schemas.Alert
		alert  schemas.Alert
		want   bool
	}{
		{"an alert that opens an incident", nil, of("a", schemas.Low), true},
		{"another incident", []schemas.Alert{of("a", schemas.Critical)}, of("b", schemas.Low), true},
		{"a greater severity", []schemas.Alert{of("a", schemas.Low)}, of("a", schemas.High), true},
		{"and a greater one still", []schemas.Alert{of("a", schemas.Low), of("a", schemas.High)}, of("a", schemas.Critical), true},
		{"not the same severity", []schemas.Alert{of("a", schemas.High)}, of("a", schemas.High), false},
		{"not a smaller one", []schemas.Alert{of("a", schemas.Critical)}, of("a", schemas.High), false},
		{"not what is stale", nil, stale, false},
		{"a fresh update of what opened stale", []schemas.Alert{stale}, of("a", schemas.Low), true},
		{"a severity from the future", nil, of("a", "apocalyptic"), true},
		{"though it is not greater than those we know", []schemas.Alert{of("a", schemas.Low)}, of("a", "apocalyptic"), false},
	} {
		t.Run(test.rule, func(t *testing.T) {
			told := newTold()
			for _, alert := range test.before {
				if told.isNews(ofAlert(alert)) {
					told.tell(ofAlert(alert))
				}
			}
			if got := told.isNews(ofAlert(test.alert)); got != test.want {
				t.Errorf("news: %t, want %t", got, test.want)
			}
		})
	}
}

func TestTheMemoryIsBounded(t *testing.T) {
	told := newTold()
	for i := range 2 * remembered {
		told.tell(notice{about: fmt.Sprint(i), rank: 1})
	}
	if got := told.ranks.Len(); got != remembered {
		t.Errorf("%d incidents are remembered, want %d", got, remembered)
	}
}
