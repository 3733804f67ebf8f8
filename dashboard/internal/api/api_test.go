package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/health"
	"github.com/peacestate/peacestate/peaceland"
)

func TestEveryAnswerIsAsDescribed(t *testing.T) {
	k := newTopics()
	for n := range 5 {
		k.alert(n)
	}
	d := open(t, k)
	d.follow(t)
	d.change(t, actionsOf(1), `{"action":"assign","assignee":"Bo","note":"n","by":"Ada"}`).conforms(t, "/api/v1/incidents/{alert_id}/actions")
	d.follow(t)
	id := url.PathEscape(alertID(1))
	d.get(t, "/api/v1/incidents?limit=2").conforms(t, "/api/v1/incidents")
	d.get(t, "/api/v1/incidents/"+id).conforms(t, "/api/v1/incidents/{alert_id}")
	d.get(t, "/api/v1/incidents/nobody").conforms(t, "/api/v1/incidents/{alert_id}")
	d.get(t, "/api/v1/points").conforms(t, "/api/v1/points")
	d.get(t, "/api/v1/districts").conforms(t, "/api/v1/districts")
	d.get(t, "/api/v1/answers").conforms(t, "/api/v1/answers")
	d.get(t, "/api/v1/answers/weekend").conforms(t, "/api/v1/answers/{question}")
	d.get(t, "/api/v1/answers/none").conforms(t, "/api/v1/answers/{question}")
	d.change(t, "/api/v1/answers/weekend/runs", "").conforms(t, "/api/v1/answers/{question}/runs")
	d.change(t, "/api/v1/answers/busy/runs", "{}").conforms(t, "/api/v1/answers/{question}/runs")
	d.get(t, "/api/v1/runs/run-weekend").conforms(t, "/api/v1/runs/{run}")
	d.get(t, "/api/v1/runs/none").conforms(t, "/api/v1/runs/{run}")
	d.get(t, "/api/v1/health").conforms(t, "/api/v1/health")
	d.get(t, "/api/v1/session").conforms(t, "/api/v1/session")
	d.get(t, "/api/v1/events?after=nowhere").conforms(t, "/api/v1/events")
}

func TestEventsAreAsDescribed(t *testing.T) {
	k := newTopics()
	d := open(t, k)
	l := d.listen(t, "", "")
	schemas := map[string]string{"hello": "Hello", "health": "Health", "incident": "IncidentEvent"}
	expect := func(name string) {
		t.Helper()
		e := l.until(t, name)
		reply{body: e.data}.is(t, "/components/schemas/"+schemas[name])
	}
	expect("hello")
	expect("health")
	k.alert(1)
	d.follow(t)
	expect("incident")
	d.change(t, actionsOf(1), `{"action":"close","by":"Ada"}`)
	d.follow(t)
	expect("incident")
	d.Hub.Publish(Answered("weekend"))
	if e := l.until(t, "answer"); e.data != `{"question":"weekend"}` || e.id != "" {
		t.Errorf("got %+v", e)
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	k := newTopics()
	for n := range 12 {
		k.alert(n)
	}
	d := open(t, k)
	d.follow(t)
	var got []string
	for cursor := ""; ; {
		var page struct {
			Incidents []struct {
				AlertID string `json:"alert_id"`
			}
			Next  *string
			Total int
		}
		d.get(t, "/api/v1/incidents?limit=5&cursor="+cursor).json(t, &page)
		if page.Total != 12 {
			t.Errorf("total %d", page.Total)
		}
		for _, i := range page.Incidents {
			got = append(got, i.AlertID)
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	for i, id := range got {
		if id != alertID(11-i) {
			t.Errorf("at %d is %s", i, id)
		}
	}
	if len(got) != 12 {
		t.Errorf("%d incidents", len(got))
	}
}

func TestWhatIsAskedWronglyIsRefusedInOneLine(t *testing.T) {
	d := open(t, newTopics())
	for name, tt := range map[string]struct{ path, says string }{
		"a state that there is not":    {"/api/v1/incidents?state=lost", "state must be some of open, acknowledged, closed"},
		"a severity that there is not": {"/api/v1/incidents?severity=high,mad", "severity must be some of"},
		"a page that is too large":     {"/api/v1/incidents?limit=501", "limit must be 1 to 500"},
		"a page of nothing":            {"/api/v1/incidents?limit=0", "limit must be"},
		"a cursor of one's own":        {"/api/v1/incidents?cursor=x", "cursor must be"},
		"a time that is none":          {"/api/v1/incidents?since=yesterday", "since must be a time like"},
		"a misspelt filter":            {"/api/v1/incidents?severty=high", "there is no parameter"},
		"a filter twice":               {"/api/v1/incidents?q=a&q=b", "q is there 2 times"},
		"a long search":                {"/api/v1/incidents?q=" + strings.Repeat("q", 201), "q must have"},
		"a time of points":             {"/api/v1/points?until=now", "until must be a time"},
		"a position that is none":      {"/api/v1/events?after=1", "is no position"},
	} {
		t.Run(name, func(t *testing.T) {
			got := d.get(t, tt.path)
			var refused struct{ Error string }
			got.json(t, &refused)
			if got.StatusCode != http.StatusBadRequest || !strings.Contains(refused.Error, tt.says) || strings.Contains(refused.Error, "\n") {
				t.Errorf("%d %s", got.StatusCode, got.body)
			}
		})
	}
	if got := d.get(t, "/api/v2/incidents"); got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, "/api lists") {
		t.Errorf("an unknown path: %d %s", got.StatusCode, got.body)
	}
}

func TestAnAnswerThatIsTheSameIsNotSentAgain(t *testing.T) {
	k := newTopics()
	k.alert(1)
	d := open(t, k)
	d.follow(t)
	for _, path := range []string{
		"/api/v1/incidents", "/api/v1/incidents/" + url.PathEscape(alertID(1)), "/api/v1/points", "/api/v1/districts", "/api/v1/answers",
		"/api/v1/answers/weekend", "/api/v1/health", "/api/v1/session", "/api/openapi.yaml", "/api",
	} {
		first := d.get(t, path)
		tag := first.Header.Get("ETag")
		if first.StatusCode != http.StatusOK || tag == "" {
			t.Errorf("%s: %d, tag %q", path, first.StatusCode, tag)
		}
		if again := d.get(t, path, `If-None-Match: "x", `+tag); again.StatusCode != http.StatusNotModified || again.body != "" {
			t.Errorf("%s: %d %s", path, again.StatusCode, again.body)
		}
	}
	before := d.get(t, "/api/v1/incidents").Header.Get("ETag")
	if other := d.get(t, "/api/v1/incidents?limit=2", "If-None-Match: "+before); other.StatusCode != http.StatusOK {
		t.Errorf("another request: %d", other.StatusCode)
	}
	k.alert(2)
	d.follow(t)
	if after := d.get(t, "/api/v1/incidents", "If-None-Match: "+before); after.StatusCode != http.StatusOK || !strings.Contains(after.body, alertID(2)) {
		t.Errorf("after another alert: %d", after.StatusCode)
	}
}

func TestTagsAreTheSameAtEveryInstance(t *testing.T) {
	k := newTopics()
	for n := range 10 {
		k.alert(n)
	}
	one, other := open(t, k), open(t, k)
	one.follow(t)
	other.follow(t)
	a, b := one.get(t, "/api/v1/incidents"), other.get(t, "/api/v1/incidents")
	if a.Header.Get("ETag") != b.Header.Get("ETag") || a.body != b.body {
		t.Errorf("%s\n%s", a.body, b.body)
	}
}

func TestWhatPeopleDoIsSeenByAll(t *testing.T) {
	k := newTopics()
	k.alert(1)
	one, other := open(t, k), open(t, k)
	one.follow(t)
	other.follow(t)
	l := other.listen(t, "", "")
	l.until(t, "hello")
	var made struct {
		ID string `json:"action_id"`
	}
	one.change(t, actionsOf(1), `{"action":"acknowledge","by":"Ada"}`).json(t, &made)
	one.follow(t)
	other.follow(t)
	var told struct {
		State   string
		ActedBy string `json:"acted_by"`
		Cause   string
		Action  struct {
			ID        string `json:"action_id"`
			Effective bool
		}
	}
	if err := json.Unmarshal([]byte(l.until(t, "incident").data), &told); err != nil {
		t.Fatal(err)
	}
	if told.State != "acknowledged" || told.ActedBy != "Ada" || told.Cause != "action" || told.Action.ID != made.ID || !told.Action.Effective {
		t.Errorf("the other instance was told %+v", told)
	}
	again := other.change(t, actionsOf(1), `{"action":"acknowledge","by":"Bo"}`)
	if again.StatusCode != http.StatusConflict || !strings.Contains(again.body, "acknowledged already, last by Ada") {
		t.Errorf("a second time: %d %s", again.StatusCode, again.body)
	}
	again.conforms(t, "/api/v1/incidents/{alert_id}/actions")
}

func TestChangesThatAreRefused(t *testing.T) {
	k := newTopics()
	k.alert(1)
	d := open(t, k)
	d.follow(t)
	readOnly := open(t, newTopics(), func(s *Settings) { s.Token = "" })
	good, bearer, kind := `{"action":"close","by":"Ada"}`, "Authorization: Bearer "+token, "Content-Type: application/json"
	for name, tt := range map[string]struct {
		at      *dashboard
		path    string
		body    string
		headers []string
		status  int
		says    string
	}{
		"without a token":            {d, actionsOf(1), good, []string{kind}, 401, "Authorization: Bearer"},
		"with another token":         {d, actionsOf(1), good, []string{kind, bearer + "x"}, 401, "Authorization"},
		"with an empty token":        {d, actionsOf(1), good, []string{kind, "Authorization: Bearer "}, 401, "Authorization"},
		"with the token as password": {d, actionsOf(1), good, []string{kind, "Authorization: Basic " + token}, 401, "Authorization"},
		"at one that is read-only":   {readOnly, actionsOf(1), good, []string{kind, bearer}, 403, "read-only"},
		"read-only, an empty token":  {readOnly, actionsOf(1), good, []string{kind, "Authorization: Bearer "}, 403, "read-only"},
		"as a form could send it":    {d, actionsOf(1), good, []string{"Content-Type: text/plain", bearer}, 415, "application/json"},
		"without a type":             {d, actionsOf(1), good, []string{bearer}, 415, "application/json"},
		"of an unknown incident":     {d, actionsOf(9), good, []string{kind, bearer}, 404, "there is no incident"},
		"no JSON":                    {d, actionsOf(1), "close", []string{kind, bearer}, 400, "not as /api has it"},
		"two objects":                {d, actionsOf(1), good + good, []string{kind, bearer}, 400, "more than one"},
		"a field that there is not":  {d, actionsOf(1), `{"action":"close","by":"Ada","at":"noon"}`, []string{kind, bearer}, 400, "unknown field"},
		"by nobody":                  {d, actionsOf(1), `{"action":"close","by":""}`, []string{kind, bearer}, 400, "by must say"},
		"nothing at all":             {d, actionsOf(1), ``, []string{kind, bearer}, 400, "action must be"},
		"an unknown action":          {d, actionsOf(1), `{"action":"explode","by":"Ada"}`, []string{kind, bearer}, 400, "action must be"},
		"a large body":               {d, actionsOf(1), `{"note":"` + strings.Repeat("n", 20_000) + `"}`, []string{kind, bearer}, 413, "16384 bytes"},
		"while Kafka is away":        {d, actionsOf(1), `{"action":"close","by":"Ada","note":"Kafka is away"}`, []string{kind, bearer}, 503, "Kafka has not"},
		"a question like an option":  {d, "/api/v1/answers/--help/runs", "{}", []string{kind, bearer}, 404, "could be asked again"},
		"an unknown question":        {d, "/api/v1/answers/none/runs", "{}", []string{kind, bearer}, 404, "could be asked again"},
		"a run without a token":      {d, "/api/v1/answers/weekend/runs", "{}", []string{kind}, 401, "Authorization"},
	} {
		t.Run(name, func(t *testing.T) {
			got := tt.at.ask(t, http.MethodPost, tt.path, tt.body, tt.headers...)
			if got.StatusCode != tt.status || !strings.Contains(got.body, tt.says) {
				t.Errorf("%d %s", got.StatusCode, got.body)
			}
			if (got.StatusCode == http.StatusUnauthorized) != (got.Header.Get("WWW-Authenticate") == "Bearer") {
				t.Errorf("WWW-Authenticate: %q", got.Header.Get("WWW-Authenticate"))
			}
		})
	}
	if len(k.all()) != 1 {
		t.Errorf("%d records in the topics", len(k.all()))
	}
}

func TestASessionSaysWhatMayBeDone(t *testing.T) {
	d := open(t, newTopics())
	without := open(t, newTopics(), func(s *Settings) { s.Token, s.Asker, s.NoAsker = "", nil, "there is no spark-jobs" })
	for name, tt := range map[string]struct {
		at      *dashboard
		headers []string
		want    string
	}{
		"a reader":          {d, nil, `"write":false,"readonly":false,"instance":"one","version":"v","run_again":true,"run_again_says":""`},
		"one with a token":  {d, []string{"Authorization: bearer " + token}, `"write":true,"readonly":false`},
		"a read-only one":   {without, []string{"Authorization: Bearer "}, `"write":false,"readonly":true`},
		"without an asker":  {without, nil, `"run_again":false,"run_again_says":"there is no spark-jobs"`},
		"with a wrong word": {d, []string{"Authorization: Bearer"}, `"write":false`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.at.get(t, "/api/v1/session", tt.headers...); !strings.Contains(got.body, tt.want) {
				t.Errorf("%s", got.body)
			}
		})
	}
}

func TestOnlyItsOwnNamesReachIt(t *testing.T) {
	d := open(t, newTopics())
	for host, allowed := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST.:1": true, "127.0.0.1:8080": true, "[::1]:8080": true, "10.0.0.7": true,
		"control.example": true, "Control.Example:443": true,
		"evil.example": false, "localhost.evil.example": false, "127.0.0.1.evil.example:8080": false, "control.example.evil": false, "evil.example:80:80": false,
	} {
		for _, path := range []string{"/", "/api/v1/incidents", "/api/v1/events", "/metrics"} {
			if path == "/api/v1/events" && allowed {
				continue // it would not end
			}
			got := d.get(t, path, "Host: "+host)
			if (got.StatusCode == http.StatusOK) != allowed || !allowed && !strings.Contains(got.body, "--host") {
				t.Errorf("%s at %s: %d %s", path, host, got.StatusCode, got.body)
			}
		}
	}
}

func TestEveryAnswerTellsBrowsersToBeCareful(t *testing.T) {
	d := open(t, newTopics())
	for _, path := range []string{"/", "/map", "/nothing.js", "/api", "/api/v1/incidents", "/api/v1/incidents/none", "/api/none", "/metrics"} {
		h := d.get(t, path).Header
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestHostileNamesAreOnlyText(t *testing.T) {
	k := newTopics()
	k.alert(1)
	d := open(t, k)
	l := d.listen(t, "", "")
	l.until(t, "hello")
	d.follow(t)
	e := l.until(t, "incident")
	bodies := map[string]string{"an event": e.data}
	for _, path := range []string{
		"/api/v1/incidents", "/api/v1/incidents?q=" + url.QueryEscape("</SCRIPT>"), "/api/v1/incidents/" + url.PathEscape(alertID(1)), "/api/v1/points",
	} {
		got := d.get(t, path)
		if got.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s is %s", path, got.Header.Get("Content-Type"))
		}
		bodies[path] = got.body
	}
	for what, body := range bodies {
		if strings.ContainsAny(body, "<>\u2028\n") {
			t.Errorf("%s: %s", what, body)
		}
	}
	var told struct {
		Name  string `json:"citizen_name"`
		Words []string
	}
	if err := json.Unmarshal([]byte(e.data), &told); err != nil || told.Name != hostile || told.Words[0] != hostile {
		t.Errorf("got %q, %v", told.Name, err)
	}
	for _, path := range []string{"/api/v1/incidents/%3Cscript%3E", "/api/v1/answers/%3Cscript%3E", "/api/v1/incidents?state=%3Cscript%3E"} {
		if got := d.get(t, path); strings.Contains(got.body, "<") || got.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

func TestThePageIsServedAtItsAddresses(t *testing.T) {
	d := open(t, newTopics(), func(s *Settings) {
		s.Page = fstest.MapFS{
			"placeholder":      {},
			"index.html":       {Data: []byte("<title>the page</title>" + strings.Repeat(" ", 2000))},
			"assets/app-1a.js": {Data: []byte("go()")},
			"favicon.svg":      {Data: []byte("<svg/>")},
		}
	})
	for path, want := range map[string]struct{ kind, cache, body string }{
		"/":                     {"text/html; charset=utf-8", "no-cache", "the page"},
		"/map?state=open":       {"text/html; charset=utf-8", "no-cache", "the page"},
		"/analysis/weekend":     {"text/html; charset=utf-8", "no-cache", "the page"},
		"/assets/app-1a.js":     {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "go()"},
		"/favicon.svg":          {"image/svg+xml", "no-cache", "<svg/>"},
		"/assets/../index.html": {"text/html; charset=utf-8", "no-cache", "the page"},
	} {
		got := d.get(t, path)
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != want.kind || got.Header.Get("Cache-Control") != want.cache ||
			!strings.Contains(got.body, want.body) {
			t.Errorf("%s: %d %v %.100s", path, got.StatusCode, got.Header, got.body)
		}
		if again := d.get(t, path, "If-None-Match: "+got.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.StatusCode)
		}
	}
	if got := d.get(t, "/assets/app-0.js"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a file of an older build: %d", got.StatusCode)
	}
	if got := d.ask(t, http.MethodGet, "/", "", "Accept-Encoding: gzip"); got.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("not compressed: %v", got.Header)
	}
}

func TestWithoutABuiltPageItSaysHowToBuildIt(t *testing.T) {
	d := open(t, newTopics())
	if got := d.get(t, "/"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "make web") {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestTheDescriptionIsAPage(t *testing.T) {
	d := open(t, newTopics())
	page := d.get(t, "/api")
	for _, part := range []string{"GET /api/v1/incidents", "POST /api/v1/incidents/{alert_id}/actions", "Needs the token.", `href="#IncidentPage"`, `id="Incident"`} {
		if !strings.Contains(page.body, part) {
			t.Errorf("it does not have %s", part)
		}
	}
	if strings.Contains(page.body, "<script") || strings.Contains(page.body, "style=") {
		t.Error("it has what the policy forbids")
	}
	if style := d.get(t, "/api/style.css"); style.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("the style is %s", style.Header.Get("Content-Type"))
	}
}

func TestHealthIsUnknownBeforeTheFirstLook(t *testing.T) {
	d := open(t, newTopics(), func(s *Settings) { s.Health = func() (health.Report, bool) { return health.Report{}, false } })
	got := d.get(t, "/api/v1/health")
	if got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	got.conforms(t, "/api/v1/health")
}

func TestDistrictsAreTheRepositorys(t *testing.T) {
	d := open(t, newTopics())
	if got := d.get(t, "/api/v1/districts"); got.body != string(peaceland.GeoJSON()) {
		t.Errorf("got %.100s", got.body)
	}
}

func TestARunSaysHowLong(t *testing.T) {
	d := open(t, newTopics())
	d.change(t, "/api/v1/answers/weekend/runs", "{}")
	var run struct {
		Seconds float64
		Since   time.Time
		Message string
	}
	d.get(t, "/api/v1/runs/run-weekend").json(t, &run)
	if run.Seconds <= 0 || !run.Since.Equal(noon) || run.Message != hostile {
		t.Errorf("got %+v", run)
	}
}
