package schemas

import "fmt"

func byGoavro[T any](c Contract[T], n int) Codec[T] {
	codec, err := c.Codec(c.Versions[n-1])
	if err != nil {
		panic(fmt.Sprintf("version %d: %v", n, err))
	}
	codec.direct = direct[T]{}
	return codec
}

// ByGoavro is the Avro binary that goavro makes of a value in version n,
// counted from 1. Fields are not held to their ranges, as a faulty drone would
// send them.
func ByGoavro[T any](c Contract[T], n int, v T) []byte {
	encoded, err := byGoavro(c, n).avro.BinaryFromNative(nil, c.shape.native(v))
	if err != nil {
		panic(fmt.Sprintf("encode: %v", err))
	}
	return encoded
}

// GoavroEncoder encodes values in version n, counted from 1, as ByGoavro does,
// for benchmarks.
func GoavroEncoder[T any](c Contract[T], n int) func(dst []byte, v T) ([]byte, error) {
	return byGoavro(c, n).Append
}

// GoavroDecoder decodes by goavro what was written in version n.
func GoavroDecoder[T any](c Contract[T], n int) func(b []byte) (T, error) {
	return byGoavro(c, n).Decode
}
