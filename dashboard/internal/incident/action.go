package incident

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// version is that of the JSON in topic alert-actions (docs/actions.md).
const version = 1

// A Verb is what a person can do.
type Verb string

// The verbs.
const (
	Acknowledge Verb = "acknowledge" // an open incident is acknowledged
	Assign      Verb = "assign"      // to somebody, or to nobody any more
	Close       Verb = "close"       // an incident is closed
	Reopen      Verb = "reopen"      // an acknowledged or closed incident is open
)

// The longest texts, in characters.
const (
	mostName = 100
	mostNote = 1000
	mostID   = 500
)

// An Action is one thing that a person did. Its JSON is that of the API.
type Action struct {
	ID       string `json:"action_id"`
	Verb     Verb   `json:"action"`
	Assignee string `json:"assignee,omitempty"` // of Assign; empty is nobody
	Note     string `json:"note,omitempty"`
	By       string `json:"by"`
	At       Time   `json:"at"`
}

// Check says what is wrong with an action, in words for the one who does it.
func (a Action) Check() error {
	text := func(name, value string, most int) error {
		switch {
		case utf8.RuneCountInString(value) > most:
			return fmt.Errorf("%s must have %d characters at most", name, most)
		case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
			return fmt.Errorf("%s must be plain text", name)
		}
		return nil
	}
	problems := []error{text("by", a.By, mostName), text("assignee", a.Assignee, mostName), text("note", a.Note, mostNote), text("action_id", a.ID, mostID)}
	switch a.Verb {
	case Acknowledge, Close, Reopen:
		if a.Assignee != "" {
			problems = append(problems, errors.New("assignee goes with the action assign alone"))
		}
	case Assign:
	default:
		problems = append(problems, fmt.Errorf("action must be acknowledge, assign, close or reopen, not %.40q", string(a.Verb)))
	}
	if strings.TrimSpace(a.By) == "" {
		problems = append(problems, errors.New("by must say who does it"))
	}
	return errors.Join(problems...)
}

// record is an action as the topic has it.
type record struct {
	Version int    `json:"version"`
	AlertID string `json:"alert_id"`
	Action
}

// Encode is the value of a record of the topic.
func Encode(alertID string, a Action) ([]byte, error) {
	return json.Marshal(record{Version: version, AlertID: alertID, Action: a})
}

// Decode reads the value of a record of the topic.
func Decode(value []byte) (alertID string, a Action, err error) {
	var r record
	if err := json.Unmarshal(value, &r); err != nil {
		return "", Action{}, err
	}
	switch {
	case r.Version != version:
		err = fmt.Errorf("it is of version %d, not %d", r.Version, version)
	case r.AlertID == "" || len(r.AlertID) > mostID:
		err = errors.New("it names no alert")
	case r.ID == "":
		err = errors.New("it has no action_id")
	case r.At.IsZero() || r.At.Year() > 9999:
		err = errors.New("it has no time")
	default:
		err = r.Check()
	}
	return r.AlertID, r.Action, err
}

// Judge is what the actions of an incident, in their order, made of it, and
// which of them changed something. alerted is when each of its alerts was
// decided, in any order: an alert later than a closing opens the incident
// again.
func Judge(alerted []time.Time, actions []Action) (s Standing, effective []bool) {
	s.State = Open
	effective = make([]bool, len(actions))
	done := make(map[string]bool, len(actions))
	var closed time.Time
	reopened := func(before func(time.Time) bool) bool {
		for _, at := range alerted {
			if s.State == Closed && at.After(closed) && before(at) {
				return true
			}
		}
		return false
	}
	for i, a := range actions {
		if done[a.ID] { // sent again, as its answer was lost
			continue
		}
		done[a.ID] = true
		if reopened(func(at time.Time) bool { return !at.After(a.At.Time) }) {
			s.State = Open
		}
		if s.Refuses(a) != nil {
			continue
		}
		s, effective[i] = s.after(a), true
		if a.Verb == Close {
			closed = a.At.Time
		}
	}
	if reopened(func(time.Time) bool { return true }) {
		s.State = Open
	}
	return s, effective
}

// Refuses says why an action would change nothing; nil when it would change
// something.
func (s Standing) Refuses(a Action) error {
	by := ""
	if s.ActedBy != nil {
		by = ", last by " + *s.ActedBy
	}
	assignee := ""
	if s.Assignee != nil {
		assignee = *s.Assignee
	}
	switch {
	case a.Verb == Acknowledge && s.State != Open, a.Verb == Close && s.State == Closed, a.Verb == Reopen && s.State == Open:
		return fmt.Errorf("the incident is %s already%s", s.State, by)
	case a.Verb == Assign && a.Assignee == assignee && assignee == "":
		return fmt.Errorf("the incident is nobody's already%s", by)
	case a.Verb == Assign && a.Assignee == assignee:
		return fmt.Errorf("the incident is %s's already%s", assignee, by)
	}
	return nil
}

// after is the standing after an action that it does not refuse.
func (s Standing) after(a Action) Standing {
	switch a.Verb {
	case Acknowledge:
		s.State = Acknowledged
	case Close:
		s.State = Closed
	case Reopen:
		s.State = Open
	case Assign:
		s.Assignee = nil
		if a.Assignee != "" {
			s.Assignee = &a.Assignee
		}
	}
	s.ActedBy, s.ActedAt = &a.By, &a.At
	return s
}
