//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestControlRoom looks at the control room as people do: in a real browser,
// with real alerts from a real alerter. The browser's part is in
// dashboard/web/e2e; what it asks for behind the scenes is done by a backstage.
func TestControlRoom(t *testing.T) {
	answers := askedAboutTheWeek(t).file
	s := running(t, 10*time.Minute) // the first time, it installs Chromium
	browser := chromium(t, s)
	step := func(name string, test func(t *testing.T)) {
		t.Helper()
		if !t.Run(name, test) {
			t.FailNow()
		}
	}
	room := open(t, s)
	stage := backstage(t, s, room)
	specs := func(names ...string) func(t *testing.T) {
		return func(t *testing.T) { room.browse(t, browser, stage, answers, names...) }
	}
	step("in a browser", specs("live", "map", "analysis", "health", "accessibility"))
	step("every riot is on the screen soon after its message", specs("latency"))
	step("two hundred listeners of one instance miss nothing and keep up", func(t *testing.T) { listenersKeepUp(t, room, 200, 50, 15*time.Second) })
	step("killed by SIGKILL, with its database deleted, it shows the same", func(t *testing.T) { sameAfterLoss(t, room) })
	step("with a hundred thousand alerts it is ready within a second", func(t *testing.T) {
		s.run(t, 0, "riots", "fill", "--riots", "100000")
		room.await(t, room.a, 100_000)
		specs("many")(t)
		for _, d := range []*dashboard{room.a, room.b} {
			memory := d.memoryMB(t)
			t.Logf("dashboard %s holds %d MB", d.name, memory)
			if memory > 400 {
				t.Errorf("dashboard %s holds %d MB of memory", d.name, memory)
			}
		}
	})
}

// TestBenchDashboard measures for bench/dashboard, which prints its last line.
func TestBenchDashboard(t *testing.T) {
	if os.Getenv("BENCH_DASHBOARD") == "" {
		t.Skip("it is run by bench/dashboard")
	}
	s := runningOnly(t, 30*time.Minute, "kafka", "registry")
	browser := chromium(t, s)
	room := open(t, s)
	room.browse(t, browser, backstage(t, s, room), os.DevNull, "latency")
	listenersKeepUp(t, room, 200, 50, 30*time.Second)
}

// chromium is the browser of this machine.
func chromium(t *testing.T, s *system) string {
	t.Helper()
	command := s.tool("dashboard/web/chromium")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("dashboard/web/chromium: %v", err)
	}
	return strings.TrimSpace(string(out))
}

const token = "only-for-tests-0123456789"

// A room is two dashboards beside each other, and an alerter.
type room struct {
	s    *system
	a, b *dashboard
	line *line // the browsers' way to a
}

// A dashboard is one instance, as a process.
type dashboard struct {
	s                   *system
	name, address, data string
	command             *exec.Cmd
}

// open starts an alerter and two dashboards; the clean-up stops them.
func open(t *testing.T, s *system) *room {
	t.Helper()
	const metrics = "127.0.0.1:11101"
	alerter := s.program("alerter", "--listen", metrics)
	if err := alerter.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(t, alerter) })
	r := &room{s: s}
	for _, d := range []struct {
		place   **dashboard
		name    string
		address string
	}{{&r.a, "a", "127.0.0.1:10080"}, {&r.b, "b", "127.0.0.1:10085"}} {
		*d.place = &dashboard{s: s, name: d.name, address: d.address, data: filepath.Join(t.TempDir(), d.name)}
		(*d.place).start(t, "http://"+metrics+"/metrics")
		t.Cleanup(func() { end(t, (*d.place).command) })
	}
	r.line = lay(t, r.a.address)
	return r
}

func end(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if command.ProcessState != nil {
		return // it has ended
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_ = command.Wait() // the exit code is looked at
	if code := command.ProcessState.ExitCode(); code != 130 {
		t.Errorf("%s: exit %d after Ctrl-C, want 130", command.Path, code)
	}
}

// start runs the dashboard and waits until it has read what there is.
func (d *dashboard) start(t *testing.T, alerter string) {
	t.Helper()
	d.command = d.s.program("dashboard", "--name", d.name, "--listen", d.address, "--data", d.data, "--alerter", alerter,
		"--spark-jobs", filepath.Join(d.s.bin, "spark-jobs"))
	d.command.Env = append(d.command.Env, "DASHBOARD_TOKEN="+token)
	log, err := os.OpenFile(filepath.Join(d.s.state, "logs", "dashboard-"+d.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }() // the process has its own
	d.command.Stderr = log
	if err := d.command.Start(); err != nil {
		t.Fatal(err)
	}
	d.awaitReady(t)
}

// again starts a dashboard that was killed with the options that it had.
func (d *dashboard) again(t *testing.T) {
	t.Helper()
	i := slices.Index(d.command.Args, "--alerter")
	d.start(t, d.command.Args[i+1])
}

func (d *dashboard) kill(t *testing.T) {
	t.Helper()
	if err := d.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.command.Wait() // it was killed
}

func (d *dashboard) awaitReady(t *testing.T) {
	t.Helper()
	d.s.eventually(t, "dashboard "+d.name+" is ready", func() bool {
		response, err := http.Get("http://" + d.address + "/readyz")
		if err != nil {
			return false
		}
		_ = response.Body.Close() // the status has said it all
		return response.StatusCode == http.StatusOK
	})
}

// memoryMB is the resident memory.
func (d *dashboard) memoryMB(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.command.Process.Pid))
	if err != nil {
		t.Skipf("the memory of a process is read from /proc: %v", err)
	}
	var kb int
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}

// get reads JSON from the API.
func get[T any](t *testing.T, d *dashboard, path string) (v T) {
	t.Helper()
	response, err := http.Get("http://" + d.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: status %d, %v: %s", path, response.StatusCode, err, body)
	}
	return parse[T](t, body)
}

// await waits until a dashboard knows so many incidents.
func (r *room) await(t *testing.T, d *dashboard, incidents int) {
	t.Helper()
	began, total := time.Now(), 0
	r.s.eventually(t, fmt.Sprintf("dashboard %s has %d incidents", d.name, incidents), func() bool {
		total = get[struct{ Total int }](t, d, "/api/v1/incidents?limit=1").Total
		return total >= incidents
	})
	t.Logf("dashboard %s has %d incidents after %.1f s", d.name, total, time.Since(began).Seconds())
}

// everything is what a dashboard says of all incidents, page by page, and the
// newest of them in detail.
func (d *dashboard) everything(t *testing.T) (incidents []map[string]any, details []map[string]any) {
	t.Helper()
	for cursor := ""; ; {
		page := get[struct {
			Incidents []map[string]any
			Next      *string
		}](t, d, "/api/v1/incidents?limit=500&cursor="+url.QueryEscape(cursor))
		incidents = append(incidents, page.Incidents...)
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	for _, one := range incidents[:min(len(incidents), 20)] {
		details = append(details, get[map[string]any](t, d, "/api/v1/incidents/"+url.PathEscape(one["alert_id"].(string))))
	}
	return incidents, details
}

// sameAfterLoss kills a dashboard, throws its database away, and compares what
// it says before and after, and with its neighbour.
func sameAfterLoss(t *testing.T, r *room) {
	incidents, details := r.a.everything(t)
	if len(incidents) == 0 {
		t.Fatal("there are no incidents: the test compares nothing")
	}
	r.a.kill(t)
	if err := os.RemoveAll(r.a.data); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	r.a.again(t)
	t.Logf("%d incidents are back after %.1f s", len(incidents), time.Since(began).Seconds())
	for _, d := range []*dashboard{r.a, r.b} {
		nowIncidents, nowDetails := d.everything(t)
		if !reflect.DeepEqual(nowIncidents, incidents) {
			t.Errorf("dashboard %s has %d incidents, which are not those of before (%d)", d.name, len(nowIncidents), len(incidents))
		}
		if !reflect.DeepEqual(nowDetails, details) {
			t.Errorf("dashboard %s tells other details than before", d.name)
		}
	}
}

// browse runs the named specs of dashboard/web/e2e.
func (r *room) browse(t *testing.T, browser string, stage *url.URL, answers string, specs ...string) {
	t.Helper()
	files := make([]string, len(specs))
	for i, spec := range specs {
		files[i] = "e2e/" + spec + ".spec.ts"
	}
	results := filepath.Join(r.s.state, "browser")
	command := r.s.tool("dashboard/web/npm", slices.Concat([]string{"run", "--silent", "e2e", "--"}, files)...)
	command.Env = append(command.Env, "CHROMIUM="+browser, "DASHBOARD_A="+r.line.url(), "DASHBOARD_B=http://"+r.b.address,
		"DASHBOARD_TOKEN="+token, "BACKSTAGE="+stage.String(), "ANSWERS="+answers, "RESULTS="+results,
		fmt.Sprintf("SLOWNESS=%.2f", r.s.slowness))
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	err := command.Run()
	t.Logf("%v\n%s", specs, said.String())
	if err != nil {
		t.Fatalf("the page is not as it should be: %v; pictures are in %s, and TRACE=yes records traces", r.s.why(err), results)
	}
}

// listenersKeepUp opens many streams of events at one dashboard, sends riots at
// a steady rate, and looks when each listener hears of each.
func listenersKeepUp(t *testing.T, r *room, listeners, perSecond int, d time.Duration) {
	t.Helper()
	count := perSecond * int(d.Seconds())
	heard := make(chan hearing, listeners)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: listeners}}
	position := get[struct{ Position string }](t, r.a, "/api/v1/incidents?limit=1").Position
	for range listeners {
		go func() { heard <- listen(client, r.a.address, position, count) }()
	}
	time.Sleep(2 * time.Second) // until all listen
	before := r.a.memoryMB(t)
	sent := riots{Count: count, PerSecond: perSecond}.send(t, r.s)
	var late []time.Duration
	missing, twice := 0, 0
	for range listeners {
		h := <-heard
		if h.err != nil {
			t.Errorf("a listener: %v", h.err)
		}
		twice += h.twice
		for id, at := range sent {
			arrived, found := h.at[id]
			if !found {
				missing++
				continue
			}
			late = append(late, arrived.Sub(at))
		}
	}
	if missing > 0 || twice > 0 || len(late) == 0 {
		t.Fatalf("%d listeners, %d riots: %d events missed, %d twice", listeners, count, missing, twice)
	}
	slices.Sort(late)
	of := func(share float64) time.Duration {
		return late[int(share*float64(len(late)-1))].Round(100 * time.Microsecond)
	}
	t.Logf("%d listeners, %d riots at %d/s: from riot to listener p50 %s p99 %s max %s; memory %d MB, before %d MB",
		listeners, count, perSecond, of(.5), of(.99), of(1), r.a.memoryMB(t), before)
	if of(1) > r.s.stretch(5*time.Second) {
		t.Errorf("a listener fell %s behind", of(1))
	}
}

// A hearing is when a listener heard of each incident for the first time.
type hearing struct {
	at    map[string]time.Time
	twice int
	err   error
}

// listen reads events until it knows of so many new incidents, or for too long.
func listen(client *http.Client, address, after string, count int) hearing {
	h := hearing{at: map[string]time.Time{}}
	request, err := http.NewRequest(http.MethodGet, "http://"+address+"/api/v1/events?after="+url.QueryEscape(after), nil)
	if err != nil {
		return hearing{err: err}
	}
	response, err := client.Do(request)
	if err != nil {
		return hearing{err: err}
	}
	defer func() { _ = response.Body.Close() }() // it never ends
	tooLong := time.AfterFunc(90*time.Second, func() { _ = response.Body.Close() })
	defer tooLong.Stop()
	places := map[string]bool{}
	lines := bufio.NewReaderSize(response.Body, 64<<10)
	for event := ""; len(h.at) < count; {
		line, err := lines.ReadString('\n')
		if err != nil {
			h.err = fmt.Errorf("after %d of %d: %w", len(h.at), count, err)
			return h
		}
		switch {
		case strings.HasPrefix(line, "event: "):
			event = strings.TrimSpace(line[len("event: "):])
		case strings.HasPrefix(line, "data: ") && event == "incident":
			var told struct {
				AlertID           string `json:"alert_id"`
				Cause             string
				Partition, Offset int
			}
			if h.err = json.Unmarshal([]byte(line[len("data: "):]), &told); h.err != nil {
				return h
			}
			place := fmt.Sprint(told.Cause, told.Partition, " ", told.Offset)
			if places[place] {
				h.twice++
			}
			places[place] = true
			if _, known := h.at[told.AlertID]; !known && strings.Contains(told.AlertID, riotersOfTests) {
				h.at[told.AlertID] = time.Now()
			}
		}
	}
	return h
}

// riots are what a test wants sent: each of a citizen of its own, detected now.
type riots struct {
	Count       int      `json:"count"`
	PerSecond   int      `json:"per_second"` // as fast as possible when it is 0
	CitizenName string   `json:"citizen_name"`
	Peacescore  float64  `json:"peacescore"`
	Words       []string `json:"words"`
	Lat         float64  `json:"lat"` // of the drone; in Parliament when it is 0
	Lon         float64  `json:"lon"`
}

func (r riots) name(i int) string { return cmp.Or(r.CitizenName, fmt.Sprintf("Rioter %d", i)) }
