package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// policy is the content security policy: scripts and styles are files of this
// server, and nothing comes from elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// mostBody bounds what is read of a request, in bytes.
const mostBody = 16 << 10

// guard sets the headers that keep a browser safe, and refuses requests by
// names that are not this server's: by such, a page from elsewhere would reach
// a server that only this machine can (DNS rebinding). An address is not a
// name that anybody could point here.
func guard(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !known(r.Host, hosts) {
			send(w, http.StatusForbidden, "application/json",
				mustJSON(map[string]string{"error": "this server does not know itself by the name in the address; start it with --host NAME"}))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// known says whether a Host header names this server.
func known(header string, hosts []string) bool {
	host := header
	if name, _, err := net.SplitHostPort(header); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return host == "localhost" || slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

// mayChange says whether a request has the token.
func (a *API) mayChange(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if a.Token == "" || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	// Sums are of one length, so that not even that of the token can be measured.
	want, got := sha256.Sum256([]byte(a.Token)), sha256.Sum256([]byte(strings.TrimSpace(token)))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// changing answers a POST with 202 and the handler's JSON. The token is in a
// header that no form can send, so there is nothing to forge.
func (a *API) changing(change func(*http.Request) (any, error)) http.HandlerFunc {
	return a.failing(func(w http.ResponseWriter, r *http.Request) error {
		if a.Token == "" {
			return refuse(http.StatusForbidden, "this dashboard is read-only; start it with --token, or DASHBOARD_TOKEN, to make changes")
		}
		if !a.mayChange(r) {
			return refuse(http.StatusUnauthorized, "changes need the header 'Authorization: Bearer TOKEN', with the token of this dashboard")
		}
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return refuse(http.StatusUnsupportedMediaType, "the body must be JSON, and Content-Type application/json")
		}
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		made, err := change(r)
		if err != nil {
			return err
		}
		send(w, http.StatusAccepted, "application/json", mustJSON(made))
		return nil
	})
}

// readJSON reads the body of a request into v: one object, of fields that v
// has. No body at all leaves v as it is.
func readJSON(r *http.Request, v any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more than one object")
		}
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", mostBody)
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "the body is not as /api has it: %v", err)
	}
	return nil
}
