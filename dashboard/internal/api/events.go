package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/health"
	"github.com/peacestate/peacestate/dashboard/internal/hub"
	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/dashboard/internal/store"
)

const (
	// mostStreams bounds the browsers of one instance.
	mostStreams = 2000
	// mostBeyond is how many records a client may be behind and get them one by one.
	mostBeyond = 10_000
	// catchUp is how long a client waits for this instance to be as far as the
	// client is, or as the topics were at its start.
	catchUp = 8 * time.Second
	// heartbeat is how often something is sent, be it a comment.
	heartbeat = 10 * time.Second
	// writeLimit bounds one write to a client, which may have gone away.
	writeLimit = 20 * time.Second
)

// streams counts the clients that listen.
type streams struct{ open atomic.Int64 }

// Clients is how many browsers listen.
func (a *API) Clients() int { return int(a.streams.open.Load()) }

// event is one server-sent event; without an id the client keeps the last.
func event(id, name string, data []byte) []byte {
	var b bytes.Buffer
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", name, data)
	return b.Bytes()
}

// Told is the message that tells of a change.
func Told(c store.Change) hub.Message {
	cause := "alert"
	if c.Topic == position.Actions {
		cause = "action"
	}
	return hub.Message{Seq: c.Seq, Data: event(c.After.String(), "incident", mustJSON(struct {
		incident.Incident
		Cause     string            `json:"cause"`
		SentAt    incident.Time     `json:"kafka_timestamp"`
		Partition int               `json:"partition"`
		Offset    int64             `json:"offset"`
		RiotID    string            `json:"riot_id,omitempty"`
		Action    *store.ActionDone `json:"action,omitempty"`
	}{c.Incident, cause, c.SentAt, c.Partition, c.Offset, c.RiotID, c.Action}))}
}

// Answered is the message that tells of an answer.
func Answered(question string) hub.Message {
	return hub.Message{Data: event("", "answer", mustJSON(map[string]string{"question": question}))}
}

// Reported is the message that tells how the pipeline is.
func Reported(r health.Report) hub.Message {
	return hub.Message{Data: event("", "health", mustJSON(r))}
}

// Reset is the message after which lists must be fetched again.
func Reset(at position.Position) hub.Message {
	return hub.Message{Data: event(at.String(), "reset", mustJSON(map[string]string{"position": at.String()}))}
}

// events tells a client what happens, beginning where it was.
func (a *API) events(w http.ResponseWriter, r *http.Request) error {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	var from *position.Position
	if text != "" {
		parsed, err := position.Parse(text)
		if err != nil {
			return refuse(http.StatusBadRequest, "%v", err)
		}
		from = &parsed
	}
	if a.streams.open.Add(1) > mostStreams {
		a.streams.open.Add(-1)
		return refuse(http.StatusServiceUnavailable, "%d browsers listen to this dashboard already; start another one", mostStreams)
	}
	defer a.streams.open.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // proxies pass each event on at once
	client := client{w: w, control: http.NewResponseController(w)}
	// The server's bound on reading a request would end the stream, too.
	if err := client.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	if err := client.write([]byte(": connected\n\n")); err != nil {
		return nil //nolint:nilerror // the client is gone, which is no fault
	}
	err := a.stream(r.Context(), client, from)
	if err != nil && !errors.Is(err, errGone) && !errors.Is(err, hub.ErrBehind) && r.Context().Err() == nil {
		a.Log.Error("a stream of events failed", "error", err)
	}
	return nil // the answer has begun: the client resumes
}

// errGone says that a client does not take what it is sent.
var errGone = errors.New("the client is gone")

// A client is one connection.
type client struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (c client) write(data []byte) error {
	if err := c.control.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	if _, err := c.w.Write(data); err != nil {
		return errors.Join(errGone, err)
	}
	if err := c.control.Flush(); err != nil {
		return errors.Join(errGone, err)
	}
	return nil
}

// stream sends a client what is beyond its position in the database, and then
// what comes. Between the two nothing is missed, as the hub is listened to
// first, and nothing comes twice, as what was sent is known by its seq.
func (a *API) stream(ctx context.Context, c client, from *position.Position) error {
	covered := a.waitFor(ctx, from)
	cursor := a.Hub.Now()
	begin, last, err := a.beginning(ctx, from, covered)
	if err != nil {
		return err
	}
	if report, known := a.Health(); known {
		begin = append(begin, Reported(report).Data...)
	}
	if err := c.write(begin); err != nil {
		return err
	}
	for {
		waiting, cancel := context.WithTimeout(ctx, heartbeat)
		messages, next, err := a.Hub.Next(waiting, cursor)
		cancel()
		var data []byte
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, context.DeadlineExceeded):
			data = []byte(": still here\n\n")
		case err != nil:
			return err
		}
		cursor = next
		for _, m := range messages {
			if m.Seq == 0 || m.Seq > last {
				data = append(data, m.Data...)
			}
		}
		if len(data) == 0 {
			continue
		}
		if err := c.write(data); err != nil {
			return err
		}
	}
}

// waitFor waits until this instance has read the topics, and is as far as the
// client, and says whether it came to that. A position of other topics is not
// waited for.
func (a *API) waitFor(ctx context.Context, from *position.Position) bool {
	covered := func() bool { return from == nil || a.Store.Position().Covers(*from) }
	for end := time.Now().Add(catchUp); ctx.Err() == nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if a.Ready() != nil {
			continue
		}
		if covered() || from.Epoch != a.Store.Position().Epoch {
			break
		}
	}
	return covered()
}

// beginning is what a client is sent first, and the seq of the last record
// that is in it, or need not be.
func (a *API) beginning(ctx context.Context, from *position.Position, covered bool) (data []byte, last int64, err error) {
	hello := func(at position.Position) []byte {
		return event(at.String(), "hello", mustJSON(struct {
			Position string `json:"position"`
			Instance string `json:"instance"`
			Version  string `json:"version"`
		}{at.String(), a.Instance, a.Version}))
	}
	now := a.Store.Position()
	unknown := from != nil && !covered
	if from == nil || unknown {
		from = &now
	}
	changes, last, at, err := a.Store.Beyond(ctx, *from, mostBeyond)
	if errors.Is(err, store.ErrTooFar) {
		return append(hello(at), Reset(at).Data...), last, nil
	}
	if err != nil {
		return nil, 0, err
	}
	data = hello(*from)
	if unknown {
		data = append(data, Reset(*from).Data...)
	}
	for _, c := range changes {
		data = append(data, Told(c).Data...)
	}
	return data, last, nil
}
