// Package fakeregistry is a schema registry for tests: it serves what a
// producer asks for, and knows the newest schema of every contract that the
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
	ReportID = 7
	RiotID   = 8
)

// URL starts a registry that lives as long as the test.
func URL(t testing.TB) string {
	t.Helper()
	ids := map[string]int{schemas.Reports().Subject(): ReportID, schemas.Riots().Subject(): RiotID}
	answer := func(w http.ResponseWriter, v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Errorf("answer a request to the registry: %v", err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /subjects", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, []string{schemas.Reports().Subject(), schemas.Riots().Subject()})
	})
	mux.HandleFunc("POST /subjects/{subject}", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Schema string }
		id, known := ids[r.PathValue("subject")]
		newest := schemas.Reports().Schema()
		if id == RiotID {
			newest = schemas.Riots().Schema()
		}
		err := json.NewDecoder(r.Body).Decode(&asked)
		if err != nil || !known || strings.Join(strings.Fields(asked.Schema), "") != strings.Join(strings.Fields(newest), "") {
			http.Error(w, `{"error_code":40403,"message":"schema not found"}`, http.StatusNotFound)
			return
		}
		answer(w, map[string]any{"id": id, "version": 1, "subject": r.PathValue("subject"), "schema": asked.Schema})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}
