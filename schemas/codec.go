package schemas

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/linkedin/goavro/v2"
)

// A Codec turns values into Avro binary in one schema and back. It holds no
// state and is safe for concurrent use. The bytes carry no framing.
type Codec[T any] struct {
	avro   *goavro.Codec
	native func(T) map[string]any
	typed  func(record) T
}

// Codec compiles a schema, normally one of c.Versions; a reader passes the
// schema that the message was written in. It fails when the schema is not
// valid Avro or describes another contract's record.
func (c Contract[T]) Codec(schema string) (Codec[T], error) {
	avro, err := goavro.NewCodec(schema)
	if err != nil {
		return Codec[T]{}, fmt.Errorf("compile Avro schema of %s: %w", c.Topic, err)
	}
	var header struct{ Name, Namespace string }
	if err := json.Unmarshal([]byte(schema), &header); err != nil {
		return Codec[T]{}, fmt.Errorf("compile Avro schema of %s: not a record: %w", c.Topic, err)
	}
	if name := header.Namespace + "." + header.Name; name != c.name {
		return Codec[T]{}, fmt.Errorf("compile Avro schema of %s: it describes %s, not %s", c.Topic, name, c.name)
	}
	return Codec[T]{avro: avro, native: c.native, typed: c.typed}, nil
}

// Append appends the Avro binary of v to dst.
func (c Codec[T]) Append(dst []byte, v T) ([]byte, error) {
	out, err := c.avro.BinaryFromNative(dst, c.native(v))
	if err != nil {
		return dst, fmt.Errorf("encode %T: %w", v, err)
	}
	return out, nil
}

// Decode reads one value, which must use up all of b. Fields that the
// writer's schema lacks are left at their zero value; fields that T lacks are
// ignored. It never panics on bad bytes.
func (c Codec[T]) Decode(b []byte) (v T, err error) {
	native, rest, err := c.avro.NativeFromBinary(b)
	if err != nil {
		return v, fmt.Errorf("decode %T: %w", v, err)
	}
	if len(rest) > 0 {
		return v, fmt.Errorf("decode %T: %d bytes left over after the record", v, len(rest))
	}
	fields, ok := native.(map[string]any)
	if !ok {
		return v, fmt.Errorf("decode %T: the schema is not a record but %T", v, native)
	}
	return c.typed(fields), nil
}

// A record is goavro's view of an Avro record. Its accessors return the zero
// value for a field that is missing, null or of another type: the writer's
// schema may be older or newer than this build, and the registry refuses
// incompatible ones.
type record map[string]any

// value unwraps the union {"type": value} that goavro makes of a nullable
// field.
func (f record) value(name string) any {
	if union, ok := f[name].(map[string]any); ok && len(union) == 1 {
		for _, v := range union {
			return v
		}
	}
	return f[name]
}

func (f record) present(name string) bool { return f.value(name) != nil }

func (f record) text(name string) string {
	s, _ := f.value(name).(string)
	return s
}

func (f record) bool(name string) bool {
	b, _ := f.value(name).(bool)
	return b
}

func (f record) long(name string) int64 {
	n, _ := f.value(name).(int64)
	return n
}

func (f record) double(name string) float64 {
	switch x := f.value(name).(type) {
	case float64:
		return x
	case float32:
		return float64(x)
	default:
		return 0
	}
}

func (f record) time(name string) time.Time {
	t, _ := f.value(name).(time.Time)
	return t
}

func (f record) texts(name string) []string {
	items, _ := f.value(name).([]any)
	var texts []string
	for _, item := range items {
		if s, ok := item.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

func (f record) records(name string) []record {
	items, _ := f.value(name).([]any)
	var records []record
	for _, item := range items {
		if r, ok := item.(map[string]any); ok {
			records = append(records, r)
		}
	}
	return records
}
