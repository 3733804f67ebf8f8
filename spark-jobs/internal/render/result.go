package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
)

// A Result is what a statement of SQL returned.
type Result struct {
	engine.Result
	More bool // there were more rows
	Took time.Duration
}

// Text is a table, in which long values are cut, and a line that says how many rows there are. A single
// value of several lines, as a plan, stands as it is.
func (r Result) Text() string {
	if len(r.Rows) == 1 && len(r.Columns) == 1 {
		if text, ok := r.Rows[0][0].(string); ok && strings.Contains(text, "\n") {
			return strings.TrimRight(text, "\n") + "\n"
		}
	}
	heads := make([]head, len(r.Columns))
	for i, name := range r.Columns {
		heads[i] = head{name, r.numeric(i)}
	}
	rows := make([][]string, len(r.Rows))
	for i, values := range r.Rows {
		rows[i] = make([]string, len(values))
		for j, value := range values {
			rows[i][j] = clipped(strings.NewReplacer("\r", `\r`, "\n", `\n`, "\t", `\t`).Replace(plain(value, "NULL")))
		}
	}
	count := fmt.Sprintf("%d rows", len(r.Rows))
	switch {
	case r.More:
		count = fmt.Sprintf("the first %d rows; more with --limit", len(r.Rows))
	case len(r.Rows) == 1:
		count = "1 row"
	}
	return aligned(heads, rows) + fmt.Sprintf("\n%s, %s\n", count, r.Took.Round(10*time.Millisecond))
}

// numeric reports whether a column holds nothing but numbers and NULL.
func (r Result) numeric(column int) bool {
	found := false
	for _, values := range r.Rows {
		switch values[column].(type) {
		case int64, float64, json.Number:
			found = true
		case nil:
		default:
			return false
		}
	}
	return found
}

// JSON is all of it on one line.
func (r Result) JSON() ([]byte, error) {
	rows := make([][]any, len(r.Rows))
	for i, values := range r.Rows {
		rows[i] = make([]any, len(values))
		for j, value := range values {
			rows[i][j] = finite(value)
		}
	}
	return line(struct {
		Columns []string `json:"columns"`
		Rows    [][]any  `json:"rows"`
		More    bool     `json:"more"`
		TookS   float64  `json:"took_s"`
	}{append([]string{}, r.Columns...), rows, r.More, r.Took.Seconds()})
}

// finite makes of the numbers for which JSON has no word their names.
func finite(value any) any {
	switch v := value.(type) {
	case float64:
		if v-v != 0 { // not a number, or infinite
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
		return v
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = finite(item)
		}
		return items
	case engine.Fields:
		fields := make(engine.Fields, len(v))
		for i, f := range v {
			fields[i] = engine.Field{Name: f.Name, Value: finite(f.Value)}
		}
		return fields
	default:
		return v
	}
}

// CSV is the columns' names and the rows, as RFC 4180 has it but for the ends
// of lines, which are LF. Arrays, structs and maps are JSON; NULL is empty.
func (r Result) CSV() ([]byte, error) { return csvOf(r.Columns, r.Rows) }

func csvOf(columns []string, rows [][]any) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(columns) // Flush tells
	for _, values := range rows {
		cells := make([]string, len(values))
		for i, value := range values {
			cells[i] = plain(value, "")
		}
		_ = w.Write(cells) // Flush tells
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return b.Bytes(), nil
}

// plain writes a value so that it reads back: numbers in full, without commas.
func plain(value any, null string) string {
	switch v := value.(type) {
	case nil:
		return null
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any, engine.Fields:
		text, err := line(finite(v))
		if err != nil {
			return fmt.Sprint(v)
		}
		return strings.TrimSuffix(string(text), "\n")
	default:
		return fmt.Sprint(v)
	}
}
