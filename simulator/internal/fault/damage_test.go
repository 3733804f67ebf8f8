package fault

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/linkedin/goavro/v2"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/wire"
)

// decodes says that goavro finds a record at the beginning of the bytes,
// whatever follows it.
func decodes(codec *goavro.Codec, b []byte) bool {
	_, _, err := codec.NativeFromBinary(b)
	return err == nil
}

func TestNoReaderTakesDamagedBytesForARecord(t *testing.T) {
	var codecs []*goavro.Codec
	for _, schema := range slices.Concat(schemas.Reports().Versions, schemas.Riots().Versions, schemas.Alerts().Versions) {
		codec, err := goavro.NewCodec(schema)
		if err != nil {
			t.Fatal(err)
		}
		codecs = append(codecs, codec)
	}
	p, fleet := flight(t, Shares{Corrupt: 1}, 20, 3*time.Hour)
	seen := map[Damage]int{}
	for _, transmission := range fly(p, fleet) {
		for version, schema := range schemas.Reports().Versions {
			codec, err := schemas.Reports().Codec(schema)
			if err != nil {
				t.Fatal(err)
			}
			framed, err := codec.Append(wire.AppendHeader(nil, uint32(version+1)), fleet.Report(transmission.Due))
			if err != nil {
				t.Fatal(err)
			}
			whole := bytes.Clone(framed)
			damaged := transmission.Damaged(framed)
			if !bytes.Equal(framed, whole) {
				t.Fatal("the bytes that were given are changed")
			}
			if !bytes.Equal(damaged, transmission.Damaged(framed)) {
				t.Fatal("the damage is not the same the second time")
			}
			if !decodes(codecs[version], framed[header:]) {
				t.Fatal("the undamaged bytes do not decode, so nothing is proven")
			}
			// A reader may look for a frame, skip five bytes without looking, or
			// know of no frames.
			for _, reader := range codecs {
				if decodes(reader, damaged[header:]) || decodes(reader, damaged) {
					t.Fatalf("%s: %x decodes", transmission.Damage(), damaged)
				}
			}
			if _, payload, err := wire.Split(damaged); (err == nil) != (transmission.Damage() != Garbled) || err == nil && len(payload) == 0 {
				t.Errorf("%s: wire says %v", transmission.Damage(), err)
			}
			seen[transmission.Damage()]++
		}
	}
	for _, kind := range []Damage{Garbled, CutShort, NegativeLength} {
		if seen[kind] < 1000 {
			t.Errorf("%s was done %d times only", kind, seen[kind])
		}
	}
}

func TestWhatIsNotCorruptArrivesAsItIs(t *testing.T) {
	framed := []byte{0, 0, 0, 0, 7, 2, 'x'}
	for _, kind := range []Kind{None, Late, Duplicate, Reorder} {
		transmission := Transmission{Fault: kind, OldSchema: true, Lost: true, damage: 42}
		if got := transmission.Damaged(framed); !bytes.Equal(got, framed) || transmission.Damage() != "" {
			t.Errorf("%q: %x", kind, got)
		}
	}
}
