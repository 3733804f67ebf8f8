package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// errShort says that a message ends before its record does.
var errShort = errors.New("the record is cut off")

// An input is Avro binary that is read value by value, in the order of the
// writer's schema; the opposite of what binary.go appends. After the first
// error, which err keeps, all values are zero. It does not panic on bad bytes,
// nor allocate by what they announce.
type input struct {
	text string // all of it: texts are parts of it, so that they take no allocation
	at   int    // what is read
	err  error
}

func inputOf(b []byte) *input { return &input{text: string(b)} }

func (in *input) fail(err error) {
	if in.err == nil {
		in.err = err
	}
	in.at = len(in.text)
}

func (in *input) left() int { return len(in.text) - in.at }

// end is the error, if there was one, also that something is left over.
func (in *input) end() error {
	if in.err == nil && in.left() > 0 {
		return leftOver(in.left())
	}
	return in.err
}

func leftOver(n int) error { return fmt.Errorf("%d bytes left over after the record", n) }

func (in *input) readLong() int64 {
	var zigzag uint64
	for shift := 0; shift < 64; shift += 7 {
		if in.left() == 0 {
			in.fail(errShort)
			return 0
		}
		b := in.text[in.at]
		in.at++
		zigzag |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int64(zigzag>>1) ^ -int64(zigzag&1)
		}
	}
	in.fail(errors.New("a number that does not fit into 64 bits"))
	return 0
}

func (in *input) readInt() int {
	n := in.readLong()
	if n < math.MinInt32 || n > math.MaxInt32 {
		in.fail(errors.New("a number that does not fit into 32 bits"))
		return 0
	}
	return int(n)
}

// take is the next n bytes.
func (in *input) take(n int64) string {
	if n < 0 || n > int64(in.left()) {
		in.fail(errShort)
		return ""
	}
	taken := in.text[in.at : in.at+int(n)]
	in.at += int(n)
	return taken
}

func (in *input) readText() string { return in.take(in.readLong()) }

func (in *input) readDouble() float64 {
	var room [8]byte
	copy(room[:], in.take(8))
	return math.Float64frombits(binary.LittleEndian.Uint64(room[:]))
}

func (in *input) readBool() bool {
	switch in.take(1) {
	case "\x01":
		return true
	case "\x00", "": // or the error is set
		return false
	default:
		in.fail(errors.New("a boolean that is neither true nor false"))
		return false
	}
}

func (in *input) readTime() time.Time { return time.UnixMilli(in.readLong()).UTC() }

// readPresent reads which branch of the union ["null", T] follows.
func (in *input) readPresent() bool {
	branch := in.readLong()
	if branch != 0 && branch != 1 {
		in.fail(fmt.Errorf("branch %d of a union of two", branch))
	}
	return branch == 1
}

// readTexts reads an array of strings, block by block. It is never nil.
func (in *input) readTexts() []string {
	texts := []string{}
	for {
		count := in.readLong()
		if count < 0 && count != math.MinInt64 {
			count = -count
			in.readLong() // the size of the block, for those who skip it
		}
		// An item takes at least one byte.
		if count < 0 || count > min(maxBlock, int64(in.left())) {
			in.fail(fmt.Errorf("an array with a block of %d items", count))
		}
		if count == 0 || in.err != nil {
			return texts
		}
		if cap(texts) == 0 {
			texts = make([]string, 0, count)
		}
		for range count {
			texts = append(texts, in.readText())
		}
	}
}
