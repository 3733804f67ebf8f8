// Package answers holds the newest answer to each question that the archive
// was asked, as topic answers has them (docs/answers.md).
package answers

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// version is that of the JSON that is understood.
const version = 1

// A Board is the newest answers. Its zero value has none. It is safe for
// concurrent use.
type Board struct {
	mu      sync.RWMutex
	answers map[string]json.RawMessage
}

// Put takes one record of the topic, and says whether it is news. A record
// without a value takes the answer away.
func (b *Board) Put(key, value []byte) (question string, news bool, err error) {
	question = string(key)
	if len(value) > 0 {
		if err := check(question, value); err != nil {
			return question, false, fmt.Errorf("the answer to %.40q: %w", question, err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before, known := b.answers[question]
	if len(value) == 0 {
		delete(b.answers, question)
		return question, known, nil
	}
	if b.answers == nil {
		b.answers = map[string]json.RawMessage{}
	}
	b.answers[question] = slices.Clone(value)
	return question, string(before) != string(value), nil
}

func check(question string, value []byte) error {
	var answer struct {
		Version  int
		Question string
		Sentence *string
		Columns  []json.RawMessage
		Rows     [][]json.RawMessage
	}
	if err := json.Unmarshal(value, &answer); err != nil {
		return err
	}
	switch {
	case answer.Version != version:
		return fmt.Errorf("it is of version %d, not %d", answer.Version, version)
	case answer.Question != question || question == "":
		return fmt.Errorf("it is one to %.40q", answer.Question)
	case answer.Sentence == nil || len(answer.Columns) == 0:
		return errors.New("it has no sentence or no columns")
	}
	for _, row := range answer.Rows {
		if len(row) != len(answer.Columns) {
			return fmt.Errorf("a row has %d values, not %d", len(row), len(answer.Columns))
		}
	}
	return nil
}

// All lists the answers by the names of their questions.
func (b *Board) All() []json.RawMessage {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := make([]json.RawMessage, 0, len(b.answers))
	for _, question := range slices.Sorted(maps.Keys(b.answers)) {
		all = append(all, b.answers[question])
	}
	return all
}

// Of is the answer to one question, nil if there is none.
func (b *Board) Of(question string) json.RawMessage {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.answers[question]
}
