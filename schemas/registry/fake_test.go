package registry

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// A fake is the part of a schema registry that this package uses. Like the
// real one it gives equal schemas one id, refuses what is not compatible once
// it was told to, and answers with Confluent's error codes. Its notion of
// BACKWARD is the one rule that the contract lives by: a new field needs a
// default.
type fake struct {
	mu       sync.Mutex
	schemas  []string          // by id, from 1
	subjects map[string][]int  // ids of the versions, oldest first
	levels   map[string]string // compatibility by subject
	requests []string          // "METHOD path", oldest first
	hang     bool              // accept requests and never answer
	broken   http.HandlerFunc  // answers instead, if not nil
}

func newFake() *fake {
	return &fake{subjects: map[string][]int{}, levels: map[string]string{}}
}

// serve runs the fake on a port of its own.
func (f *fake) serve(t *testing.T) (url string) {
	server := httptest.NewServer(f.handler())
	t.Cleanup(server.Close)
	return server.URL
}

// RoundTrip serves a request without a network, so that a testing/synctest
// bubble can see that everybody waits.
func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	recorder := httptest.NewRecorder()
	f.handler().ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// asked counts the requests for a schema by its id.
func (f *fake) asked(id uint32) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	count := 0
	for _, request := range f.requests {
		if request == fmt.Sprintf("GET /schemas/ids/%d", id) {
			count++
		}
	}
	return count
}

func (f *fake) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /subjects", f.listSubjects)
	mux.HandleFunc("POST /subjects/{subject}/versions", f.register)
	mux.HandleFunc("POST /subjects/{subject}", f.lookUp)
	mux.HandleFunc("GET /schemas/ids/{id}", f.schemaByID)
	mux.HandleFunc("PUT /config/{subject}", f.setLevel)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.requests = append(f.requests, r.Method+" "+r.URL.Path)
		if f.broken != nil {
			f.broken(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (f *fake) listSubjects(w http.ResponseWriter, _ *http.Request) {
	names := []string{}
	for subject := range f.subjects {
		names = append(names, subject)
	}
	answer(w, names)
}

func (f *fake) register(w http.ResponseWriter, r *http.Request) {
	subject, schema := r.PathValue("subject"), schemaIn(r)
	versions := f.subjects[subject]
	id := slices.Index(f.schemas, schema) + 1
	if id > 0 && slices.Contains(versions, id) {
		answer(w, map[string]int{"id": id})
		return
	}
	if len(versions) > 0 && f.levels[subject] == "BACKWARD" && !reads(schema, f.schemas[versions[len(versions)-1]-1]) {
		refuse(w, http.StatusConflict, http.StatusConflict, "Incompatible artifact")
		return
	}
	if id == 0 {
		f.schemas = append(f.schemas, schema)
		id = len(f.schemas)
	}
	f.subjects[subject] = append(versions, id)
	answer(w, map[string]int{"id": id})
}

func (f *fake) lookUp(w http.ResponseWriter, r *http.Request) {
	versions, ok := f.subjects[r.PathValue("subject")]
	if !ok {
		refuse(w, http.StatusNotFound, 40401, "Subject not found.")
		return
	}
	id := slices.Index(f.schemas, schemaIn(r)) + 1
	version := slices.Index(versions, id) + 1
	if version == 0 {
		refuse(w, http.StatusNotFound, 40403, "Schema not found.")
		return
	}
	answer(w, map[string]any{"id": id, "version": version, "schema": f.schemas[id-1]})
}

func (f *fake) schemaByID(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(f.schemas) {
		refuse(w, http.StatusNotFound, 40403, "Schema not found.")
		return
	}
	answer(w, map[string]string{"schema": f.schemas[id-1]})
}

func (f *fake) setLevel(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Compatibility string `json:"compatibility"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuse(w, http.StatusUnprocessableEntity, 42203, err.Error())
		return
	}
	f.levels[r.PathValue("subject")] = request.Compatibility
	answer(w, request)
}

// reads tells whether a reader of the newer schema can read the older one's
// records: each of its new fields has a default.
func reads(newer, older string) bool {
	old := fieldsOf(older)
	for name, field := range fieldsOf(newer) {
		_, inherited := old[name]
		_, defaulted := field["default"]
		if !inherited && !defaulted {
			return false
		}
	}
	return true
}

func fieldsOf(schema string) map[string]map[string]any {
	var record struct{ Fields []map[string]any }
	if err := json.Unmarshal([]byte(schema), &record); err != nil {
		return nil
	}
	byName := map[string]map[string]any{}
	for _, field := range record.Fields {
		if name, ok := field["name"].(string); ok {
			byName[name] = field
		}
	}
	return byName
}

func schemaIn(r *http.Request) string {
	var request struct{ Schema string }
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &request) != nil {
		return ""
	}
	return request.Schema
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func refuse(w http.ResponseWriter, status, code int, message string) {
	w.WriteHeader(status)
	answer(w, map[string]any{"error_code": code, "message": message})
}
