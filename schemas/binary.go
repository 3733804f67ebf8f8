package schemas

import (
	"encoding/binary"
	"math"
)

// What follows appends Avro's binary encoding of single values, as goavro
// writes it. Source: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding

// appendLong appends a whole number: zigzag, then seven bits a byte, the
// lowest first. That is what Go calls a varint.
func appendLong(dst []byte, n int64) []byte { return binary.AppendVarint(dst, n) }

func appendText(dst []byte, s string) []byte {
	return append(appendLong(dst, int64(len(s))), s...)
}

func appendDouble(dst []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
}

func appendFloat(dst []byte, x float32) []byte {
	return binary.LittleEndian.AppendUint32(dst, math.Float32bits(x))
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// The branches of the union ["null", T]: each stands before its value.
const (
	null    = 0
	present = 2 // 1 as a long
)

// appendArray appends items in blocks of at most maxBlock, and the empty block
// that ends an array.
func appendArray[E any](dst []byte, items []E, appendItem func([]byte, E) []byte) []byte {
	for len(items) > 0 {
		block := items[:min(len(items), maxBlock)]
		items = items[len(block):]
		dst = appendLong(dst, int64(len(block)))
		for _, item := range block {
			dst = appendItem(dst, item)
		}
	}
	return append(dst, 0)
}
