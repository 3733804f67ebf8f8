package api

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/google/uuid"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/runs"
	"github.com/peacestate/peacestate/dashboard/internal/store"
)

// keepLimit bounds the wait for the journal.
const keepLimit = 10 * time.Second

// act keeps what a person does. That it has an effect is learnt from the
// topic, as at every other instance.
func (a *API) act(r *http.Request) (any, error) {
	var asked struct {
		Action   incident.Verb `json:"action"`
		Assignee string        `json:"assignee"`
		Note     string        `json:"note"`
		By       string        `json:"by"`
	}
	if err := readJSON(r, &asked); err != nil {
		return nil, err
	}
	action := incident.Action{
		ID: uuid.NewString(), Verb: asked.Action, Assignee: asked.Assignee, Note: asked.Note, By: asked.By, At: incident.At(time.Now()),
	}
	if err := action.Check(); err != nil {
		return nil, refuse(http.StatusBadRequest, "%v", err)
	}
	id := r.PathValue("alert_id")
	found, err := a.Store.Incident(r.Context(), id)
	if errors.Is(err, store.ErrUnknown) {
		return nil, noIncident(id)
	}
	if err != nil {
		return nil, err
	}
	if err := found.Refuses(action); err != nil {
		return nil, refuse(http.StatusConflict, "%v", err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), keepLimit)
	defer cancel()
	if err := a.Journal.Send(ctx, id, action); err != nil {
		a.Log.Warn("an action was not kept", "alert_id", id, "error", err)
		return nil, refuse(http.StatusServiceUnavailable, "Kafka has not confirmed it within %s: look whether it shows, and do it again if not", keepLimit)
	}
	return map[string]string{"action_id": action.ID}, nil
}

// aQuestion is what a question may be called: never like an option.
var aQuestion = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// ask asks a question again. Of these there is only what the archive was
// asked before.
func (a *API) ask(r *http.Request) (any, error) {
	if err := readJSON(r, &struct{}{}); err != nil {
		return nil, err
	}
	question := r.PathValue("question")
	switch {
	case a.Asker == nil:
		return nil, refuse(http.StatusNotImplemented, "%s", a.NoAsker)
	case !aQuestion.MatchString(question) || a.Answers.Of(question) == nil:
		return nil, refuse(http.StatusNotFound, "there is no answer to %.40q that could be asked again; ask it with 'go run ./spark-jobs ask all --publish'", question)
	}
	run, err := a.Asker.Start(question)
	if errors.Is(err, runs.ErrBusy) {
		return nil, refuse(http.StatusConflict, "%v", err)
	}
	if err != nil {
		return nil, err
	}
	return map[string]string{"run": run.ID}, nil
}
