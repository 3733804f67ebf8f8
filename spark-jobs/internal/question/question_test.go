package question

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

func TestAQuestionIsFoundByItsName(t *testing.T) {
	for _, q := range All() {
		found, err := Find(q.Name)
		if err != nil || found.SQL(Scope{}) != q.SQL(Scope{}) {
			t.Errorf("Find(%q) = %q, %v", q.Name, found.Name, err)
		}
	}
}

func TestAnUnknownQuestionIsAnsweredWithTheKnownOnes(t *testing.T) {
	_, err := Find("weather")
	const want = `unknown question "weather"; there are weekend, hours, words, citizens, spread, trend, calm, drones, and all`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAnswersThatAreNotAsPromisedAreRefused(t *testing.T) {
	q := weekend()
	good := []any{"week", int64(1), int64(2), int64(3), 3.0, 4.0, nil, nil}
	for _, c := range []struct {
		name    string
		columns []string
		row     []any
		want    string
	}{
		{"a column is missing", q.ColumnNames()[1:], good, "Spark answered the columns"},
		{"a row is short", q.ColumnNames(), good[:5], "row 1 has 5 values"},
		{"a count is a number", q.ColumnNames(), []any{"week", int64(1), 2.0, int64(3), 3.0, 4.0, nil, nil}, "float64 for reports in row 1"},
		{"a count is null", q.ColumnNames(), []any{"week", nil, int64(2), int64(3), 3.0, 4.0, nil, nil}, "<nil> for days in row 1"},
		{
			"a text is of a type unknown here", q.ColumnNames(),
			[]any{[]byte("week"), int64(1), int64(2), int64(3), 3.0, 4.0, nil, nil},
			"[]uint8 for part in row 1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := q.Answer(c.columns, [][]any{c.row})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

// Every name in a query is a field of the tables it reads, a column that the
// connectors add, or a name that the query gives itself.
func TestQueriesNameOnlyColumnsThatExist(t *testing.T) {
	fields := map[string][]string{}
	for topic, schema := range map[string]string{
		schemas.Reports().Topic: schemas.Reports().Schema(),
		schemas.Riots().Topic:   schemas.Riots().Schema(),
	} {
		fields[topic] = append(avroFields(t, schema), lake.PartitionColumn, lake.OffsetColumn, lake.TimestampColumn)
	}
	for _, q := range All() {
		t.Run(q.Name, func(t *testing.T) {
			known := map[string]bool{"peacestate": true, "lake": true}
			for _, topic := range q.Tables {
				known[topic] = true
				for _, f := range fields[topic] {
					known[f] = true
				}
			}
			query := withoutTextsAndComments(q.SQL(Scope{}))
			for _, given := range givenNames.FindAllStringSubmatch(query, -1) {
				for _, name := range given[1:] {
					known[name] = true
				}
			}
			for _, name := range lowerCaseName.FindAllStringSubmatch(query, -1) {
				if called := name[2] == "("; !called && !known[name[1]] {
					t.Errorf("the query names %q, which no table of %v has", name[1], q.Tables)
				}
			}
			for _, topic := range q.Tables {
				if !strings.Contains(q.SQL(Scope{}), lake.Table(topic)) {
					t.Errorf("the query does not read %s", lake.Table(topic))
				}
			}
		})
	}
}

var (
	lowerCaseName = regexp.MustCompile(`\b([a-z_][a-z0-9_]*)\b(\(?)`)
	// Names that a query gives: after AS, of a CTE, of a lambda's argument, of a place and a value.
	givenNames = regexp.MustCompile(`posexplode\(\w+\) AS (\w+), (\w+)|\bAS (\w+)(?: \((\w+)\))?|(?:WITH|,)\s+(\w+) AS \(|(\w+) ->`)
	sqlText    = regexp.MustCompile(`'[^']*'|--[^\n]*`)
)

func withoutTextsAndComments(query string) string { return sqlText.ReplaceAllString(query, "") }

// avroFields lists the names of all fields of a record and of those in it.
func avroFields(t *testing.T, schema string) []string {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(schema), &root); err != nil {
		t.Fatal(err)
	}
	var names []string
	var visit func(any)
	visit = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, n := range node {
				visit(n)
			}
		case map[string]any:
			if fields, ok := node["fields"].([]any); ok {
				for _, f := range fields {
					names = append(names, f.(map[string]any)["name"].(string))
				}
			}
			for _, n := range node {
				visit(n)
			}
		}
	}
	visit(root)
	return names
}

func TestADistrictsCentreIsWrittenAsTheSameBits(t *testing.T) {
	for _, d := range peaceland.Districts() {
		for _, x := range []float64{d.Lat, d.Lon, peaceland.LonScale} {
			written := strings.Trim(literal(x), "()D")
			read, err := strconv.ParseFloat(written, 64)
			if err != nil || read != x {
				t.Errorf("%v is written %s, which reads %v, %v", x, literal(x), read, err)
			}
		}
		if !strings.Contains(districtOf("lat", "lon"), "'"+d.Name+"' AS name") {
			t.Errorf("%s is not in the expression", d.Name)
		}
	}
}

func TestATextInSQLCannotEndItself(t *testing.T) {
	if got, want := quote(`O'Brien\`), `'O\'Brien\\'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAScopeLimitsEveryTableThatAQuestionReads(t *testing.T) {
	scope := Scope{
		Since: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 1, 6, 1, 0, 0, 0, time.FixedZone("", 3600)),
		District: "Harbour",
	}
	for _, q := range All() {
		query := q.SQL(scope)
		for _, topic := range q.Tables {
			at := lake.EventTime(lake.Table(topic))
			for _, want := range []string{
				at + " >= TIMESTAMP '2026-01-05 00:00:00.000 UTC'", at + " < TIMESTAMP '2026-01-06 00:00:00.000 UTC'", ".name = 'Harbour'",
			} {
				if strings.Count(query, want) == 0 {
					t.Errorf("%s does not limit %s to %s", q.Name, topic, want)
				}
			}
		}
		if reads, limits := strings.Count(query, "FROM lake."), strings.Count(query, "WHERE "+lake.EventTime(lake.Table("reports")))+
			strings.Count(query, "WHERE "+lake.EventTime(lake.Table("riots"))); reads != limits {
			t.Errorf("%s reads tables %d times, and limits %d of them", q.Name, reads, limits)
		}
		if strings.Contains(q.SQL(Scope{}), "WHERE "+lake.EventTime(lake.Table("reports"))) {
			t.Errorf("%s is limited without a scope", q.Name)
		}
	}
}

func TestAChartNamesColumnsOfItsQuestion(t *testing.T) {
	for _, q := range All() {
		c := q.Chart
		kinds := map[string]Kind{}
		for _, column := range q.Columns {
			kinds[column.Name] = column.Kind
		}
		for _, name := range []string{c.X, c.Y, c.Series, c.Low, c.High, c.Dots} {
			if _, known := kinds[name]; name != "" && !known {
				t.Errorf("the chart of %s names %q, which is no column", q.Name, name)
			}
		}
		if c.X == "" || c.Y == "" || kinds[c.Y] == Text || (c.Low == "") != (c.High == "") {
			t.Errorf("the chart of %s cannot be drawn: %+v", q.Name, c)
		}
	}
}
