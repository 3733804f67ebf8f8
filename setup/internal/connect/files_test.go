package connect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

// Both are links out of the module: go test would not see that files changed
// which it reads by a path outside, and would go on reporting a cached pass.
const (
	connectorFolder  = "testdata/connectors"
	workerProperties = "testdata/connect.properties"
)

// archived is what the contract says of a topic that has a connector.
type archived struct {
	topic, deadLetters string
	versions           []string
}

func contracts() []archived {
	reports, riots, alerts, maintenance := schemas.Reports(), schemas.Riots(), schemas.Alerts(), schemas.Maintenance()
	return []archived{
		{reports.Topic, reports.DeadLetters(), reports.Versions},
		{riots.Topic, riots.DeadLetters(), riots.Versions},
		{alerts.Topic, alerts.DeadLetters(), alerts.Versions},
		{maintenance.Topic, maintenance.DeadLetters(), maintenance.Versions},
	}
}

// connectors parses the file of every archived topic, and fails when there is
// another.
func connectors(t *testing.T) map[string]Connector {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(connectorFolder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	byTopic := map[string]Connector{}
	for _, contract := range contracts() {
		name := contract.topic + "-s3-sink.json"
		files = slices.DeleteFunc(files, func(file string) bool { return filepath.Base(file) == name })
		connector, err := Parse(read(t, filepath.Join(connectorFolder, name)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		byTopic[contract.topic] = connector
	}
	if len(files) > 0 {
		t.Fatalf("%v archive no topic of the contract", files)
	}
	return byTopic
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestAConnectorIsThatOfItsTopic(t *testing.T) {
	byTopic := connectors(t)
	for _, contract := range contracts() {
		connector := byTopic[contract.topic]
		got := []string{
			connector.Name, connector.Config["topics"], connector.Config["iceberg.tables"],
			connector.Config["errors.deadletterqueue.topic.name"],
		}
		want := []string{contract.topic + "-s3-sink", contract.topic, "peacestate." + contract.topic, contract.deadLetters}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: name, topic, table, dead letters: -want +got:\n%s", contract.topic, diff)
		}
	}
}

// fields are the names of the fields of an Avro record.
func fields(t *testing.T, schema string) map[string]bool {
	t.Helper()
	var record struct{ Fields []struct{ Name string } }
	if err := json.Unmarshal([]byte(schema), &record); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, field := range record.Fields {
		names[field.Name] = true
	}
	return names
}

func TestRequireLetsThroughEveryVersionOfItsTopicAndNoOtherTopic(t *testing.T) {
	byTopic := connectors(t)
	passes := func(topic, schema string) bool {
		known := fields(t, schema)
		required := strings.Split(byTopic[topic].Config["transforms.require.fields"], ",")
		return !slices.ContainsFunc(required, func(field string) bool { return !known[field] })
	}
	for _, connector := range contracts() {
		for _, record := range contracts() {
			for version, schema := range record.versions {
				want := record.topic == connector.topic
				if connector.topic == "riots" && record.topic == "alerts" {
					want = true // an alert has every field of a riot: a limit that the README names
				}
				if got := passes(connector.topic, schema); got != want {
					t.Errorf("version %d of %s in topic %s: let through %v, want %v", version+1, record.topic, connector.topic, got, want)
				}
			}
		}
	}
}

// ofEachFile are the settings in which the files may differ.
var ofEachFile = []string{
	"errors.deadletterqueue.topic.name", "iceberg.tables", "tasks.max", "topics", "transforms.require.fields",
}

func TestTheFilesAreOtherwiseTheSame(t *testing.T) {
	common := func(connector Connector) map[string]string {
		config := map[string]string{}
		for setting, value := range connector.Config {
			if !slices.Contains(ofEachFile, setting) {
				config[setting] = value
			}
		}
		return config
	}
	byTopic := connectors(t)
	want := common(byTopic["reports"])
	for topic, connector := range byTopic {
		if diff := cmp.Diff(want, common(connector)); diff != "" {
			t.Errorf("-reports +%s:\n%s", topic, diff)
		}
	}
}

var (
	variable = regexp.MustCompile(`\$\{([^}]*)\}`)
	aHost    = regexp.MustCompile(`(?i)localhost|https?:|[a-z0-9]:[0-9]|[0-9]\.[0-9]+\.[0-9]`)
	ofAHost  = regexp.MustCompile(`(url|uri|endpoint|region|access-key-id|secret-access-key|replication\.factor)$`)
)

func TestHostsAndKeysComeFromWhatTheWorkerGivesOut(t *testing.T) {
	allowed := regexp.MustCompile("^(" + property(t, "config.providers.env.param.allowlist.pattern") + ")$")
	for topic, connector := range connectors(t) {
		for setting, value := range connector.Config {
			if aHost.MatchString(value) {
				t.Errorf("%s: %s is a host: %s", topic, setting, value)
			}
			if ofAHost.MatchString(setting) && variable.FindString(value) != value {
				t.Errorf("%s: %s is %q, want ${env:NAME}", topic, setting, value)
			}
			for _, found := range variable.FindAllStringSubmatch(value, -1) {
				name, isEnvironment := strings.CutPrefix(found[1], "env:")
				if !isEnvironment || !allowed.MatchString(name) {
					t.Errorf("%s: %s needs %s, which the worker does not give out", topic, setting, found[0])
				}
			}
		}
	}
}

func TestTheWorkerAllowsWhatTheConnectorsOverride(t *testing.T) {
	allowed := strings.Split(property(t, "connector.client.config.override.allowlist"), ",")
	for topic, connector := range connectors(t) {
		for setting := range connector.Config {
			if overridden, is := strings.CutPrefix(setting, "consumer.override."); is && !slices.Contains(allowed, overridden) {
				t.Errorf("%s overrides %s; the worker allows %v", topic, overridden, allowed)
			}
		}
	}
}

// property is one setting of the worker.
func property(t *testing.T, name string) string {
	t.Helper()
	for line := range strings.Lines(string(read(t, workerProperties))) {
		if value, found := strings.CutPrefix(line, name+"="); found {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("%s does not set %s", workerProperties, name)
	return ""
}

// A row is what README.md says of one setting.
type row struct{ setting, value, why string }

// rows reads the tables of README.md that begin with the column "setting".
func rows(t *testing.T) []row {
	t.Helper()
	var found []row
	inTable := false
	for line := range strings.Lines(string(read(t, filepath.Join(connectorFolder, "README.md")))) {
		line = strings.TrimSpace(line)
		cells := strings.Split(strings.Trim(line, "|"), "|")
		switch {
		case !strings.HasPrefix(line, "|"):
			inTable = false
		case strings.TrimSpace(cells[0]) == "setting":
			inTable = true
		case inTable && !strings.HasPrefix(cells[0], "---"):
			if len(cells) != 3 {
				t.Fatalf("not setting, value and reason: %s", line)
			}
			found = append(found, row{strings.Trim(cells[0], " `"), strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])})
		}
	}
	return found
}

func TestTheREADMEHasEverySettingWithItsValues(t *testing.T) {
	values := map[string][]string{} // by setting, each value once
	byTopic := connectors(t)
	for _, contract := range contracts() {
		for setting, value := range byTopic[contract.topic].Config {
			if !slices.Contains(values[setting], value) {
				values[setting] = append(values[setting], value)
			}
		}
	}
	said := map[string]string{}
	for _, row := range rows(t) {
		if _, twice := said[row.setting]; twice {
			t.Errorf("%s has two rows", row.setting)
		}
		said[row.setting] = row.value
	}
	want := map[string]string{}
	for setting, values := range values {
		cell := "`" + strings.Join(values, "`, `") + "`"
		if slices.Contains(ofEachFile, setting) {
			cell = "of each file: " + cell
		}
		want[setting] = cell
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("-files +README:\n%s", diff)
	}
}

func TestTheREADMEGivesAReasonForEverySetting(t *testing.T) {
	for _, row := range rows(t) {
		if row.why == "" {
			t.Errorf("%s has no reason", row.setting)
		}
	}
}

func TestTheREADMENamesEveryVariable(t *testing.T) {
	readme := string(read(t, filepath.Join(connectorFolder, "README.md")))
	_, section, _ := strings.Cut(readme, "## Hosts and keys")
	section, _, found := strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("the README has no section on hosts and keys")
	}
	for topic, connector := range connectors(t) {
		for setting, value := range connector.Config {
			for _, found := range variable.FindAllStringSubmatch(value, -1) {
				if name := fmt.Sprintf("`%s`", strings.TrimPrefix(found[1], "env:")); !strings.Contains(section, name) {
					t.Errorf("%s of %s needs %s", setting, topic, name)
				}
			}
		}
	}
}
