package api

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/runs"
	"github.com/peacestate/peacestate/dashboard/internal/store"
	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

const (
	usualPage = 50
	mostPage  = 500
	mostText  = 200 // bytes
)

// current is an answer that is a function of the request and of what the
// database holds, which its position names: so does the tag.
func (a *API) current(r *http.Request, body func() (any, error)) (answer, error) {
	return answer{tag: a.Store.Position().String() + "\n" + r.URL.RequestURI(), body: func() ([]byte, error) {
		v, err := body()
		if err != nil {
			return nil, err
		}
		return json.Marshal(v)
	}}, nil
}

// A parameters reads the query of a request, and remembers what is wrong.
type parameters struct {
	values url.Values
	wrong  []error
}

func (p *parameters) refuse(format string, values ...any) {
	p.wrong = append(p.wrong, refuse(http.StatusBadRequest, format, values...))
}

// only refuses parameters that there are not: a misspelt filter would find
// everything.
func (p *parameters) only(names ...string) {
	for name, values := range p.values {
		if !slices.Contains(names, name) {
			p.refuse("there is no parameter %.40q; there are %s", name, strings.Join(names, ", "))
		}
		if len(values) > 1 {
			p.refuse("%s is there %d times", name, len(values))
		}
	}
}

func (p *parameters) text(name string) string {
	value := p.values.Get(name)
	if len(value) > mostText {
		p.refuse("%s must have %d bytes at most", name, mostText)
	}
	return value
}

func (p *parameters) time(name string) time.Time {
	value := p.values.Get(name)
	if value == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		p.refuse("%s must be a time like 2026-03-07T12:00:00Z, not %.40q", name, value)
	}
	return t
}

// among reads a list of words and finds the number of each.
func (p *parameters) among(name string, words ...string) (numbers []int) {
	value := p.values.Get(name)
	if value == "" {
		return nil
	}
	for word := range strings.SplitSeq(value, ",") {
		n := slices.Index(words, word)
		if n < 0 {
			p.refuse("%s must be some of %s, separated by commas, not %.40q", name, strings.Join(words, ", "), word)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func (a *API) incidents(r *http.Request) (answer, error) {
	p := parameters{values: r.URL.Query()}
	p.only("state", "severity", "district", "citizen", "since", "until", "q", "limit", "cursor")
	filter := store.Filter{
		States:   p.among("state", string(incident.Open), string(incident.Acknowledged), string(incident.Closed)),
		Ranks:    p.among("severity", string(schemas.Low), string(schemas.High), string(schemas.Critical)),
		District: p.text("district"), Citizen: p.text("citizen"), Since: p.time("since"), Until: p.time("until"), Text: p.text("q"),
	}
	limit := usualPage
	if text := p.values.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > mostPage {
			p.refuse("limit must be 1 to %d, not %.40q", mostPage, text)
		}
	}
	behind, err := parseCursor(p.values.Get("cursor"))
	if err != nil {
		p.refuse("cursor must be `next` of the page before")
	}
	if len(p.wrong) > 0 {
		return answer{}, p.wrong[0]
	}
	return a.current(r, func() (any, error) {
		page, err := a.Store.Page(r.Context(), filter, behind, limit)
		if err != nil {
			return nil, err
		}
		return struct {
			Incidents []incident.Incident `json:"incidents"`
			Next      *string             `json:"next"`
			Total     int                 `json:"total"`
			Position  string              `json:"position"`
		}{page.Incidents, cursorText(page.Next), page.Total, page.Position.String()}, nil
	})
}

func cursorText(c *store.Cursor) *string {
	if c == nil {
		return nil
	}
	text := base64.RawURLEncoding.EncodeToString(mustJSON(c))
	return &text
}

func parseCursor(text string) (*store.Cursor, error) {
	if text == "" {
		return nil, nil
	}
	content, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	var c store.Cursor
	return &c, json.Unmarshal(content, &c)
}

func (a *API) incident(r *http.Request) (answer, error) {
	id := r.PathValue("alert_id")
	return a.current(r, func() (any, error) {
		d, err := a.Store.Incident(r.Context(), id)
		if errors.Is(err, store.ErrUnknown) {
			return nil, noIncident(id)
		}
		return struct {
			incident.Incident
			Alerts   []incident.Alert   `json:"alerts"`
			Actions  []store.ActionDone `json:"actions"`
			Position string             `json:"position"`
		}{d.Incident, d.Alerts, d.Actions, d.Position.String()}, err
	})
}

func noIncident(id string) error {
	return refuse(http.StatusNotFound, "there is no incident %.100q; its slashes must be %%2F in the address", id)
}

func (a *API) points(r *http.Request) (answer, error) {
	p := parameters{values: r.URL.Query()}
	p.only("since", "until")
	since, until := p.time("since"), p.time("until")
	if len(p.wrong) > 0 {
		return answer{}, p.wrong[0]
	}
	return answer{tag: a.Store.Position().String() + "\n" + r.URL.RequestURI(), body: func() ([]byte, error) {
		points, truncated, at, err := a.Store.Points(r.Context(), since, until)
		if err != nil {
			return nil, err
		}
		return pointsJSON(points, truncated, at.String()), nil
	}}, nil
}

// pointsJSON is written by hand: there are 100,000, and the map waits for them.
func pointsJSON(points []store.Point, truncated bool, position string) []byte {
	b := make([]byte, 0, 128+len(points)*110)
	b = append(b, `{"points":[`...)
	for i, p := range points {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = append(strconv.AppendFloat(b, p.Lon, 'f', -1, 64), ',')
		b = append(strconv.AppendFloat(b, p.Lat, 'f', -1, 64), ',')
		b = append(strconv.AppendInt(b, p.LastMs, 10), ',')
		b = append(strconv.AppendInt(b, int64(p.Rank), 10), ',')
		b = append(strconv.AppendInt(b, int64(p.State), 10), ',')
		b = append(append(b, mustJSON(p.AlertID)...), ',')
		b = append(strconv.AppendInt(b, p.OpenedMs, 10), ']')
	}
	b = append(b, `],"truncated":`...)
	b = strconv.AppendBool(b, truncated)
	b = append(b, `,"position":`...)
	return append(append(b, mustJSON(position)...), '}')
}

func (a *API) districts(*http.Request) (answer, error) {
	return answer{contentType: "application/geo+json", body: func() ([]byte, error) { return peaceland.GeoJSON(), nil }}, nil
}

func (a *API) answers(*http.Request) (answer, error) {
	return whole(map[string]any{"answers": a.Answers.All()})
}

func (a *API) answer(r *http.Request) (answer, error) {
	question := r.PathValue("question")
	found := a.Answers.Of(question)
	if found == nil {
		return answer{}, refuse(http.StatusNotFound, "there is no answer to %.40q yet; ask it with 'go run ./spark-jobs ask all --publish'", question)
	}
	return answer{body: func() ([]byte, error) { return found, nil }}, nil
}

func (a *API) run(r *http.Request) (answer, error) {
	var found runs.Run
	var known bool
	if a.Asker != nil {
		found, known = a.Asker.Find(r.PathValue("run"))
	}
	if !known {
		return answer{}, refuse(http.StatusNotFound, "there is no such run at this dashboard")
	}
	until := found.Ended
	if until.IsZero() {
		until = time.Now()
	}
	return whole(struct {
		Run      string        `json:"run"`
		Question string        `json:"question"`
		State    runs.State    `json:"state"`
		Since    incident.Time `json:"since"`
		Seconds  float64       `json:"seconds"`
		Message  string        `json:"message"`
	}{found.ID, found.Question, found.State, incident.At(found.Since), until.Sub(found.Since).Round(time.Millisecond).Seconds(), found.Message})
}

func (a *API) health(*http.Request) (answer, error) {
	report, known := a.Health()
	if !known {
		return answer{}, refuse(http.StatusServiceUnavailable, "the pipeline is being looked at for the first time; ask again in a few seconds")
	}
	return whole(report)
}

func (a *API) session(r *http.Request) (answer, error) {
	return whole(struct {
		Write        bool   `json:"write"`
		ReadOnly     bool   `json:"readonly"`
		Instance     string `json:"instance"`
		Version      string `json:"version"`
		RunAgain     bool   `json:"run_again"`
		RunAgainSays string `json:"run_again_says"`
	}{a.mayChange(r), a.Token == "", a.Instance, a.Version, a.Asker != nil, a.NoAsker})
}
