package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"github.com/peacestate/peacestate/dashboard/internal/answers"
	"github.com/peacestate/peacestate/dashboard/internal/health"
	"github.com/peacestate/peacestate/dashboard/internal/hub"
	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/dashboard/internal/runs"
	"github.com/peacestate/peacestate/dashboard/internal/store"
	"github.com/peacestate/peacestate/schemas"
)

const (
	partitions = 6
	token      = "a token of some length"
	hostile    = "</script><script>alert(1)</script>\u2028\n\nevent: hello\ndata: {}\n\n\"'&"
)

var (
	noon  = time.Date(2026, 3, 7, 12, 0, 0, 250_000_000, time.UTC)
	start = position.Start("e1", partitions, partitions)
)

// topics are what Kafka would hold, for any number of instances.
type topics struct {
	mu      sync.Mutex
	records []store.Record
	next    position.Position
}

func newTopics() *topics { return &topics{next: start} }

func (k *topics) add(r store.Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r.Offset = k.next.Next(r.Topic, r.Partition)
	k.next = k.next.With(r.Topic, r.Partition, r.Offset+1)
	r.SentAt = noon.Add(time.Duration(len(k.records)) * time.Millisecond)
	k.records = append(k.records, r)
}

func (k *topics) all() []store.Record {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clip(k.records)
}

func alertID(n int) string { return fmt.Sprintf("drone-1/%d/citizen-%d", n, n) }

func (k *topics) alert(n int) {
	a := schemas.Alert{
		AlertID: alertID(n), Severity: schemas.High, Place: "Harbour", AlertedAt: noon.Add(time.Duration(n) * time.Second), Riots: 1,
		OpenedAt: noon.Add(time.Duration(n) * time.Second),
		Riot: schemas.Riot{
			RiotID: alertID(n), DroneID: "drone-1", CitizenID: fmt.Sprint("citizen-", n), CitizenName: hostile,
			DetectedAt: noon.Add(time.Duration(n) * time.Second), Lat: 44.5, Lon: -28.25, Peacescore: 3, Rioters: 1, Words: []string{hostile},
		},
	}
	k.add(store.Record{Topic: position.Alerts, Partition: n % partitions, Alert: &a})
}

// Send is that of a Journal.
func (k *topics) Send(_ context.Context, id string, a incident.Action) error {
	if a.Note == "Kafka is away" {
		return errors.New("no broker")
	}
	n, err := strconv.Atoi(strings.Split(id, "/")[1])
	if err != nil {
		return err
	}
	k.add(store.Record{Topic: position.Actions, Partition: n % partitions, AlertID: id, Action: &a})
	return nil
}

// asker asks nobody.
type asker struct{ runs map[string]runs.Run }

func (a asker) Start(question string) (runs.Run, error) {
	if question == "busy" {
		return runs.Run{}, fmt.Errorf("%w: enough is asked", runs.ErrBusy)
	}
	run := runs.Run{ID: "run-" + question, Question: question, State: runs.Running, Since: noon, Message: hostile}
	a.runs[run.ID] = run
	return run, nil
}

func (a asker) Find(id string) (runs.Run, bool) {
	run, known := a.runs[id]
	return run, known
}

// A dashboard is one instance.
type dashboard struct {
	*API
	*httptest.Server
	topics *topics
	mu     sync.Mutex
	read   map[[2]int]int64 // how far it is, by topic and partition
}

// open starts an instance; with changes to its settings.
func open(t testing.TB, k *topics, change ...func(*Settings)) *dashboard {
	t.Helper()
	database, err := store.Open(t.Context(), t.TempDir(), func(notice string) { t.Log(notice) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = database.Close() })
	if _, err := database.Begin(t.Context(), start, start); err != nil {
		t.Fatal(err)
	}
	var board answers.Board
	for _, question := range []string{"weekend", "busy"} {
		if _, _, err := board.Put([]byte(question), answerTo(question)); err != nil {
			t.Fatal(err)
		}
	}
	s := Settings{
		Instance: "one", Version: "v", Token: token, Hosts: []string{"control.example"}, OpenAPI: openAPI(t),
		Page: fstest.MapFS{"placeholder": {}}, Log: slog.New(slog.DiscardHandler),
		Store: database, Hub: hub.New(1 << 20), Answers: &board, Journal: k, Asker: asker{map[string]runs.Run{}},
		Health: func() (health.Report, bool) {
			return health.Judge(health.Facts{Numbers: health.Numbers{
				Rates: map[string]*float64{"reports": nil}, SinkLags: map[string]*int64{}, DeadLetters: map[string]*int64{"reports-dlq": new(int64(1))},
				Connectors: []health.Connector{{Name: "c", State: "RUNNING", Tasks: []health.Task{{State: "RUNNING", Worker: "w"}}}},
			}}, noon), true
		},
		Ready: func() error { return nil },
		Machines: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "for machines")
		}),
	}
	for _, c := range change {
		c(&s)
	}
	a, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	return &dashboard{API: a, Server: server, topics: k, read: map[[2]int]int64{}}
}

// follow reads all that the topics hold and this instance has not read,
// partitions in any order, and tells those who listen.
func (d *dashboard) follow(t testing.TB) {
	d.mu.Lock()
	defer d.mu.Unlock()
	byPartition := map[[2]int][]store.Record{}
	for _, r := range d.topics.all() {
		p := [2]int{int(r.Topic), r.Partition}
		if r.Offset >= d.read[p] {
			byPartition[p] = append(byPartition[p], r)
		}
	}
	for p, records := range byPartition { // in Go's random order
		for len(records) > 0 {
			n := 1 + rand.IntN(len(records)) //nolint:gosec // any order will do
			changes, err := d.Store.Append(context.WithoutCancel(t.Context()), records[:n])
			if err != nil {
				t.Error(err)
				return
			}
			messages := make([]hub.Message, len(changes))
			for i, c := range changes {
				messages[i] = Told(c)
			}
			d.Hub.Publish(messages...)
			d.read[p] = records[n-1].Offset + 1
			records = records[n:]
		}
	}
}

func answerTo(question string) []byte {
	return fmt.Appendf(nil, `{"version":1,"question":%q,"asks":"?","sentence":"s","columns":[{"name":"n","meaning":"m","kind":"count"}],"rows":[[1]],`+
		`"chart":{"kind":"bars","x":"n","y":"n"},"asked_at":"2026-02-02T12:00:00.001Z","took_s":1,"data_from":null,"data_to":null,"tables":[],"verified":null}`, question)
}

func openAPI(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A reply is an answer that has been read.
type reply struct {
	*http.Response
	body string
}

// json is a field of the body.
func (r reply) json(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), v); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
}

// ask sends a request, with headers as "Name: value".
func (d *dashboard) ask(t testing.TB, method, path, body string, headers ...string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if request.Header.Set(name, value); name == "Host" {
			request.Host = value
		}
	}
	response, err := d.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response, string(content)}
}

func (d *dashboard) get(t testing.TB, path string, headers ...string) reply {
	t.Helper()
	return d.ask(t, http.MethodGet, path, "", headers...)
}

// change sends a change with the token.
func (d *dashboard) change(t testing.TB, path, body string) reply {
	t.Helper()
	return d.ask(t, http.MethodPost, path, body, "Authorization: Bearer "+token, "Content-Type: application/json")
}

func actionsOf(n int) string { return "/api/v1/incidents/" + url.PathEscape(alertID(n)) + "/actions" }

// conforms checks a reply against openapi.yaml, where the path has its names
// in braces.
func (r reply) conforms(t testing.TB, path string) {
	t.Helper()
	var d description
	if err := yaml.Unmarshal(openAPI(t), &d); err != nil {
		t.Fatal(err)
	}
	method := strings.ToLower(r.Request.Method)
	pointer := pointerTo("paths", path, method, "responses", strconv.Itoa(r.StatusCode))
	described, known := d.Paths[path][method].Responses[strconv.Itoa(r.StatusCode)]
	if !known {
		t.Fatalf("openapi.yaml has no %s: %s", pointer, r.body)
	}
	if described.Ref != "" {
		pointer = strings.TrimPrefix(described.Ref, "#")
		described = d.Components.Responses[described.Ref[strings.LastIndex(described.Ref, "/")+1:]]
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if _, known := described.Content[kind]; !known {
		t.Fatalf("%s has no %s", pointer, kind)
	}
	r.is(t, pointer+pointerTo("content", kind, "schema"))
}

// pointerTo is a JSON pointer.
func pointerTo(names ...string) (pointer string) {
	for _, name := range names {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	return pointer
}

// is checks a body against the schema at a place of openapi.yaml.
func (r reply) is(t testing.TB, pointer string) {
	t.Helper()
	var described any
	if err := yaml.Unmarshal(openAPI(t), &described); err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat = true
	if err := compiler.AddResource("openapi.json", bytes.NewReader(mustJSON(described))); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("openapi.json#" + (&url.URL{Path: pointer}).EscapedPath())
	if err != nil {
		t.Fatal(err)
	}
	var v any
	r.json(t, &v)
	if err := schema.Validate(v); err != nil {
		t.Errorf("%s: %#v\n%s", pointer, err, r.body)
	}
}

// An eventRead is one server-sent event.
type eventRead struct{ id, name, data string }

// listening is one connection to the events.
type listening struct {
	response *http.Response
	lines    *bufio.Reader
	cancel   context.CancelFunc
}

// listen connects; after and last are positions, or empty.
func (d *dashboard) listen(t testing.TB, after, last string) *listening {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL+"/api/v1/events?after="+url.QueryEscape(after), nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := d.Client().Do(request)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return &listening{response, bufio.NewReader(response.Body), cancel}
}

func (l *listening) close() {
	l.cancel()
	_ = l.response.Body.Close()
}

// next reads an event; comments are skipped.
func (l *listening) next() (e eventRead, err error) {
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			return eventRead{}, err
		}
		line = strings.TrimSuffix(line, "\n")
		field, value, _ := strings.Cut(line, ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			if e.name != "" {
				return e, nil
			}
		default:
			return e, fmt.Errorf("a line that is none of an event: %q", line)
		}
	}
}

// until reads events until one has the name.
func (l *listening) until(t testing.TB, name string) eventRead {
	t.Helper()
	for {
		e, err := l.next()
		if err != nil {
			t.Fatal(err)
		}
		if e.name == name {
			return e
		}
	}
}

// record names the record of an incident event.
func (e eventRead) record(t testing.TB) string {
	t.Helper()
	var told struct {
		Cause     string
		Partition int
		Offset    int64
	}
	if err := json.NewDecoder(bytes.NewBufferString(e.data)).Decode(&told); err != nil {
		t.Errorf("%s: %v", e.data, err)
	}
	return fmt.Sprint(told.Cause, " ", told.Partition, " ", told.Offset)
}
