// Package fakeregistry is a schema registry for tests: it serves what a
// producer asks for, and knows every schema of the contracts that the
// simulator sends.
package fakeregistry

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/peacestate/peacestate/schemas"
)

// The ids of the schemas.
const (
	OldReportID = 6
	ReportID    = 7
	RiotID      = 8
	CrewID      = 9
)

// URL starts a registry that lives as long as the test.
func URL(t testing.TB) string {
	t.Helper()
	ids := map[string]int{
		key(schemas.Reports().Subject(), schemas.Reports().Versions[0]):      OldReportID,
		key(schemas.Reports().Subject(), schemas.Reports().Versions[1]):      ReportID,
		key(schemas.Riots().Subject(), schemas.Riots().Schema()):             RiotID,
		key(schemas.Maintenance().Subject(), schemas.Maintenance().Schema()): CrewID,
	}
	answer := func(w http.ResponseWriter, v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Errorf("answer a request to the registry: %v", err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /subjects", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, []string{schemas.Reports().Subject(), schemas.Riots().Subject(), schemas.Maintenance().Subject()})
	})
	mux.HandleFunc("POST /subjects/{subject}", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Schema string }
		err := json.NewDecoder(r.Body).Decode(&asked)
		id, known := ids[key(r.PathValue("subject"), asked.Schema)]
		if err != nil || !known {
			http.Error(w, `{"error_code":40403,"message":"schema not found"}`, http.StatusNotFound)
			return
		}
		answer(w, map[string]any{"id": id, "version": 1, "subject": r.PathValue("subject"), "schema": asked.Schema})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// key is a schema of a subject, however it is spaced.
func key(subject, schema string) string {
	return subject + " " + strings.Join(strings.Fields(schema), "")
}
