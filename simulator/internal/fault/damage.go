package fault

import "slices"

// A Damage is how the bytes of a corrupt report are spoiled: in a way that no
// reader of Avro can take for a record, whatever it makes of the frame.
type Damage string

// The kinds of damage.
const (
	// Garbled: every bit is flipped. The first byte is not that of a frame,
	// and what would be the length of the first text is negative.
	Garbled Damage = "garbled"
	// CutShort: only the frame and the first text are left, and a part of the
	// second. A cut further on may leave a whole record of an older version.
	CutShort Damage = "cut_short"
	// NegativeLength: the frame is whole, and the first text has -1 bytes.
	NegativeLength Damage = "negative_length"
)

// header is how many bytes stand before the record in a framed message.
const header = 5

// Damage is how a corrupt transmission is spoiled; "" for any other.
func (t Transmission) Damage() Damage {
	if t.Fault != Corrupt {
		return ""
	}
	return []Damage{Garbled, CutShort, NegativeLength}[t.damage.and(0).below(3)]
}

// Damaged is what arrives of a framed report, whose first fields are its id and its drone's. The
// argument is not changed. All but corrupt transmissions arrive as they are.
func (t Transmission) Damaged(framed []byte) []byte {
	bytes := slices.Clone(framed)
	switch t.Damage() {
	case Garbled:
		for i := range bytes {
			bytes[i] = ^bytes[i]
		}
	case CutShort:
		// The lengths of both texts, a report's and a drone's id, are one byte each: Avro doubles them.
		first := header + 1 + int64(bytes[header]/2)
		second := 1 + int64(bytes[first]/2)
		bytes = bytes[:first+t.damage.and(1).below(second)]
	case NegativeLength:
		bytes[header] = 1 // Avro writes -1 so
	}
	return bytes
}
