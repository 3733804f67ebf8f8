package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/peacestate/peacestate/schemas/wire"
)

func TestHeaderIsAZeroByteAndTheIDInBigEndian(t *testing.T) {
	tests := map[string]struct {
		id   uint32
		want []byte
	}{
		"the least id":            {0, []byte{0, 0, 0, 0, 0}},
		"an id of one byte":       {7, []byte{0, 0, 0, 0, 7}},
		"an id of four bytes":     {0x01020304, []byte{0, 1, 2, 3, 4}},
		"an id with its sign bit": {math.MaxUint32, []byte{0, 0xff, 0xff, 0xff, 0xff}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := wire.AppendHeader(nil, tt.id); !bytes.Equal(got, tt.want) {
				t.Errorf("AppendHeader(nil, %d) = % x, want % x", tt.id, got, tt.want)
			}
		})
	}
}

func TestAppendHeaderKeepsWhatIsThere(t *testing.T) {
	got := wire.AppendHeader([]byte("before"), 7)
	if want := []byte("before\x00\x00\x00\x00\x07"); !bytes.Equal(got, want) {
		t.Errorf("got % x, want % x", got, want)
	}
}

func TestSplit(t *testing.T) {
	tests := map[string]struct {
		message []byte
		id      uint32
		payload []byte
		refused bool
	}{
		"a message":                    {message: []byte{0, 0, 0, 1, 2, 'a', 'b'}, id: 258, payload: []byte("ab")},
		"a payload of no bytes":        {message: []byte{0, 0, 0, 0, 1}, id: 1, payload: []byte{}},
		"the largest id":               {message: []byte{0, 255, 255, 255, 255, 'a'}, id: math.MaxUint32, payload: []byte("a")},
		"nothing is refused":           {message: nil, refused: true},
		"half a header is refused":     {message: []byte{0, 0, 0, 1}, refused: true},
		"another magic is refused":     {message: []byte{1, 0, 0, 0, 1, 'a'}, refused: true},
		"JSON is refused":              {message: []byte(`{"riot_id":"x"}`), refused: true},
		"bare Avro binary is refused":  {message: []byte{0x2e, 'd', 'r', 'o', 'n', 'e'}, refused: true},
		"Avro's own header is refused": {message: []byte{0xc3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8}, refused: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			id, payload, err := wire.Split(tt.message)
			if refused := errors.Is(err, wire.ErrNotFramed); refused != tt.refused {
				t.Fatalf("Split(% x): %v, want ErrNotFramed: %v", tt.message, err, tt.refused)
			}
			if id != tt.id || !bytes.Equal(payload, tt.payload) {
				t.Errorf("Split(% x) = %d, % x, want %d, % x", tt.message, id, payload, tt.id, tt.payload)
			}
		})
	}
}

// Whatever Split accepts is exactly what AppendHeader would have written.
func FuzzSplit(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 1, 2, 'a', 'b'})
	f.Add([]byte{1, 0, 0, 1, 2, 'a', 'b'})
	f.Fuzz(func(t *testing.T, message []byte) {
		id, payload, err := wire.Split(message)
		if err != nil {
			if !errors.Is(err, wire.ErrNotFramed) {
				t.Fatalf("Split(% x): %v, which is not an ErrNotFramed", message, err)
			}
			return
		}
		if again := append(wire.AppendHeader(nil, id), payload...); !bytes.Equal(again, message) {
			t.Errorf("Split(% x) put together again is % x", message, again)
		}
	})
}

func ExampleSplit() {
	message := append(wire.AppendHeader(nil, 7), "the Avro binary"...)
	id, payload, err := wire.Split(message)
	fmt.Printf("%d %q %v\n", id, payload, err)

	_, _, err = wire.Split([]byte(`{"riot_id":"x"}`))
	fmt.Println(err)
	// Output:
	// 7 "the Avro binary" <nil>
	// not in the Confluent wire format: first byte is 0x7b, not 0
}
