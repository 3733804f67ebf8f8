package schemas

import "fmt"

// Unchecked is the Avro binary of a report whose fields are not held to their
// ranges, as a faulty drone would send it.
func Unchecked(r Report) []byte {
	codec, err := Reports().Codec(reportV2)
	if err != nil {
		panic(fmt.Sprintf("report.avsc: %v", err))
	}
	encoded, err := codec.avro.BinaryFromNative(nil, r.native())
	if err != nil {
		panic(fmt.Sprintf("encode: %v", err))
	}
	return encoded
}
