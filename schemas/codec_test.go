package schemas_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

func newest[T any](t testing.TB, contract schemas.Contract[T]) schemas.Codec[T] {
	t.Helper()
	codec, err := contract.Codec(contract.Schema())
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

func TestReportsComeBackAsTheyWere(t *testing.T) {
	at := time.Date(2026, 1, 5, 8, 30, 0, 125e6, time.UTC)
	tests := map[string]schemas.Report{
		"with nobody near and nothing heard": {ReportedAt: at, Citizens: []schemas.Citizen{}, Words: []string{}},
		"without technical fields":           {DroneID: "drone-000001", ReportedAt: at, Citizens: []schemas.Citizen{{CitizenID: "c"}}, Words: []string{""}},
		"with technical fields of zero":      {ReportedAt: at, Citizens: []schemas.Citizen{}, Words: []string{}, Technical: &schemas.Technical{}},
		"at the ends of every range": {
			ReportedAt: time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC), Seq: math.MaxInt64, Lat: -90, Lon: 180,
			Citizens:  []schemas.Citizen{{Peacescore: 0}, {Peacescore: 100}},
			Words:     []string{"\x00", "🕊", strings.Repeat("long", 1000)},
			Technical: &schemas.Technical{BatteryPct: 100, MotorTempC: -math.MaxFloat32, FlightHours: math.MaxFloat64},
		},
		"at the first moment of the year 0": {ReportedAt: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), Citizens: []schemas.Citizen{}, Words: []string{}},
		"before 1970":                       {ReportedAt: time.Date(1969, 12, 31, 23, 59, 59, 999e6, time.UTC), Citizens: []schemas.Citizen{}, Words: []string{}},
		"with more words than one block of an array holds": {
			ReportedAt: at, Citizens: []schemas.Citizen{}, Words: strings.Split(strings.Repeat("word,", 100_000), ","),
		},
	}
	codec := newest(t, schemas.Reports())
	for name, report := range tests {
		t.Run(name, func(t *testing.T) {
			encoded, err := codec.Append(nil, report)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := codec.Decode(encoded)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(report, decoded); diff != "" {
				t.Errorf("-sent +received:\n%s", diff)
			}
		})
	}
}

func TestTimesAreKeptToTheMillisecondInUTC(t *testing.T) {
	codec := newest(t, schemas.Riots())
	berlin := time.FixedZone("CET", 3600)
	encoded, err := codec.Append(nil, schemas.Riot{DetectedAt: time.Date(2026, 1, 5, 9, 30, 0, 125_999_999, berlin)})
	if err != nil {
		t.Fatal(err)
	}
	riot, err := codec.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := riot.DetectedAt.Format(time.RFC3339Nano), "2026-01-05T08:30:00.125Z"; got != want {
		t.Errorf("DetectedAt = %s, want %s", got, want)
	}
}

func TestEmptyListsAreNotNullInJSON(t *testing.T) {
	codec := newest(t, schemas.Reports())
	encoded, err := codec.Append(nil, schemas.Report{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := codec.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(line, []byte(`"citizens":[],"words":[]`)) {
		t.Errorf("got %s", line)
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	codec := newest(t, schemas.Riots())
	for name, riot := range map[string]schemas.Riot{
		"when it succeeds": {},
		"when it fails":    {Lat: 91},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := codec.Append([]byte("before"), riot); !bytes.HasPrefix(got, []byte("before")) {
				t.Errorf("Append(before) begins with %q", got[:6])
			}
		})
	}
}

func TestOnlyTheContractsOwnRecordIsCompiled(t *testing.T) {
	tests := map[string]struct {
		schema string
		says   string // "" means that it is compiled
	}{
		"its newest version":              {schema: schemas.Reports().Schema()},
		"its oldest version":              {schema: schemas.Reports().Versions[0]},
		"its name spelled in full":        {schema: `{"type": "record", "name": "peacestate.Report", "fields": []}`},
		"another contract's record":       {schema: schemas.Riots().Schema(), says: "it describes peacestate.Riot, not peacestate.Report"},
		"the name in no namespace":        {schema: `{"type": "record", "name": "Report", "fields": []}`, says: "it describes Report,"},
		"an enum of that name":            {schema: `{"type": "enum", "name": "peacestate.Report", "symbols": ["A"]}`, says: "not a record"},
		"a type without a name":           {schema: `"string"`, says: "not a record"},
		"a union":                         {schema: `["null", "string"]`, says: "not a record"},
		"a field of an unknown type":      {schema: `{"type": "record", "name": "peacestate.Report", "fields": [{"name": "a", "type": "b"}]}`, says: "compile"},
		"JSON that is cut off":            {schema: `{"type": "record", `, says: "compile"},
		"nothing, as a registry may send": {schema: ``, says: "compile"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := schemas.Reports().Codec(tt.schema)
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got error %v, want %q", err, tt.says)
			}
		})
	}
}

func TestBadBytesAreRefused(t *testing.T) {
	good := goldenBytes(t, "riot", 1)
	var empty schemas.Riot
	bare, err := newest(t, schemas.Riots().Version(1)).Append(nil, empty)
	if err != nil {
		t.Fatal(err)
	}
	// In version 1 the last byte of a riot without words is the count of its words.
	words := func(count ...byte) []byte { return append(bytes.Clone(bare[:len(bare)-1]), count...) }
	tests := map[string][]byte{
		"no bytes":                                {},
		"a record that is cut off":                good[:len(good)-1],
		"a byte left over":                        append(bytes.Clone(good), 0),
		"two records":                             append(bytes.Clone(good), good...),
		"another contract's record":               goldenBytes(t, "alert", 1),
		"a string longer than the message":        {0xfe, 0xff, 0xff, 0xff, 0x0f, 'a'},
		"a string of negative length":             {0x01, 'a'},
		"a number that never ends":                bytes.Repeat([]byte{0xff}, 100),
		"an array of two to the power of 60":      words(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20),
		"an array of as many, in a sized block":   words(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x02),
		"an array of the least number":            words(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x02),
		"an array of two thousand million":        words(0xfe, 0xff, 0xff, 0xff, 0x0f),
		"a block of as many after an honest one":  words(0x02, 0x02, 'a', 0xfe, 0xff, 0xff, 0xff, 0x0f),
		"an array longer than the message":        words(0x80, 0x80, 0x08),
		"an array without its end":                words(0x02, 0x02, 'a'),
		"a sized block whose size is left out":    words(0x01),
		"an array of items of a negative length":  words(0x02, 0x01, 0x00),
		"an array with a string that is cut off":  words(0x02, 0x04, 'a'),
		"an array whose last count is cut in two": words(0x02, 0x02, 'a', 0x80),
	}
	codec := newest(t, schemas.Riots().Version(1))
	for name, b := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			riot, err := codec.Decode(b)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Errorf("decoded as %+v", riot)
			}
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 8<<20 {
				t.Errorf("%d bytes made the decoder allocate %d", len(b), spent)
			}
		})
	}
}

func TestAnArrayInSizedBlocksIsRead(t *testing.T) {
	codec := newest(t, schemas.Riots().Version(1))
	bare, err := codec.Append(nil, schemas.Riot{})
	if err != nil {
		t.Fatal(err)
	}
	// Count -1 says that the block's size follows: other languages write so.
	riot, err := codec.Decode(append(bare[:len(bare)-1], 0x01, 0x04, 0x02, 'a', 0x02, 0x02, 'b', 0x00))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, riot.Words); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
}

func TestValuesOutOfRangeAreRefusedAtBothEnds(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := map[string]struct {
		report schemas.Report
		says   string
	}{
		"a latitude past the pole":           {schemas.Report{Lat: 90.1}, "lat is 90.1"},
		"a latitude that is no number":       {schemas.Report{Lat: nan}, "lat is NaN"},
		"a longitude past the date line":     {schemas.Report{Lon: -180.1}, "lon is -180.1"},
		"a longitude without end":            {schemas.Report{Lon: inf}, "lon is +Inf"},
		"a year that JSON cannot hold":       {schemas.Report{ReportedAt: time.UnixMilli(math.MaxInt64)}, "reported_at is in the year 292278994"},
		"a year before all others":           {schemas.Report{ReportedAt: time.UnixMilli(math.MinInt64)}, "reported_at is in the year -"},
		"the first moment of the year 10000": {schemas.Report{ReportedAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "reported_at is in the year 10000"},
		"the last moment before the year 0":  {schemas.Report{ReportedAt: time.Date(0, 1, 1, 0, 0, 0, -1, time.UTC)}, "reported_at is in the year -1"},
		"a peacescore above 100":             {schemas.Report{Citizens: []schemas.Citizen{{Peacescore: 100}, {Peacescore: 100.5}}}, "peacescore is 100.5"},
		"a peacescore below 0":               {schemas.Report{Citizens: []schemas.Citizen{{Peacescore: -1}}}, "peacescore is -1"},
		"a peacescore that is no number":     {schemas.Report{Citizens: []schemas.Citizen{{Peacescore: nan}}}, "peacescore is NaN"},
		"a battery of more than it holds":    {schemas.Report{Technical: &schemas.Technical{BatteryPct: 101}}, "battery_pct is 101"},
		"a temperature without end":          {schemas.Report{Technical: &schemas.Technical{MotorTempC: float32(inf)}}, "motor_temp_c is +Inf"},
		"a vibration that is no number":      {schemas.Report{Technical: &schemas.Technical{VibrationMmS: float32(nan)}}, "vibration_mm_s is NaN"},
		"flight hours that are no number":    {schemas.Report{Technical: &schemas.Technical{FlightHours: nan}}, "flight_hours is NaN"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newest(t, schemas.Reports()).Append(nil, tt.report)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("encoding: %v, want %q", err, tt.says)
			}
			_, err = newest(t, schemas.Reports()).Decode(schemas.ByGoavro(schemas.Reports(), 2, tt.report))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("decoding: %v, want %q", err, tt.says)
			}
		})
	}
}

// Its milliseconds, cut to 64 bits, would be a moment of 1970.
func TestATimeThatOverflowsIsRefused(t *testing.T) {
	far := time.Unix(1<<61, 0)
	if got := far.UnixMilli(); got != 0 {
		t.Fatalf("the milliseconds are %d: this tests nothing", got)
	}
	if _, err := newest(t, schemas.Reports()).Append(nil, schemas.Report{ReportedAt: far}); err == nil {
		t.Error("it was encoded")
	}
}

func TestRiotsAndAlertsKeepTheRangesToo(t *testing.T) {
	far := time.UnixMilli(math.MaxInt64)
	riots := map[string]schemas.Riot{
		"lat":         {Lat: math.NaN()},
		"lon":         {Lon: 181},
		"peacescore":  {Peacescore: -0.5},
		"detected_at": {DetectedAt: far},
		"rioters":     {Rioters: -1},
	}
	for field, riot := range riots {
		if _, err := newest(t, schemas.Riots()).Append(nil, riot); err == nil || !strings.Contains(err.Error(), field+" is ") {
			t.Errorf("riot: %v, want one about %s", err, field)
		}
		if _, err := newest(t, schemas.Alerts()).Append(nil, schemas.Alert{Riot: riot}); err == nil || !strings.Contains(err.Error(), field+" is ") {
			t.Errorf("alert: %v, want one about %s", err, field)
		}
	}
	alerts := map[string]schemas.Alert{
		"alerted_at": {AlertedAt: far},
		"opened_at":  {OpenedAt: far},
		"riots":      {Riots: -1},
	}
	for field, alert := range alerts {
		if _, err := newest(t, schemas.Alerts()).Append(nil, alert); err == nil || !strings.Contains(err.Error(), field+" is ") {
			t.Errorf("alert: %v, want one about %s", err, field)
		}
	}
}

func TestMaintenanceKeepsTheRangesToo(t *testing.T) {
	for field, event := range map[string]schemas.MaintenanceEvent{
		"happened_at":  {HappenedAt: time.UnixMilli(math.MaxInt64)},
		"flight_hours": {FlightHours: math.Inf(1)},
		"lat":          {Lat: -91},
		"lon":          {Lon: math.NaN()},
	} {
		if _, err := newest(t, schemas.Maintenance()).Append(nil, event); err == nil || !strings.Contains(err.Error(), field+" is ") {
			t.Errorf("%v, want one about %s", err, field)
		}
	}
}

func TestCallInsKeepTheRangesToo(t *testing.T) {
	never, unknown := -1.0, math.NaN()
	for field, calls := range map[string][]schemas.CallIn{
		"called_at":    {{CalledAt: time.UnixMilli(math.MaxInt64)}},
		"probability":  {{Probability: 1.01}, {Probability: -0.01}, {Probability: math.NaN()}},
		"horizon_days": {{HorizonDays: -1}},
		"lead_days":    {{LeadDays: &never}, {LeadDays: &unknown}},
	} {
		for _, call := range calls {
			if _, err := newest(t, schemas.CallIns()).Append(nil, call); err == nil || !strings.Contains(err.Error(), field+" is ") {
				t.Errorf("%v, want one about %s", err, field)
			}
		}
	}
}

func TestALeadThatNobodyKnowsStaysUnknown(t *testing.T) {
	codec := newest(t, schemas.CallIns())
	encoded, err := codec.Append(nil, schemas.CallIn{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := codec.Decode(encoded); err != nil || got.LeadDays != nil {
		t.Errorf("it is read as %+v, %v", got, err)
	}
}

func FuzzReports(f *testing.F)     { fuzz(f, schemas.Reports(), "report") }
func FuzzRiots(f *testing.F)       { fuzz(f, schemas.Riots(), "riot") }
func FuzzAlerts(f *testing.F)      { fuzz(f, schemas.Alerts(), "alert") }
func FuzzMaintenance(f *testing.F) { fuzz(f, schemas.Maintenance(), "maintenance") }
func FuzzCallIns(f *testing.F)     { fuzz(f, schemas.CallIns(), "call-in") }

// fuzz decodes arbitrary bytes in every version. Whatever is accepted has a
// JSON form, comes back the same when it is sent on, and is what goavro reads;
// whatever goavro reads is accepted, if it is written as we would.
func fuzz[T any](f *testing.F, contract schemas.Contract[T], record string) {
	var codecs []schemas.Codec[T]
	var byGoavro []func([]byte) (T, error)
	for i, schema := range contract.Versions {
		byGoavro = append(byGoavro, schemas.GoavroDecoder(contract, i+1))
		codec, err := contract.Codec(schema)
		if err != nil {
			f.Fatal(err)
		}
		codecs = append(codecs, codec)
		golden := goldenBytes(f, record, i+1)
		f.Add(golden)
		f.Add(golden[:len(golden)/2])
		f.Add(append(golden[:len(golden)-1], 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for i, codec := range codecs {
			v, err := codec.Decode(b)
			same, refused := byGoavro[i](b)
			if err != nil {
				if ours, _ := codec.Append(nil, same); refused == nil && bytes.Equal(ours, b) {
					t.Fatalf("v%d: goavro reads it, and we do not: %v", i+1, err)
				}
				continue
			}
			if diff := cmp.Diff(same, v); refused != nil || diff != "" {
				t.Errorf("v%d: goavro reads it otherwise: %v; -goavro +we:\n%s", i+1, refused, diff)
			}
			if _, err := json.Marshal(v); err != nil {
				t.Errorf("v%d: accepted, but has no JSON: %v", i+1, err)
			}
			encoded, err := codec.Append(nil, v)
			if err != nil {
				t.Fatalf("v%d: accepted, but cannot be sent on: %v", i+1, err)
			}
			again, err := codec.Decode(encoded)
			if err != nil {
				t.Fatalf("v%d: accepted and sent on, but cannot be read: %v", i+1, err)
			}
			if diff := cmp.Diff(v, again); diff != "" {
				t.Errorf("v%d: -received +sent on:\n%s", i+1, diff)
			}
		}
	})
}

func ExampleContract_Codec() {
	riots := schemas.Riots()
	codec, err := riots.Codec(riots.Schema())
	if err != nil {
		fmt.Println(err)
		return
	}
	encoded, err := codec.Append(nil, schemas.Riot{CitizenName: "Ada Ferreira", Peacescore: 4.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	riot, err := codec.Decode(encoded)
	fmt.Println(riot.CitizenName, riot.Peacescore, err)

	_, err = codec.Decode(encoded[1:])
	fmt.Println(err != nil)
	// Output:
	// Ada Ferreira 4.5 <nil>
	// true
}

func ExampleRiotsIn() {
	report := schemas.Report{
		ReportID: schemas.ReportID(schemas.DroneID(42), 1337),
		Citizens: []schemas.Citizen{
			{CitizenID: "citizen-0000017", Peacescore: 71.5},
			{CitizenID: "citizen-0000423", Peacescore: 9.75},
			{CitizenID: "citizen-0000424", Peacescore: schemas.RiotThreshold},
		},
	}
	for _, riot := range schemas.RiotsIn(report) {
		fmt.Println(riot.RiotID, riot.Peacescore)
	}
	// Output:
	// drone-000042/0000001337/citizen-0000423 9.75
}
