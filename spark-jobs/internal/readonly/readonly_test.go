package readonly

import (
	"strings"
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestOnlyWhatReadsIsSent(t *testing.T) {
	query := func(s string) string { return "SELECT * FROM (\n" + s + "\n) LIMIT 10" }
	for _, c := range []struct{ name, statement, want string }{
		{"a query is bounded", "SELECT 1", query("SELECT 1")},
		{"in small letters", "select 1", query("select 1")},
		{"a semicolon at the end is of the terminal", "SELECT 1 ;\n", query("SELECT 1")},
		{"one with a name", "WITH a AS (SELECT 1) SELECT * FROM a", query("WITH a AS (SELECT 1) SELECT * FROM a")},
		{"values", "VALUES (1), (2)", query("VALUES (1), (2)")},
		{"in brackets", " ((SELECT 1))", query(" ((SELECT 1))")},
		{"behind a comment", "-- riots\n/* of */ SELECT 1 -- all", query("-- riots\n/* of */ SELECT 1 -- all")},
		{
			"what inserts behind a name is in brackets, where it is no SQL", "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
			query("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a"),
		},
		{"a description is sent as it is", "DESCRIBE reports;", "DESCRIBE reports"},
		{"a list", "show tables", "show tables"},
		{"a plan", "EXPLAIN SELECT 1", "EXPLAIN SELECT 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, isQuery, err := Bounded(c.statement, 10)
			if err != nil || got != c.want || isQuery != strings.HasPrefix(c.want, "SELECT * FROM (") {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestWhatDoesSomethingIsRefused(t *testing.T) {
	for statement, want := range map[string]string{
		"DROP TABLE reports":                  "DROP is refused",
		"insert into riots values (1)":        "INSERT is refused",
		"-- SELECT\nDELETE FROM riots":        "DELETE is refused",
		"/* SELECT 1 */ CALL lake.system.x()": "CALL is refused",
		"(TRUNCATE TABLE riots)":              "TRUNCATE is refused",
		"SET spark.sql.ansi.enabled = false":  "SET is refused",
		"REFRESH TABLE riots":                 "REFRESH is refused",
		"SELECTED":                            "SELECTED is refused",
		"'SELECT 1'":                          "' is refused",
		"":                                    "there is no statement",
		" ; ":                                 "there is no statement",
		"-- nothing but a comment":            "there is no statement",
		"/* a comment that does not end SELECT 1 ": "there is no statement",
	} {
		if got, _, err := Bounded(statement, 10); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %q, %v, want %q", statement, got, err, want)
		}
	}
}

func TestReadonlyIsPure(t *testing.T) { puretest.Check(t, ".", "errors", "fmt", "strings") }
