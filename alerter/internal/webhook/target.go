package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
)

// A Format is the shape of a body.
type Format string

// The formats.
const (
	JSON    Format = "json"    // the whole alert, for programs
	Slack   Format = "slack"   // a message, as Slack's incoming webhooks take it
	Discord Format = "discord" // a message, as Discord's webhooks take it
)

// A Target is a webhook as it is written on the command line: a URL, or
// FORMAT=URL. The URL may hold secrets (in Slack's and Discord's the path is
// one), so a Target prints as its Name.
type Target struct {
	format Format
	url    url.URL
}

var errTarget = errors.New("not URL, slack=URL or discord=URL, where the URL is http or https and names a host")

// ParseTarget reads a target. The error does not repeat the text.
func ParseTarget(text string) (Target, error) {
	format, address := JSON, text
	if before, after, found := strings.Cut(address, "="); found {
		switch Format(before) {
		case JSON, Slack, Discord:
			format, address = Format(before), after
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return Target{}, errTarget
	}
	u.Fragment, u.RawFragment = "", ""
	return Target{format: format, url: *u}, nil
}

// Name tells webhooks apart without telling a secret: the host and the start
// of a hash, as in hooks.slack.com#3f2a91bc.
func (t Target) Name() string { return t.url.Host + "#" + t.id() }

// String is the Name.
func (t Target) String() string { return t.Name() }

// Group is the webhook's consumer group: another URL is another webhook, which
// begins anew; another password is not.
func (t Target) Group(alerter string) string { return alerter + "-webhook-" + t.id() }

func (t Target) id() string {
	u := t.url
	u.User = nil
	sum := sha256.Sum256([]byte(string(t.format) + "=" + u.String()))
	return hex.EncodeToString(sum[:4])
}
