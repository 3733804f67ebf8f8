// Package wire is the Confluent wire format: a zero byte, the schema's id as
// four big-endian bytes, then the Avro binary.
// Source: https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	magic      = 0
	headerSize = 5
)

// ErrNotFramed says that bytes are not in the Confluent wire format.
var ErrNotFramed = errors.New("not in the Confluent wire format")

// AppendHeader appends the five bytes that precede the Avro binary of a
// message written in the schema with that id.
func AppendHeader(dst []byte, schemaID uint32) []byte {
	return binary.BigEndian.AppendUint32(append(dst, magic), schemaID)
}

// Split takes a message apart. payload is a part of message, not a copy. The
// error wraps ErrNotFramed.
func Split(message []byte) (schemaID uint32, payload []byte, err error) {
	if len(message) < headerSize {
		return 0, nil, fmt.Errorf("%w: %d bytes, at least %d are needed", ErrNotFramed, len(message), headerSize)
	}
	if message[0] != magic {
		return 0, nil, fmt.Errorf("%w: first byte is 0x%02x, not 0", ErrNotFramed, message[0])
	}
	return binary.BigEndian.Uint32(message[1:headerSize]), message[headerSize:], nil
}
