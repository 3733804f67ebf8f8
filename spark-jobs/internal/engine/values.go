package engine

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// rowsOf reads a table. The library's own way would not know intervals, NULL
// without a type, and the units of times and decimals.
func rowsOf(table arrow.Table) ([][]any, error) {
	rows := make([][]any, table.NumRows())
	for i := range rows {
		rows[i] = make([]any, table.NumCols())
	}
	for j := range int(table.NumCols()) {
		i := 0
		for _, chunk := range table.Column(j).Data().Chunks() {
			for k := range chunk.Len() {
				value, err := valueAt(chunk, k)
				if err != nil {
					return nil, fmt.Errorf("column %s: %w", table.Column(j).Name(), err)
				}
				rows[i][j] = value
				i++
			}
		}
	}
	return rows, nil
}

// valueAt is one value as Result describes it.
func valueAt(values arrow.Array, i int) (any, error) {
	if values.IsNull(i) {
		return nil, nil
	}
	switch v := values.(type) {
	case *array.Null:
		return nil, nil
	case *array.Boolean:
		return v.Value(i), nil
	case *array.Int8:
		return int64(v.Value(i)), nil
	case *array.Int16:
		return int64(v.Value(i)), nil
	case *array.Int32:
		return int64(v.Value(i)), nil
	case *array.Int64:
		return v.Value(i), nil
	case *array.Float32:
		// The shortest number that means it: 0.1, not 0.10000000149.
		return strconv.ParseFloat(strconv.FormatFloat(float64(v.Value(i)), 'g', -1, 32), 64)
	case *array.Float64:
		return v.Value(i), nil
	case *array.String:
		return v.Value(i), nil
	case *array.LargeString:
		return v.Value(i), nil
	case *array.Binary:
		return hex.EncodeToString(v.Value(i)), nil
	case *array.Decimal128:
		return json.Number(v.ValueStr(i)), nil
	case *array.Decimal256:
		return json.Number(v.ValueStr(i)), nil
	case *array.Timestamp:
		at := microTime(v, i)
		layout := "2006-01-02T15:04:05.000"
		if at.Nanosecond()%1_000_000 != 0 {
			layout += "000"
		}
		if v.DataType().(*arrow.TimestampType).TimeZone != "" {
			layout += "Z07:00"
		}
		return at.Format(layout), nil
	case *array.Duration: // in microseconds
		const day = 24 * 60 * 60 * 1_000_000
		micros := int64(v.Value(i))
		return fmt.Sprintf("%d days %s", micros/day, time.Duration(micros%day)*time.Microsecond), nil
	case *array.MonthInterval:
		return fmt.Sprintf("%d months", v.Value(i)), nil
	case *array.MonthDayNanoInterval:
		x := v.Value(i)
		return fmt.Sprintf("%d months %d days %s", x.Months, x.Days, time.Duration(x.Nanoseconds)), nil
	case *array.Map:
		return mapAt(v, i)
	case *array.List:
		return listAt(v, i)
	case *array.Struct:
		return structAt(v, i)
	default: // as Arrow writes it: dates are 2026-01-31
		return v.ValueStr(i), nil
	}
}

// A Field is one field of a struct, or one entry of a map.
type Field struct {
	Name  string
	Value any
}

// Fields is a struct or a map, in Spark's order.
type Fields []Field

// MarshalJSON writes an object, and HTML's characters as they are.
func (f Fields) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	text.WriteByte('{')
	for i, field := range f {
		if i > 0 {
			text.WriteByte(',')
		}
		if err := encoder.Encode(field.Name); err != nil {
			return nil, err
		}
		text.WriteByte(':')
		if err := encoder.Encode(field.Value); err != nil {
			return nil, err
		}
	}
	text.WriteByte('}')
	return text.Bytes(), nil
}

// microTime is a time of Spark's, which counts microseconds; up to the year
// 9999, which is too far for nanoseconds.
func microTime(v *array.Timestamp, i int) time.Time {
	if v.DataType().(*arrow.TimestampType).Unit == arrow.Microsecond {
		return time.UnixMicro(int64(v.Value(i))).UTC()
	}
	return v.Value(i).ToTime(v.DataType().(*arrow.TimestampType).Unit)
}

func listAt(v *array.List, i int) ([]any, error) {
	start, end := v.ValueOffsets(i)
	items := make([]any, 0, end-start)
	for k := start; k < end; k++ {
		value, err := valueAt(v.ListValues(), int(k))
		if err != nil {
			return nil, err
		}
		items = append(items, value)
	}
	return items, nil
}

func structAt(v *array.Struct, i int) (Fields, error) {
	fields := make(Fields, v.NumField())
	for k := range fields {
		value, err := valueAt(v.Field(k), i)
		if err != nil {
			return nil, err
		}
		fields[k] = Field{v.DataType().(*arrow.StructType).Field(k).Name, value}
	}
	return fields, nil
}

func mapAt(v *array.Map, i int) (Fields, error) {
	start, end := v.ValueOffsets(i)
	fields := make(Fields, 0, end-start)
	for k := start; k < end; k++ {
		key, err := valueAt(v.Keys(), int(k))
		if err != nil {
			return nil, err
		}
		value, err := valueAt(v.Items(), int(k))
		if err != nil {
			return nil, err
		}
		fields = append(fields, Field{fmt.Sprint(key), value})
	}
	return fields, nil
}
