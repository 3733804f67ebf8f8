package answers

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestTheDocumentsAnswerIsTaken(t *testing.T) {
	document, err := os.ReadFile("../../../docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(document), "```json\n")
	example, _, _ = strings.Cut(example, "```")
	var b Board
	question, news, err := b.Put([]byte("citizens"), []byte(example))
	if err != nil || question != "citizens" || !news {
		t.Fatalf("%s, %t, %v", question, news, err)
	}
	if string(b.Of("citizens")) != example || len(b.All()) != 1 {
		t.Error("it is not as it was published")
	}
}

func answer(question string, rows string) []byte {
	return fmt.Appendf(nil, `{"version":1,"question":%q,"sentence":"s","columns":[{}],"rows":%s}`, question, rows)
}

func TestTheNewestAnswerCounts(t *testing.T) {
	var b Board
	for _, step := range []struct {
		question string
		value    []byte
		news     bool
	}{
		{"b", answer("b", "[]"), true},
		{"a", answer("a", "[]"), true},
		{"a", answer("a", "[]"), false},
		{"a", answer("a", "[[1]]"), true},
		{"b", nil, true},
		{"b", nil, false},
	} {
		if _, news, err := b.Put([]byte(step.question), step.value); err != nil || news != step.news {
			t.Errorf("%s %s: %t, %v", step.question, step.value, news, err)
		}
	}
	if all := b.All(); len(all) != 1 || string(all[0]) != string(answer("a", "[[1]]")) || b.Of("b") != nil {
		t.Errorf("left: %s", all)
	}
}

func TestWhatIsNoAnswerIsRefusedAndTheOneBeforeStays(t *testing.T) {
	var b Board
	if _, _, err := b.Put([]byte("a"), answer("a", "[]")); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"no JSON":                  `<script>`,
		"another version":          `{"version":2,"question":"a","sentence":"s","columns":[{}],"rows":[]}`,
		"of another question":      string(answer("b", "[]")),
		"without a sentence":       `{"version":1,"question":"a","columns":[{}],"rows":[]}`,
		"a row of another length":  string(answer("a", "[[1,2]]")),
		"rows that are no objects": string(answer("a", `"x"`)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := b.Put([]byte("a"), []byte(value)); err == nil {
				t.Error("it is taken")
			}
			if string(b.Of("a")) != string(answer("a", "[]")) {
				t.Error("the one before is gone")
			}
		})
	}
}
