package schemas

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/linkedin/goavro/v2"
)

// maxBlock is how many items one block of an Avro array may hold. goavro
// allocates what a block announces before it reads the first item, so that ten
// hostile bytes could ask for gigabytes; 65,536 items are 1 MiB, and far more
// than a drone sees. Longer arrays are legal: they are written in several
// blocks.
const maxBlock = 1 << 16

// goavro has one bound for the whole process, and none per codec.
func init() { goavro.MaxBlockCount = maxBlock }

// A Codec turns values into Avro binary in one schema and back. It holds no
// state and is safe for concurrent use. The bytes carry no framing.
type Codec[T any] struct {
	avro   *goavro.Codec
	shape  shape[T]
	direct direct[T] // takes goavro's place, where it is not nil
}

// Codec compiles a schema, normally one of c.Versions; a reader passes the
// schema that the message was written in. It fails when the schema is not
// valid Avro or describes another contract's record.
func (c Contract[T]) Codec(schema string) (Codec[T], error) {
	avro, err := goavro.NewCodec(schema)
	if err != nil {
		return Codec[T]{}, fmt.Errorf("compile Avro schema of %s: %w", c.Topic, err)
	}
	// The canonical form always spells the name with its namespace.
	var header struct{ Name, Type string }
	if err := json.Unmarshal([]byte(avro.CanonicalSchema()), &header); err != nil || header.Type != "record" {
		return Codec[T]{}, fmt.Errorf("compile Avro schema of %s: not a record", c.Topic)
	}
	if header.Name != c.shape.name {
		return Codec[T]{}, fmt.Errorf("compile Avro schema of %s: it describes %s, not %s", c.Topic, header.Name, c.shape.name)
	}
	codec := Codec[T]{avro: avro, shape: c.shape}
	for _, d := range c.shape.direct {
		// Schemas with the same canonical form have the same binary encoding: that is what the form is for.
		if known, err := goavro.NewCodec(d.schema); err == nil && known.CanonicalSchema() == avro.CanonicalSchema() {
			codec.direct = d
		}
	}
	return codec, nil
}

// Append appends the Avro binary of v to dst; times lose what is finer than a
// millisecond. It fails, and returns dst as it was, when a field is out of the
// range that the contract gives. A value in a version of its contract is
// encoded without an allocation, but for dst to grow.
func (c Codec[T]) Append(dst []byte, v T) ([]byte, error) {
	if err := c.shape.valid(v); err != nil {
		return dst, fmt.Errorf("encode %T: %w", v, err)
	}
	if c.direct.append != nil {
		return c.direct.append(dst, v), nil
	}
	out, err := c.avro.BinaryFromNative(dst, c.shape.native(v))
	if err != nil {
		return dst, fmt.Errorf("encode %T: %w", v, err)
	}
	return out, nil
}

// Decode reads one value, which must use up all of b and keep to the ranges
// of the contract. Texts of a riot or an alert share the memory of the whole
// message: clone those that are kept for long. Fields that the writer's schema lacks are left at their
// zero value; fields that T lacks are ignored. Slices are never nil, so that
// their JSON is []. It does not panic on bad bytes, nor allocate by what they
// announce.
func (c Codec[T]) Decode(b []byte) (T, error) {
	var none T
	v, err := c.read(b)
	if err == nil {
		err = c.shape.valid(v)
	}
	if err != nil {
		return none, fmt.Errorf("decode %T: %w", none, err)
	}
	return v, nil
}

func (c Codec[T]) read(b []byte) (v T, err error) {
	if c.direct.read != nil {
		in := inputOf(b)
		v = c.direct.read(in)
		return v, in.end()
	}
	native, rest, err := c.avro.NativeFromBinary(b)
	if err != nil {
		return v, err
	}
	if len(rest) > 0 {
		return v, leftOver(len(rest))
	}
	fields, _ := native.(map[string]any) // Contract.Codec admits records only
	return c.shape.typed(fields), nil
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

// long is the field's value, or otherwise when the writer's schema lacks it.
func (f record) long(name string, otherwise int64) int64 {
	switch n := f.value(name).(type) {
	case int64:
		return n
	case int32:
		return int64(n)
	default:
		return otherwise
	}
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
	texts := make([]string, 0, len(items))
	for _, item := range items {
		if s, ok := item.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

func (f record) records(name string) []record {
	items, _ := f.value(name).([]any)
	records := make([]record, 0, len(items))
	for _, item := range items {
		if r, ok := item.(map[string]any); ok {
			records = append(records, r)
		}
	}
	return records
}
