package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answers is a receiver's other side: each attempt takes the next of them, and
// the last one stays. It takes no time.
type answers struct {
	status     []int // 0 closes the connection
	retryAfter string
	at         []time.Duration // when each attempt came, from the first
	first      time.Time
}

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	if a.at == nil {
		a.first = time.Now()
	}
	status := a.status[min(len(a.at), len(a.status)-1)]
	a.at = append(a.at, time.Since(a.first))
	if status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {a.retryAfter}}, Body: http.NoBody}, nil
}

func TestHowLongAnAlertIsTried(t *testing.T) {
	for _, test := range []struct {
		rule       string
		status     []int
		retryAfter string
		giveUp     time.Duration
		attempts   int // 0: many
		reason     string
	}{
		{"what is taken is posted once", []int{200}, "", time.Minute, 1, ""},
		{"any success is one", []int{204}, "", time.Minute, 1, ""},
		{"a server's fault is tried again", []int{500, 503, 200}, "", time.Minute, 3, ""},
		{"a broken connection is tried again", []int{0, 200}, "", time.Minute, 2, ""},
		{"a timeout of the receiver's, too", []int{408, 200}, "", time.Minute, 2, ""},
		{"too many requests, too", []int{429, 200}, "", time.Minute, 2, ""},
		{"a bad request is final", []int{400}, "", time.Minute, 1, "it answered 400 Bad Request"},
		{"also behind a server's fault", []int{500, 410}, "", time.Minute, 2, "it answered 410 Gone"},
		{"a redirect is final", []int{307}, "", time.Minute, 1, "it answered 307 Temporary Redirect, and redirects are not followed: name the final URL"},
		{"a fault that stays is given up", []int{500}, "", time.Minute, 0, "it answered 500 Internal Server Error"},
		{"a receiver that is gone is given up", []int{0}, "", time.Minute, 0, "unexpected EOF"},
		{"when the time is over there is one attempt", []int{500}, "", -time.Hour, 1, "it answered 500 Internal Server Error"},
		{"which may succeed", []int{200}, "", -time.Hour, 1, ""},
		{"a wait beyond the end is not begun", []int{429}, "61", time.Minute, 1, "it answered 429 Too Many Requests: retry after 1m1s"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				other := &answers{status: test.status, retryAfter: test.retryAfter}
				var retried int
				began := time.Now()
				attempts, err := receiver{target: target(t, "http://r"), timeout: time.Second, transport: other}.
					deliver(t.Context(), nil, began.Add(test.giveUp), func(error) { retried++ })
				if attempts != len(other.at) || retried != attempts-1 {
					t.Errorf("%d attempts came, %d are told and %d retries", len(other.at), attempts, retried)
				}
				if test.attempts > 0 && attempts != test.attempts {
					t.Errorf("%d attempts, want %d", attempts, test.attempts)
				}
				if (err == nil) != (test.reason == "") || err != nil && err.Error() != test.reason {
					t.Errorf("the reason is %v, want %q", err, test.reason)
				}
				took := time.Since(began)
				if took > max(test.giveUp, 0) {
					t.Errorf("it took %s", took)
				}
				if test.attempts == 0 && took < test.giveUp-2*lastRetry {
					t.Errorf("it was given up after %s already", took)
				}
			})
		})
	}
}

func TestThePausesGrowWithinBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := &answers{status: []int{500}}
		_, _ = receiver{target: target(t, "http://r"), timeout: time.Second, transport: other}.
			deliver(t.Context(), nil, time.Now().Add(5*time.Minute), func(error) {})
		longest := time.Duration(0)
		for i := range len(other.at) - 1 {
			pause := other.at[i+1] - other.at[i]
			usual := min(firstRetry<<min(i, 20), lastRetry)
			if pause < usual/2 || pause > usual*3/2 {
				t.Errorf("pause %d is %s, want %s, half more or less", i, pause, usual)
			}
			longest = max(longest, pause)
		}
		if n := len(other.at); n < 25 || n > 70 || longest < lastRetry {
			t.Errorf("%d attempts in five minutes, the longest pause %s", n, longest)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := &answers{status: []int{429, 503, 200}, retryAfter: "7"}
		_, err := receiver{target: target(t, "http://r"), timeout: time.Second, transport: other}.
			deliver(t.Context(), nil, time.Now().Add(time.Minute), func(error) {})
		must(t, err)
		if diff := cmp.Diff([]time.Duration{0, 7 * time.Second, 14 * time.Second}, other.at); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

func TestPauseOf(t *testing.T) {
	now := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		header string
		want   time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"30", 30 * time.Second},
		{"-30", 0},
		{"soon", 0},
		{"4294967295", 24 * time.Hour},
		{"99999999999999999999", 0},
		{"Sat, 07 Mar 2026 12:01:00 GMT", time.Minute},
		{"Sat, 07 Mar 2026 11:59:00 GMT", 0},
		{"Sun, 07 Mar 2123 12:00:00 GMT", 24 * time.Hour},
	} {
		if got := pauseOf(test.header, now); got != test.want {
			t.Errorf("%q is %s, want %s", test.header, got, test.want)
		}
	}
}

func TestTheEndWaitsForNoPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		began := time.Now()
		_, err := receiver{target: target(t, "http://r"), timeout: time.Second, transport: &answers{status: []int{429}, retryAfter: "60"}}.
			deliver(ctx, nil, began.Add(time.Hour), func(error) {})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// served is a receiver with a server of this test's.
func served(t *testing.T, path, secret string, serve http.HandlerFunc) receiver {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	r := newReceiver(target(t, strings.Replace(server.URL, "http://", "http://user:word@", 1)+path), secret)
	t.Cleanup(r.transport.(*http.Transport).CloseIdleConnections)
	r.timeout = 200 * time.Millisecond
	return r
}

// once is one attempt, with no time for another.
func once(r receiver, body string) error {
	_, err := r.deliver(context.Background(), []byte(body), time.Now(), func(error) {})
	return err
}

func TestWhatARequestIs(t *testing.T) {
	var got *http.Request
	var body []byte
	r := served(t, "/alerts?team=a", "secret", func(_ http.ResponseWriter, request *http.Request) {
		got = request
		body, _ = io.ReadAll(request.Body)
	})
	must(t, once(r, `{"version":1}`))
	user, password, _ := got.BasicAuth()
	if got.Method != http.MethodPost || got.RequestURI != "/alerts?team=a" || string(body) != `{"version":1}` ||
		got.Header.Get("Content-Type") != "application/json" || user != "user" || password != "word" {
		t.Errorf("it was %s %s %v %s", got.Method, got.RequestURI, got.Header, body)
	}
	seconds, _, _ := strings.Cut(strings.TrimPrefix(got.Header.Get("X-Peacestate-Signature"), "t="), ",")
	at, err := strconv.ParseInt(seconds, 10, 64)
	must(t, err)
	if signed := time.Unix(at, 0); time.Since(signed) > time.Minute {
		t.Errorf("it was signed at %s", signed)
	} else if want := signature("secret", signed, body); got.Header.Get("X-Peacestate-Signature") != want {
		t.Errorf("it is signed %s, want %s", got.Header.Get("X-Peacestate-Signature"), want)
	}
}

func TestWithoutASecretThereIsNoSignature(t *testing.T) {
	var header http.Header
	r := served(t, "", "", func(_ http.ResponseWriter, request *http.Request) { header = request.Header })
	must(t, once(r, "{}"))
	if _, signed := header["X-Peacestate-Signature"]; signed {
		t.Errorf("the header is %v", header)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var from []string
	r := served(t, "", "", func(w http.ResponseWriter, request *http.Request) {
		from = append(from, request.RemoteAddr)
		_, _ = w.Write(make([]byte, 4096))
	})
	for range 5 {
		must(t, once(r, "{}"))
	}
	if len(slices.Compact(from)) != 1 {
		t.Errorf("the requests came from %v", from)
	}
}

func TestWhatARealReceiverMayDo(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, test := range []struct {
		rule   string
		serve  http.HandlerFunc
		reason string
	}{
		{"it hangs", func(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() }, "no answer within 200ms"},
		{"it closes the connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		{"it is slow, and in time", func(http.ResponseWriter, *http.Request) { time.Sleep(50 * time.Millisecond) }, ""},
		{"it hangs after it has taken the alert", func(w http.ResponseWriter, request *http.Request) {
			_ = http.NewResponseController(w).Flush()
			<-request.Context().Done()
		}, ""},
		{"it redirects to another", func(w http.ResponseWriter, request *http.Request) {
			http.Redirect(w, request, other.URL, http.StatusTemporaryRedirect)
		}, "redirects are not followed"},
		{"it redirects to nonsense", func(w http.ResponseWriter, request *http.Request) {
			w.Header().Set("Location", "http://%zz"+request.RequestURI)
			w.WriteHeader(http.StatusFound)
		}, "redirects are not followed"},
		{"it repeats the URL", func(w http.ResponseWriter, request *http.Request) {
			http.Error(w, request.RequestURI, http.StatusNotFound)
		}, "404"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			err := once(served(t, "/token?token", "", func(w http.ResponseWriter, request *http.Request) {
				_, _ = io.ReadAll(request.Body) // until then the server does not notice that its caller has left
				test.serve(w, request)
			}), "{}")
			if (err == nil) != (test.reason == "") || err != nil && !strings.Contains(err.Error(), test.reason) {
				t.Errorf("the reason is %v, want %q", err, test.reason)
			}
			if err != nil && (strings.Contains(err.Error(), "token") || strings.Contains(err.Error(), "word")) {
				t.Errorf("the reason repeats the URL: %v", err)
			}
		})
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

func TestAReceiverThatIsNotThereIsSaidWithoutItsURL(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	err := once(newReceiver(target(t, server.URL+"/token?token"), ""), "{}")
	if err == nil || !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "token") {
		t.Errorf("the reason is %v", err)
	}
}
