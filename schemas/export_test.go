package schemas

import "fmt"

// ByGoavro is the Avro binary that goavro makes of a report in version n,
// counted from 1. Fields are not held to their ranges, as a faulty drone would
// send them.
func ByGoavro(n int, r Report) []byte {
	codec, err := Reports().Codec(Reports().Versions[n-1])
	if err != nil {
		panic(fmt.Sprintf("version %d: %v", n, err))
	}
	encoded, err := codec.avro.BinaryFromNative(nil, r.native())
	if err != nil {
		panic(fmt.Sprintf("encode: %v", err))
	}
	return encoded
}

// GoavroEncoder encodes reports in version n, counted from 1, as ByGoavro
// does, for benchmarks.
func GoavroEncoder(n int) func(dst []byte, r Report) ([]byte, error) {
	codec, err := Reports().Codec(Reports().Versions[n-1])
	if err != nil {
		panic(fmt.Sprintf("version %d: %v", n, err))
	}
	codec.direct = nil
	return codec.Append
}
