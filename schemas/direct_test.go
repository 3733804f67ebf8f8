package schemas_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

// reportCodecs are those of every version.
func reportCodecs(t testing.TB) []schemas.Codec[schemas.Report] {
	t.Helper()
	var codecs []schemas.Codec[schemas.Report]
	for _, schema := range schemas.Reports().Versions {
		codec, err := schemas.Reports().Codec(schema)
		if err != nil {
			t.Fatal(err)
		}
		codecs = append(codecs, codec)
	}
	return codecs
}

// sameAsGoavro fails t when a version is not encoded in goavro's bytes.
func sameAsGoavro(t *testing.T, codecs []schemas.Codec[schemas.Report], r schemas.Report) {
	t.Helper()
	for i, codec := range codecs {
		got, err := codec.Append([]byte("before"), r)
		if err != nil {
			t.Fatalf("v%d: %v", i+1, err)
		}
		if want := append([]byte("before"), schemas.ByGoavro(schemas.Reports(), i+1, r)...); !bytes.Equal(got, want) {
			t.Errorf("v%d:\n got %x\nwant %x", i+1, got, want)
		}
	}
}

func TestReportsAreEncodedInTheBytesOfGoavro(t *testing.T) {
	at := time.Date(2026, 1, 5, 8, 30, 0, 125e6, time.UTC)
	crowd := func(n int) []schemas.Citizen {
		citizens := make([]schemas.Citizen, n)
		for i := range citizens {
			citizens[i] = schemas.Citizen{CitizenID: fmt.Sprintf("citizen-%07d", i), Name: "Mira", Peacescore: float64(i % 101)}
		}
		return citizens
	}
	const block = 1 << 16
	tests := map[string]schemas.Report{
		"nothing at all":             {},
		"lists that are nil":         {ReportedAt: at, Citizens: nil, Words: nil},
		"lists that are empty":       {ReportedAt: at, Citizens: []schemas.Citizen{}, Words: []string{}},
		"no technical fields":        {ReportedAt: at, Citizens: crowd(3), Words: []string{"tea"}},
		"technical fields of zero":   {ReportedAt: at, Technical: &schemas.Technical{}},
		"the sample of version 1":    sample[schemas.Report](t, "report", 1),
		"the sample of version 2":    sample[schemas.Report](t, "report", 2),
		"the least numbers":          {ReportedAt: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), Seq: math.MinInt64, Lat: -90, Lon: -180},
		"the greatest numbers":       {ReportedAt: time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), Seq: math.MaxInt64, Lat: 90, Lon: 180},
		"a number below zero":        {ReportedAt: at, Seq: -1},
		"zero below zero":            {ReportedAt: at, Lat: math.Copysign(0, -1), Citizens: []schemas.Citizen{{Peacescore: math.Copysign(0, -1)}}},
		"part of a millisecond":      {ReportedAt: at.Add(999_999)},
		"part of one before 1970":    {ReportedAt: time.Unix(-1, -1)},
		"a time in another zone":     {ReportedAt: at.In(time.FixedZone("CET", 3600))},
		"the smallest fractions":     {ReportedAt: at, Lat: math.SmallestNonzeroFloat64, Technical: &schemas.Technical{MotorTempC: math.SmallestNonzeroFloat32}},
		"the greatest of their kind": {ReportedAt: at, Technical: &schemas.Technical{MotorTempC: math.MaxFloat32, VibrationMmS: -math.MaxFloat32, FlightHours: math.MaxFloat64}},
		"text of every kind":         {ReportID: "\x00", DroneID: "дрон 🚁", Words: []string{"", "\xff\xfe", "é", strings.Repeat("long", 5000)}},
		"lengths around one byte":    {ReportID: strings.Repeat("a", 63), DroneID: strings.Repeat("b", 64), Words: []string{strings.Repeat("c", 8191), strings.Repeat("d", 8192)}},
		"a list as long as a block":  {Citizens: crowd(block), Words: make([]string, block)},
		"a list one longer":          {Citizens: crowd(block + 1), Words: make([]string, block+1)},
		"a list of many blocks":      {Citizens: crowd(2*block + 5), Words: make([]string, 3*block)},
	}
	codecs := reportCodecs(t)
	for name, report := range tests {
		t.Run(name, func(t *testing.T) { sameAsGoavro(t, codecs, report) })
	}
}

// FuzzEncodeReport holds the encoder to goavro, its obvious twin. Numbers are
// drawn from the seed, where any will do.
func FuzzEncodeReport(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		f.Add(random.Uint64(), random.Int64(), random.Int64(), "drone-000042", strings.Repeat("Ж", random.IntN(80)))
	}
	codecs := reportCodecs(f)
	f.Fuzz(func(t *testing.T, seed uint64, seq, seconds int64, id, text string) {
		random := rand.New(rand.NewPCG(seed, 0))
		// Any double at all, most of them out of range, or one in the range.
		double := func(least, most float64) float64 {
			if random.IntN(50) == 0 {
				return math.Float64frombits(random.Uint64())
			}
			return least + (most-least)*random.Float64()
		}
		r := schemas.Report{
			ReportID: id + text, DroneID: id, Seq: seq >> random.IntN(64), ReportedAt: time.Unix(seconds>>random.IntN(64), random.Int64N(1e9)),
			Lat: double(-90, 90), Lon: double(-180, 180),
		}
		for range random.IntN(5) {
			r.Citizens = append(r.Citizens, schemas.Citizen{CitizenID: text, Name: text + id, Peacescore: double(0, 100)})
		}
		for range random.IntN(200) {
			r.Words = append(r.Words, text)
		}
		if random.IntN(3) > 0 {
			r.Technical = &schemas.Technical{
				BatteryPct:   float32(double(0, 100)),
				MotorTempC:   math.Float32frombits(random.Uint32()),
				VibrationMmS: math.Float32frombits(random.Uint32()),
				FlightHours:  math.Float64frombits(random.Uint64()),
			}
		}
		// What a reader accepts of goavro's bytes is accepted, and nothing else.
		for i, codec := range codecs {
			if i == 0 && r.Technical != nil {
				continue // its ranges are kept, although version 1 does not send it
			}
			encoded := schemas.ByGoavro(schemas.Reports(), i+1, r)
			_, err := codec.Append(nil, r)
			if _, refused := codec.Decode(encoded); (err == nil) != (refused == nil) && !overflows(r.ReportedAt) {
				t.Fatalf("v%d: writing says %v, reading %v, of %+v", i+1, err, refused, r)
			}
			if err != nil {
				return
			}
		}
		if _, err := codecs[1].Append(nil, r); err == nil {
			sameAsGoavro(t, codecs, r)
		}
	})
}

// overflows says that the milliseconds of a time do not fit into 64 bits.
func overflows(t time.Time) bool {
	return !time.UnixMilli(t.UnixMilli()).Equal(t.Truncate(time.Millisecond))
}

func TestEncodingAReportAllocatesNothing(t *testing.T) {
	report := sample[schemas.Report](t, "report", 2)
	for i, codec := range reportCodecs(t) {
		t.Run(fmt.Sprintf("v%d", i+1), func(t *testing.T) { allocatesNothing(t, codec, report) })
	}
}

func allocatesNothing(t *testing.T, codec schemas.Codec[schemas.Report], report schemas.Report) {
	t.Helper()
	buffer := make([]byte, 0, 4096)
	got := testing.AllocsPerRun(1000, func() {
		var err error
		if buffer, err = codec.Append(buffer[:0], report); err != nil {
			t.Fatal(err)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations per report", got)
	}
}

func TestRiotsAndAlertsAreWrittenInTheBytesOfGoavro(t *testing.T) {
	riot, alert := sample[schemas.Riot](t, "riot", 2), sample[schemas.Alert](t, "alert", 2)
	crowded, silent := riot, riot
	crowded.Words = strings.Split(strings.Repeat("word,", 1<<16+7), ",")
	silent.Words = nil
	for i := range schemas.Riots().Versions {
		for _, r := range []schemas.Riot{riot, crowded, silent, {}} {
			sameBytes(t, schemas.Riots(), i+1, r)
		}
	}
	for i := range schemas.Alerts().Versions {
		for _, a := range []schemas.Alert{alert, {Riot: crowded, Stale: true}, {}} {
			sameBytes(t, schemas.Alerts(), i+1, a)
		}
	}
}

func sameBytes[T any](t *testing.T, contract schemas.Contract[T], version int, v T) {
	t.Helper()
	codec, err := contract.Codec(contract.Versions[version-1])
	if err != nil {
		t.Fatal(err)
	}
	got, err := codec.Append([]byte("before"), v)
	if err != nil {
		t.Fatal(err)
	}
	want := append([]byte("before"), schemas.ByGoavro(contract, version, v)...)
	if !bytes.Equal(got, want) {
		t.Errorf("%s v%d:\n got %x\nwant %x", contract.Topic, version, got, want)
	}
	decoded, err := codec.Decode(got[len("before"):])
	if err != nil {
		t.Fatal(err)
	}
	slow, err := schemas.GoavroDecoder(contract, version)(got[len("before"):])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slow, decoded); diff != "" {
		t.Errorf("%s v%d is read otherwise (-goavro +got):\n%s", contract.Topic, version, diff)
	}
}

func TestWhatIsNotAvroIsRefusedByName(t *testing.T) {
	good := goldenBytes(t, "alert", 2)
	// From the end: when it was opened (6 bytes) in its branch, riots, rioters, stale.
	change := func(fromEnd int, to ...byte) []byte {
		return append(bytes.Clone(good[:len(good)-fromEnd]), to...)
	}
	tests := map[string]struct {
		b    []byte
		says string
	}{
		"a third branch of two":           {change(7, append([]byte{4}, good[len(good)-6:]...)...), "branch 2 of a union of two"},
		"more rioters than 32 bits count": {change(9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x01, 0x02, 0x00), "does not fit into 32 bits"},
		"a number of 71 bits":             {change(8, append(bytes.Repeat([]byte{0x80}, 10), 0x00, 0x00)...), "does not fit into 64 bits"},
		"a boolean of seven":              {change(10, 7, 2, 2, 0), "neither true nor false"},
		"a record that is cut off":        {change(1), "cut off"},
	}
	codec := newest(t, schemas.Alerts())
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if alert, err := codec.Decode(tt.b); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("decoded as %+v; the error is %v, want one with %q", alert, err, tt.says)
			}
		})
	}
}

func TestAVersionInAnotherSpellingIsTheSame(t *testing.T) {
	// As a registry may hand it out: without the spaces, and without the docs, which readers do not need.
	codec, err := schemas.Reports().Codec(`{"type":"record","name":"Report","namespace":"peacestate","fields":[
		{"name":"report_id","type":"string"},{"name":"drone_id","type":{"type":"string"}},{"name":"seq","type":"long"},
		{"name":"reported_at","type":{"type":"long","logicalType":"timestamp-millis"}},
		{"name":"lat","type":"double"},{"name":"lon","type":"double"},
		{"name":"citizens","type":{"type":"array","items":{"type":"record","name":"Citizen","fields":[
			{"name":"citizen_id","type":"string"},{"name":"name","type":"string"},{"name":"peacescore","type":"double"}]}}},
		{"name":"words","type":{"type":"array","items":"string"}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	report := sample[schemas.Report](t, "report", 1)
	allocatesNothing(t, codec, report)
	got, err := codec.Append(nil, report)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenBytes(t, "report", 1), got); diff != "" {
		t.Errorf("-published +got:\n%s", diff)
	}
}

func TestASchemaThatIsNoVersionIsStillWritten(t *testing.T) {
	v1 := schemas.Reports().Versions[0]
	tests := map[string]string{
		"with a field more":                strings.Replace(v1, `"fields": [`, `"fields": [{"name": "mood", "type": ["null", "string"], "default": null},`, 1),
		"with its fields in another order": strings.NewReplacer(`"name": "lat"`, `"name": "lon"`, `"name": "lon"`, `"name": "lat"`).Replace(v1),
	}
	report := sample[schemas.Report](t, "report", 1)
	for name, schema := range tests {
		t.Run(name, func(t *testing.T) {
			codec, err := schemas.Reports().Codec(schema)
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := codec.Append(nil, report)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(encoded, goldenBytes(t, "report", 1)) {
				t.Fatal("it is written as version 1")
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

func TestAnIDIsOneAllocation(t *testing.T) {
	var id string
	tests := map[string]func(){
		"a drone's":  func() { id = schemas.DroneID(42) },
		"a report's": func() { id = schemas.ReportID("drone-000042", 1337) },
	}
	for name, make := range tests {
		t.Run(name, func(t *testing.T) {
			if got := testing.AllocsPerRun(1000, make); got != 1 {
				t.Errorf("%v allocations for %s", got, id)
			}
		})
	}
}

func BenchmarkEncodeReport(b *testing.B) {
	report := sample[schemas.Report](b, "report", 2)
	for i, codec := range reportCodecs(b) {
		b.Run(fmt.Sprintf("v%d", i+1), func(b *testing.B) { benchmarkEncode(b, codec.Append, report) })
		b.Run(fmt.Sprintf("v%d-goavro", i+1), func(b *testing.B) { benchmarkEncode(b, schemas.GoavroEncoder(schemas.Reports(), i+1), report) })
	}
}

func benchmarkEncode[T any](b *testing.B, encode func([]byte, T) ([]byte, error), v T) {
	b.ReportAllocs()
	var buffer []byte
	var err error
	for b.Loop() {
		if buffer, err = encode(buffer[:0], v); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(buffer)))
}

func BenchmarkAlert(b *testing.B) {
	contract := schemas.Alerts()
	alert, golden, codec := sample[schemas.Alert](b, "alert", 2), goldenBytes(b, "alert", 2), newest(b, contract)
	decode := func(decode func([]byte) (schemas.Alert, error)) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decode(golden); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("encode", func(b *testing.B) { benchmarkEncode(b, codec.Append, alert) })
	b.Run("encode-goavro", func(b *testing.B) { benchmarkEncode(b, schemas.GoavroEncoder(contract, 2), alert) })
	b.Run("decode", decode(codec.Decode))
	b.Run("decode-goavro", decode(schemas.GoavroDecoder(contract, 2)))
}
