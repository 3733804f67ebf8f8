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

	"github.com/peacestate/peacestate/schemas"
)

// bodyVersion is that of the JSON body. Fields may be added to a version;
// what changes or removes one is a new version.
const bodyVersion = 1

// The events of a body.
const (
	opened  = "opened"  // a new incident
	updated = "updated" // a known one, of a severity not told before
)

// A body is what a receiver of JSON reads, and what the templates are given.
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

// mapURL is a map of the place where the drone was, with a marker.
func mapURL(lat, lon float64) string {
	return fmt.Sprintf("https://www.openstreetmap.org/?mlat=%.5f&mlon=%.5f#map=15/%.5[1]f/%.5[2]f", lat, lon)
}

// encode is the body of an alert in this format.
func (f Format) encode(alert schemas.Alert) ([]byte, error) {
	b := bodyOf(alert)
	switch f {
	case Slack:
		text, err := f.message(b, slackText)
		return jsonOf(struct {
			Text        string `json:"text"`
			UnfurlLinks bool   `json:"unfurl_links"` // a preview of the map says no more than the text
		}{Text: text}, err)
	case Discord:
		type mentions struct {
			Parse []string `json:"parse"`
		}
		text, err := f.message(b, discordText)
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

// message is the text for people. escape makes text of the alert mean nothing
// to the receiver but itself.
func (f Format) message(b body, escape func(string) string) (string, error) {
	file := string(f) + ".tmpl"
	parsed, err := template.New(file).Funcs(template.FuncMap{
		"text": func(s any) string { return escape(plain(fmt.Sprint(s))) },
		"time": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
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

// maxText bounds each text of an alert in a message, in characters: Discord
// refuses messages of more than 2,000.
const maxText = 100

// plain is text without what moves the cursor or starts a line, cut to
// maxText.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
	if runes := []rune(s); len(runes) > maxText {
		return string(runes[:maxText-1]) + "…"
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
