package schemas_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

// A published version is three files in testdata: <record>.v<N>.avsc, the
// schema; .json, a value; .golden, that value's Avro binary in hexadecimal.
// The sums of the first and the last are in published.sha256.
//
// To publish a version: change <record>.avsc, copy it to its own .avsc, write
// a .json, name the version in schemas.go, and run
//
//	go test ./schemas -run Published -update
var update = flag.Bool("update", false, "write the golden bytes and sums of versions that have none yet; others never change")

const sumsFile = "testdata/published.sha256"

func TestPublishedBytesNeverChange(t *testing.T) {
	t.Run("report", func(t *testing.T) { testPublishedBytes(t, schemas.Reports(), "report") })
	t.Run("riot", func(t *testing.T) { testPublishedBytes(t, schemas.Riots(), "riot") })
	t.Run("alert", func(t *testing.T) { testPublishedBytes(t, schemas.Alerts(), "alert") })
	t.Run("maintenance", func(t *testing.T) { testPublishedBytes(t, schemas.Maintenance(), "maintenance") })
	t.Run("call-in", func(t *testing.T) { testPublishedBytes(t, schemas.CallIns(), "call-in") })
}

func testPublishedBytes[T any](t *testing.T, contract schemas.Contract[T], record string) {
	for i, schema := range contract.Versions {
		t.Run(fmt.Sprintf("v%d", i+1), func(t *testing.T) {
			codec, err := contract.Codec(schema)
			if err != nil {
				t.Fatal(err)
			}
			value := sample[T](t, record, i+1)
			encoded, err := codec.Append(nil, value)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				writeNew(t, goldenFile(record, i+1), wrapped(hex.EncodeToString(encoded)))
			}
			golden := goldenBytes(t, record, i+1)
			if !bytes.Equal(encoded, golden) {
				t.Errorf("today's bytes are not the published ones:\n got %x\nwant %x", encoded, golden)
			}
			decoded, err := codec.Decode(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(value, decoded); diff != "" {
				t.Errorf("the published bytes are read as another value (-published +read):\n%s", diff)
			}
		})
	}
}

func TestPublishedSchemasAreTheOnesInUse(t *testing.T) {
	tests := map[string][]string{
		"report":      schemas.Reports().Versions,
		"riot":        schemas.Riots().Versions,
		"alert":       schemas.Alerts().Versions,
		"maintenance": schemas.Maintenance().Versions,
		"call-in":     schemas.CallIns().Versions,
	}
	for record, versions := range tests {
		t.Run(record, func(t *testing.T) {
			for i, schema := range versions {
				if diff := cmp.Diff(read(t, fmt.Sprintf("testdata/%s.v%d.avsc", record, i+1)), schema); diff != "" {
					t.Errorf("version %d is not as published; to change the schema, add a version (-published +in use):\n%s", i+1, diff)
				}
			}
			if next := fmt.Sprintf("testdata/%s.v%d.avsc", record, len(versions)+1); exists(t, next) {
				t.Errorf("%s is in testdata and not in schemas.go", next)
			}
		})
	}
}

// Nobody can quietly edit a published schema together with its golden bytes:
// the sums would have to be edited too.
func TestPublishedFilesKeepTheirSums(t *testing.T) {
	sums := map[string]string{} // by file
	for line := range strings.Lines(read(t, sumsFile)) {
		sum, file, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("%s: %q is not a line of sha256sum", sumsFile, line)
		}
		sums[file] = sum
	}
	var files []string
	for _, pattern := range []string{"testdata/*.v*.avsc", "testdata/*.v*.golden"} {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, matches...)
	}
	for _, file := range files {
		name := filepath.Base(file)
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(read(t, file))))
		if *update && sums[name] == "" {
			appendTo(t, sumsFile, sum+"  "+name+"\n")
			sums[name] = sum
		}
		if sums[name] != sum {
			t.Errorf("%s has the sum %s, published was %q", name, sum, sums[name])
		}
		delete(sums, name)
	}
	for name := range sums {
		t.Errorf("%s was published and is gone", name)
	}
}

func TestVersion1IsReadWithoutTechnicalFields(t *testing.T) {
	codec, err := schemas.Reports().Codec(schemas.Reports().Versions[0])
	if err != nil {
		t.Fatal(err)
	}
	report, err := codec.Decode(goldenBytes(t, "report", 1))
	if err != nil {
		t.Fatal(err)
	}
	if report.Technical != nil {
		t.Errorf("Technical = %+v, want nil", report.Technical)
	}
}

// sample is the value that a version was published with.
func sample[T any](t testing.TB, record string, version int) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(strings.NewReader(read(t, fmt.Sprintf("testdata/%s.v%d.json", record, version))))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s v%d: %v", record, version, err)
	}
	return value
}

func goldenFile(record string, version int) string {
	return fmt.Sprintf("testdata/%s.v%d.golden", record, version)
}

func goldenBytes(t testing.TB, record string, version int) []byte {
	t.Helper()
	file := goldenFile(record, version)
	decoded, err := hex.DecodeString(strings.Join(strings.Fields(read(t, file)), ""))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return decoded
}

// wrapped breaks digits into lines of 32 bytes.
func wrapped(digits string) string {
	var lines strings.Builder
	for len(digits) > 64 {
		lines.WriteString(digits[:64] + "\n")
		digits = digits[64:]
	}
	return lines.String() + digits + "\n"
}

func read(t testing.TB, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func exists(t testing.TB, file string) bool {
	t.Helper()
	_, err := os.Stat(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// writeNew never touches a file that is there.
func writeNew(t testing.TB, file, content string) {
	t.Helper()
	if exists(t, file) {
		return
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func appendTo(t testing.TB, file, line string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(line); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
