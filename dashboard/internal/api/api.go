// Package api is what the dashboard serves: the HTTP API of openapi.yaml, the
// page that uses it, and the rules of who may do what.
package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"github.com/peacestate/peacestate/dashboard/internal/answers"
	"github.com/peacestate/peacestate/dashboard/internal/health"
	"github.com/peacestate/peacestate/dashboard/internal/hub"
	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/runs"
	"github.com/peacestate/peacestate/dashboard/internal/store"
)

// A Journal keeps what people do. Send returns when it is kept for good; it
// may be called at any time, also by several.
type Journal interface {
	Send(ctx context.Context, alertID string, a incident.Action) error
}

// An Asker asks questions again, as package runs does.
type Asker interface {
	Start(question string) (runs.Run, error)
	Find(id string) (runs.Run, bool)
}

// Settings are what an API needs.
type Settings struct {
	Instance string // the name of this dashboard
	Version  string // of the build
	Token    string // that changes need; without one there are none
	Hosts    []string
	OpenAPI  []byte // openapi.yaml
	Page     fs.FS  // the built page; without index.html there is none
	Log      *slog.Logger

	Store   *store.Store
	Hub     *hub.Hub
	Answers *answers.Board
	Journal Journal
	Asker   Asker  // nil when questions cannot be asked
	NoAsker string // why not
	// Health is the newest report; false before the first.
	Health func() (health.Report, bool)
	// Ready is nil when this instance has read what there was at its start.
	Ready func() error
	// Machines serves /metrics, /healthz and /readyz.
	Machines http.Handler
}

// An API serves. It is safe for concurrent use.
type API struct {
	Settings
	handler http.Handler
	form    [sha256.Size]byte // of all answers: of another build, they may be others
	streams streams
}

// New makes an API. The error says what of the settings is broken.
func New(s Settings) (*API, error) {
	a := &API{Settings: s, form: sha256.Sum256(append([]byte(s.Version+"\n"), s.OpenAPI...))}
	compress, err := gzhttp.NewWrapper()
	if err != nil {
		return nil, err
	}
	described, err := describe(s.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	mux := http.NewServeMux()
	get := func(pattern string, find func(*http.Request) (answer, error)) {
		mux.Handle("GET "+pattern, compress(a.answering(find)))
	}
	get("/api/v1/incidents", a.incidents)
	get("/api/v1/incidents/{alert_id}", a.incident)
	get("/api/v1/points", a.points)
	get("/api/v1/districts", a.districts)
	get("/api/v1/answers", a.answers)
	get("/api/v1/answers/{question}", a.answer)
	get("/api/v1/runs/{run}", a.run)
	get("/api/v1/health", a.health)
	get("/api/v1/session", a.session)
	get("/api/openapi.yaml", fixed("application/yaml", s.OpenAPI))
	get("/api", fixed("text/html; charset=utf-8", described))
	get("/api/style.css", fixed("text/css; charset=utf-8", style))
	mux.Handle("GET /api/v1/events", a.failing(a.events))
	mux.Handle("POST /api/v1/incidents/{alert_id}/actions", a.changing(a.act))
	mux.Handle("POST /api/v1/answers/{question}/runs", a.changing(a.ask))
	mux.Handle("/api/", a.failing(func(http.ResponseWriter, *http.Request) error {
		return refuse(http.StatusNotFound, "there is no such request; /api lists those that there are")
	}))
	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		mux.Handle("GET "+path, s.Machines)
	}
	page, err := pageHandler(s.Page)
	if err != nil {
		return nil, fmt.Errorf("the built page: %w", err)
	}
	mux.Handle("/", compress(page))
	a.handler = guard(s.Hosts, mux)
	return a, nil
}

// ServeHTTP serves one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// A refusal is an answer that is an error, with the words for whoever asked.
type refusal struct {
	status int
	says   string
}

func (r refusal) Error() string { return r.says }

func refuse(status int, format string, values ...any) error {
	return refusal{status, fmt.Sprintf(format, values...)}
}

// failing answers with the error of a handler, if it has one. What is no
// refusal is the server's fault: the log is told what it is.
func (a *API) failing(handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		if err == nil {
			return
		}
		var refused refusal
		if !errors.As(err, &refused) {
			refused = refusal{http.StatusInternalServerError, "the server has failed; its log says how"}
			if r.Context().Err() == nil {
				a.Log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "error", err)
			}
		}
		if refused.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		w.Header().Del("ETag")
		send(w, refused.status, "application/json", mustJSON(map[string]string{"error": strings.ReplaceAll(refused.says, "\n", "; ")}))
	}
}

func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // who asked may be gone
}

// mustJSON is the JSON of a value that has one.
func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("api: %T has no JSON: %v", v, err))
	}
	return text
}

// An answer is what a GET answers with.
type answer struct {
	// tag stands for the body: the same tag, the same body. Empty, it is made of the body.
	tag string
	// contentType is JSON if empty.
	contentType string
	// body makes the body; it is not called when whoever asks has it already.
	body func() ([]byte, error)
}

// answering answers a GET: with 304 if whoever asks has the answer already.
// Tags are weak, as what is compressed is the same answer.
func (a *API) answering(find func(*http.Request) (answer, error)) http.HandlerFunc {
	return a.failing(func(w http.ResponseWriter, r *http.Request) error {
		found, err := find(r)
		if err != nil {
			return err
		}
		var body []byte
		if found.tag == "" {
			if body, err = found.body(); err != nil {
				return err
			}
			found.tag = string(body)
		}
		sum := sha256.Sum256(append(a.form[:], found.tag...))
		etag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
		w.Header().Set("ETag", etag)
		w.Header().Set("Cache-Control", "no-cache")
		if has(r.Header.Values("If-None-Match"), etag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		if body == nil {
			if body, err = found.body(); err != nil {
				return err
			}
		}
		if found.contentType == "" {
			found.contentType = "application/json"
		}
		send(w, http.StatusOK, found.contentType, body)
		return nil
	})
}

// has says whether one of the tags of If-None-Match is the etag.
func has(headers []string, etag string) bool {
	for _, header := range headers {
		for tag := range strings.SplitSeq(header, ",") {
			if strings.TrimSpace(tag) == etag {
				return true
			}
		}
	}
	return false
}

// fixed always answers the same.
func fixed(contentType string, body []byte) func(*http.Request) (answer, error) {
	return func(*http.Request) (answer, error) {
		return answer{contentType: contentType, body: func() ([]byte, error) { return body, nil }}, nil
	}
}

// whole is an answer whose tag is made of its JSON.
func whole(v any) (answer, error) {
	return answer{body: func() ([]byte, error) { return json.Marshal(v) }}, nil
}
