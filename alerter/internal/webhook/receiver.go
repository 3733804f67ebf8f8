package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// requestTimeout bounds one request, its answer included. It also bounds
	// how long a request under way holds up the end.
	requestTimeout = 5 * time.Second
	// The pauses between attempts: each up to half longer or shorter, so that
	// partitions do not fall into step.
	firstRetry = 200 * time.Millisecond
	lastRetry  = 10 * time.Second
	// maxIdle connections are kept for the next alert: one for each partition
	// that is likely to be assigned. The default of two would open new ones.
	maxIdle = 16
	// drainAtMost of an answer is read, so that its connection can be used
	// again. The answer is not repeated anywhere: it may hold the URL.
	drainAtMost = 64 << 10
)

// A receiver is the other side of a webhook. It is safe for concurrent use.
type receiver struct {
	target    Target
	secret    string
	timeout   time.Duration
	transport http.RoundTripper
}

// newReceiver makes a receiver with connections of its own. It does not
// connect yet.
func newReceiver(target Target, secret string) receiver {
	// A transport is used without a client: a client follows redirects, and its
	// errors repeat the URL.
	var protocols http.Protocols
	protocols.SetHTTP1(true) // in HTTP/2 one connection that is stuck would stick them all
	return receiver{target: target, secret: secret, timeout: requestTimeout, transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		Protocols:           &protocols,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     90 * time.Second,
	}}
}

// tell posts a notice in the receiver's format, as deliver does.
func (r receiver) tell(ctx context.Context, n notice, giveUp time.Time, retrying func(error)) (attempts int, err error) {
	body, err := n.body(r.target.format)
	if err != nil {
		return 0, err
	}
	return r.deliver(ctx, body, giveUp, retrying)
}

// deliver posts a body until it is taken, it is refused for good, or the next
// attempt would begin at giveUp or later; at least once. retrying is told of
// every failure after which it tries again. When ctx ends, the attempt under
// way is the last; the error is then ctx's, unless that attempt decided it. It
// says how many attempts there were.
func (r receiver) deliver(ctx context.Context, body []byte, giveUp time.Time, retrying func(error)) (attempts int, err error) {
	policy := backoff.NewExponentialBackOff()
	policy.InitialInterval, policy.MaxInterval, policy.Multiplier = firstRetry, lastRetry, 2
	post := func() (struct{}, error) {
		attempts++
		return struct{}{}, r.post(ctx, body)
	}
	_, err = backoff.Retry(ctx, post,
		backoff.WithBackOff(policy),
		backoff.WithMaxElapsedTime(max(time.Until(giveUp), 1)), // 0 would be for ever
		backoff.WithNotify(func(err error, _ time.Duration) { retrying(err) }),
	)
	return attempts, err
}

// post is one attempt. It is nil when the body was taken, otherwise an error
// in the terms of package backoff. The end of ctx does not interrupt it.
func (r receiver) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.target.url.String(), bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(errTarget)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "peacestate-alerter")
	if user := r.target.url.User; user != nil {
		password, _ := user.Password()
		request.SetBasicAuth(user.Username(), password)
	}
	if r.secret != "" {
		request.Header.Set(signatureHeader, signature(r.secret, time.Now(), body))
	}
	response, err := r.transport.RoundTrip(request)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", r.timeout)
	}
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, response.Body, drainAtMost) // the status has said it all
	_ = response.Body.Close()
	return verdict(response.StatusCode, response.Header.Get("Retry-After"), time.Now())
}

// verdict is what an answer means, in the terms of package backoff: taken
// (nil), to be tried again, possibly after a certain time, or refused.
func verdict(status int, retryAfter string, now time.Time) error {
	answered := fmt.Errorf("it answered %d %s", status, http.StatusText(status))
	switch {
	case status >= 200 && status <= 299:
		return nil
	case status >= 300 && status <= 399:
		return backoff.Permanent(fmt.Errorf("%w, and redirects are not followed: name the final URL", answered))
	case status != http.StatusRequestTimeout && status != http.StatusTooManyRequests && status < 500:
		return backoff.Permanent(answered)
	}
	if pause := pauseOf(retryAfter, now); pause > 0 {
		return fmt.Errorf("%w: %w", answered, &backoff.RetryAfterError{Duration: pause})
	}
	return answered
}

// pauseOf reads a Retry-After header: seconds, or a date. It is 0 when there
// is none, or none that makes sense.
func pauseOf(retryAfter string, now time.Time) time.Duration {
	const longest = 24 * time.Hour // more seconds than that overflow sooner or later
	if seconds, err := strconv.ParseUint(retryAfter, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longest)
	}
	if at, err := http.ParseTime(retryAfter); err == nil {
		return min(max(at.Sub(now), 0), longest)
	}
	return 0
}
