// Package app is the dashboard as a program: its command line, what is checked
// before anything is connected to, what begins in which order, and the end.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/answers"
	"github.com/peacestate/peacestate/dashboard/internal/api"
	"github.com/peacestate/peacestate/dashboard/internal/feed"
	"github.com/peacestate/peacestate/dashboard/internal/health"
	"github.com/peacestate/peacestate/dashboard/internal/hub"
	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/journal"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/dashboard/internal/runs"
	"github.com/peacestate/peacestate/dashboard/internal/store"
	"github.com/peacestate/peacestate/dashboard/web"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/monitor"
)

// Options are the command line.
type Options struct {
	Kafka        string          `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"HOST:PORT,..." help:"Kafka's bootstrap servers (${default})."`
	Registry     string          `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" placeholder:"URL" help:"Confluent API of the schema registry (${default})."`
	Connect      string          `env:"CONNECT_URL" default:"http://localhost:8083" placeholder:"URL" help:"Kafka Connect, whose tasks the health page shows (${default})."`
	Spark        string          `env:"SPARK_REMOTE" default:"sc://localhost:15002" placeholder:"URL" help:"Spark Connect, for questions that are asked again (${default})."`
	Alerter      []string        `env:"DASHBOARD_ALERTER" placeholder:"URL" help:"/metrics of each alerter, as http://localhost:9101/metrics, for the latency of alerts (default: none)."`
	AlerterGroup string          `default:"alerter" placeholder:"NAME" help:"Consumer group of the alerters, whose lag the health page shows (${default})."`
	Listen       monitor.Address `env:"DASHBOARD_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Serve the page and the API here; 0.0.0.0:8080 is for everybody who can reach this machine (${default})."`
	Host         []string        `env:"DASHBOARD_HOST" placeholder:"NAME" help:"A name by which browsers reach this server, beside localhost and addresses; may be repeated."`
	Token        string          `env:"DASHBOARD_TOKEN" placeholder:"TEXT" help:"What a browser must present to acknowledge, assign, close or ask again; at least 16 characters. Better in the environment (default: none, read-only)."`
	Data         string          `env:"DASHBOARD_DATA" placeholder:"FOLDER" help:"Folder of the database, which can be thrown away (default: peacestate/NAME in the user's cache folder)."`
	Name         string          `env:"DASHBOARD_NAME" default:"dashboard" placeholder:"NAME" help:"Name of this instance; several beside each other need one each (${default})."`
	SparkJobs    string          `env:"DASHBOARD_SPARK_JOBS" default:"spark-jobs" placeholder:"PROGRAM" help:"The program that asks a question again: go build -o spark-jobs ./spark-jobs (${default})."`
	Model        string          `name:"maintenance-model" env:"DASHBOARD_MAINTENANCE_MODEL" default:"maintenance-model.json" placeholder:"FILE" help:"The model by which drones are ranked again, as 'spark-jobs maintenance train' writes it (${default})."`

	openAPI []byte
}

const (
	// keptEvents bounds the events that slow browsers can still get, in bytes.
	keptEvents = 8 << 20
	// leastToken is how long a token must be, lest it be guessed.
	leastToken = 16
	// slowest bounds the reading of a request; events and large answers take their own time.
	slowest = 10 * time.Second
	// answerLimit bounds one answer, events aside.
	answerLimit = time.Minute
	// stopIn bounds how long the end waits for answers under way.
	stopIn = 3 * time.Second
)

// Program is the dashboard. openAPI describes its API.
func Program(openAPI []byte) service.Program {
	return service.Program{
		Name: "dashboard",
		Does: "The control room: every riot as it happens, what people do about it, and what the archive says, at http://localhost:8080.",
		Examples: []string{
			"go run ./dashboard                                 to look only",
			"DASHBOARD_TOKEN=... go run ./dashboard             to acknowledge, too",
			"go run ./dashboard --listen 0.0.0.0:8080 --host control.example   for others",
			"go run ./dashboard --name second --listen :8090    another one beside it",
			"go run ./dashboard --alerter http://localhost:9101/metrics        with the latency of alerts",
		},
		Grammar: &Options{openAPI: openAPI},
	}
}

// Validate names everything that is wrong with the options, on one line.
func (o *Options) Validate() error {
	var wrong []string
	refuse := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for server := range strings.SplitSeq(o.Kafka, ",") {
		if host, port, err := net.SplitHostPort(server); err != nil || host == "" || port == "" {
			refuse("--kafka must list HOST:PORT, separated by commas, and %q is none", server)
		}
	}
	for flag, addresses := range map[string][]string{"--registry": {o.Registry}, "--connect": {o.Connect}, "--alerter": o.Alerter} {
		for _, address := range addresses {
			if u, err := url.Parse(address); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
				refuse("%s must be an http or https URL, not %q", flag, address)
			}
		}
	}
	if !strings.HasPrefix(o.Spark, "sc://") {
		refuse("--spark must be like sc://localhost:15002, not %q", o.Spark)
	}
	if o.Token != "" && len(o.Token) < leastToken {
		refuse("--token must have at least %d characters: openssl rand -hex 16", leastToken)
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		refuse("--token must be of letters, digits and signs that a header can carry, without spaces")
	}
	if o.Name == "" || o.Name != filepath.Base(o.Name) || strings.HasPrefix(o.Name, ".") {
		refuse("--name must be like a file's, and is %q", o.Name)
	}
	for _, host := range o.Host {
		if host == "" || strings.ContainsAny(host, ":/ ") {
			refuse("--host must be a name without port, as control.example, not %q", host)
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// folder is where the database is.
func (o *Options) folder() (string, error) {
	if o.Data != "" {
		return o.Data, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w; name a folder with --data", err)
	}
	return filepath.Join(cache, "peacestate", o.Name), nil
}

// Run is the whole service. It ends on Ctrl-C, which is how it is meant to.
func (o *Options) Run(ctx context.Context, s service.Streams) error {
	folder, err := o.folder()
	if err != nil {
		return err
	}
	database, err := store.Open(ctx, folder, func(notice string) { s.Log.Warn(notice) })
	if err != nil {
		return err
	}
	defer closing(s.Log, "the database", database.Close)
	// Named before anything waits: an address that is taken ends it at once.
	listener, err := net.Listen("tcp", string(o.Listen))
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; name another address with --listen", o.Listen, err)
	}
	defer func() { _ = listener.Close() }() // the server has closed it, unless it never began
	kept, err := journal.Open(o.Kafka)
	if err != nil {
		return err
	}
	defer kept.Close()
	reader, err := registry.NewReader(registry.New(o.Registry), schemas.Alerts())
	if err != nil {
		return err
	}
	again := []string{"--publish", "--json", "--kafka", o.Kafka, "--spark", o.Spark}
	asker, whyNot := runs.New(o.SparkJobs, again, slices.Concat(again, []string{"--registry", o.Registry, "--model", o.Model}))
	if whyNot != nil {
		s.Log.Info("questions cannot be asked again from here", "reason", whyNot)
	} else {
		defer asker.Close()
	}
	return o.serve(ctx, s.Log, listener, parts{database: database, journal: kept, reader: reader, asker: asker, noAsker: whyNot})
}

// parts are what was acquired.
type parts struct {
	database *store.Store
	journal  *journal.Journal
	reader   *registry.Reader[schemas.Alert]
	asker    *runs.Runs
	noAsker  error
}

func (o *Options) serve(ctx context.Context, log *slog.Logger, listener net.Listener, p parts) error {
	events, board := hub.New(keptEvents), &answers.Board{}
	reading := feed.New(feed.Settings{
		Servers: o.Kafka, TopicIDs: feed.TopicIDs(o.Kafka), Reader: p.reader, Store: p.database, Answers: board, Log: log,
		Changed: func(changes []store.Change) {
			messages := make([]hub.Message, len(changes))
			for i, c := range changes {
				messages[i] = api.Told(c)
			}
			events.Publish(messages...)
		},
		Caught:   func(at position.Position) { events.Publish(api.Reset(at)) },
		Answered: func(question string) { events.Publish(api.Answered(question)) },
	})
	var served *api.API
	looking := health.New(health.Settings{
		Servers: o.Kafka, Connect: o.Connect, Alerters: o.Alerter, AlerterGroup: o.AlerterGroup, Log: log,
		Position: p.database.Position, Skipped: reading.Skipped, Feed: reading.Ready,
		Clients: func() int { return served.Clients() },
		LastAlertAt: func() *incident.Time {
			at, err := p.database.LastAlertAt(ctx)
			if err != nil && ctx.Err() == nil {
				log.Error("the database does not answer", "error", err)
			}
			return at
		},
		Reported: func(r health.Report) { events.Publish(api.Reported(r)) },
	})
	metrics := monitor.Registry()
	settings := api.Settings{
		Instance: o.Name, Version: version(), Token: o.Token, Hosts: o.Host, OpenAPI: o.openAPI, Page: web.Page(), Log: log,
		Store: p.database, Hub: events, Answers: board, Journal: p.journal, Health: looking.Newest, Ready: reading.Ready,
		Machines: monitor.Handler(metrics, reading.Ready),
	}
	if p.noAsker != nil {
		settings.NoAsker = p.noAsker.Error()
	} else {
		settings.Asker = p.asker
	}
	served, err := api.New(settings)
	if err != nil {
		return err
	}
	register(metrics, p.database, reading, served)

	working, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { reading.Run(working) })
	all.Go(func() {
		if err := looking.Run(working); working.Err() == nil {
			log.Error("the pipeline's health is no longer looked at", "error", err)
		}
	})
	defer all.Wait()
	defer stop()
	return listen(ctx, log, listener, served)
}

// listen serves until ctx ends, and then ends gracefully: streams of events
// are cut off, and answers under way finished.
func listen(ctx context.Context, log *slog.Logger, listener net.Listener, handler http.Handler) error {
	streaming, cut := context.WithCancel(context.Background())
	defer cut()
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: slowest, ReadTimeout: slowest, WriteTimeout: answerLimit, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		BaseContext:    func(net.Listener) context.Context { return streaming },
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	log.Info("the control room is open", "address", "http://"+listener.Addr().String())
	select {
	case err := <-ended:
		return fmt.Errorf("no longer serving at %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	cut()
	patience, cancel := context.WithTimeout(context.Background(), stopIn)
	defer cancel()
	if server.Shutdown(patience) != nil {
		_ = server.Close() // answers that are still not done are lost
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving at %s ended badly: %w", listener.Addr(), err)
	}
	return ctx.Err()
}

func closing(log *slog.Logger, what string, closeIt func() error) {
	if err := closeIt(); err != nil {
		log.Warn("closing "+what+" failed", "error", err)
	}
}

// version is the build's: the commit it is of, if that is known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value[:min(12, len(setting.Value))]
		}
	}
	return "dev"
}
