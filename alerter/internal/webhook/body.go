package webhook

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/schemas"
)

// bodyVersion is that of the JSON body. Fields may be added to a version;
// what changes or removes one is a new version.
const bodyVersion = 1

// The events of a body.
const (
	opened   = "opened"    // a new incident
	updated  = "updated"   // a known one, of a severity not told before
	calledIn = "called_in" // a drone that the ground crew should call in
)

// A body is what a receiver of JSON reads of an alert, and what the templates
// are given.
type body struct {
	Version int           `json:"version"`
	Event   string        `json:"event"`
	Alert   schemas.Alert `json:"alert"` // with the field names of the Avro schema
	MapURL  string        `json:"map_url"`
}

func bodyOf(alert schemas.Alert) body {
	event := opened
	if alert.Updates() {
		event = updated
	}
	return body{Version: bodyVersion, Event: event, Alert: alert, MapURL: mapURL(alert.Lat, alert.Lon)}
}

// A callBody is the same of a call to the ground crew.
type callBody struct {
	Version int            `json:"version"`
	Event   string         `json:"event"`
	CallIn  schemas.CallIn `json:"call_in"` // with the field names of the Avro schema
}

func callBodyOf(call schemas.CallIn) callBody {
	return callBody{Version: bodyVersion, Event: calledIn, CallIn: call}
}

// mapURL is a map of the place where the drone was, with a marker.
func mapURL(lat, lon float64) string {
	return fmt.Sprintf("https://www.openstreetmap.org/?mlat=%.5f&mlon=%.5f#map=15/%.5[1]f/%.5[2]f", lat, lon)
}

// encode is a body in this format. The kind names its templates.
func (f Format) encode(kind string, b any) ([]byte, error) {
	switch f {
	case Slack:
		text, err := f.message(kind, b, slackText)
		return jsonOf(struct {
			Text        string `json:"text"`
			UnfurlLinks bool   `json:"unfurl_links"` // a preview of the map says no more than the text
		}{Text: text}, err)
	case Discord:
		type mentions struct {
			Parse []string `json:"parse"`
		}
		text, err := f.message(kind, b, discordText)
		return jsonOf(struct {
			Content         string   `json:"content"`
			AllowedMentions mentions `json:"allowed_mentions"` // none, whatever a citizen is called
		}{text, mentions{[]string{}}}, err)
	default:
		return jsonOf(b, nil)
	}
}

func jsonOf(v any, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // it would make & in URLs unreadable
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

//go:embed templates
var templates embed.FS

// message is the text for people. escape makes text of the record mean nothing
// to the receiver but itself.
func (f Format) message(kind string, b any, escape func(string) string) (string, error) {
	file := kind + "." + string(f) + ".tmpl"
	parsed, err := template.New(file).Funcs(template.FuncMap{
		"text":    func(s any) string { return escape(plain(fmt.Sprint(s), maxText)) },
		"long":    func(s string) string { return escape(plain(s, maxLong)) },
		"time":    func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"percent": deliver.Percent,
		"days":    func(days *float64) string { return fmt.Sprintf("%.1f", *days) },
	}).ParseFS(templates, "templates/"+file)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	if err := parsed.Execute(&text, b); err != nil {
		return "", err
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

// maxText bounds each text in a message, in characters, and maxLong the one that
// may be long: Discord refuses messages of more than 2,000.
const (
	maxText = 100
	maxLong = 400
)

// plain is text without what moves the cursor or starts a line, cut to so many
// characters.
func plain(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// slackText escapes the three characters by which Slack knows links, mentions
// and entities.
// Source: https://docs.slack.dev/messaging/formatting-message-text/#escaping
func slackText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// discordText escapes what is Markdown, an emoji, a mention or a link.
// Source: https://support.discord.com/hc/en-us/articles/210298617
func discordText(s string) string {
	var escaped strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\*_~`|<>[]()@#:", r) {
			escaped.WriteByte('\\')
		}
		escaped.WriteRune(r)
	}
	return escaped.String()
}
