package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// The types that Spark sends; the e2e tests have Spark itself send them.
func TestValuesOfEveryType(t *testing.T) {
	utc := &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	for _, c := range []struct {
		name, want string
		kind       arrow.DataType
		given      string // as Arrow's JSON
	}{
		{"a byte is widened", `[1,null]`, arrow.PrimitiveTypes.Int8, `[1, null]`},
		{"a long", `[4503599627370497]`, arrow.PrimitiveTypes.Int64, `[4503599627370497]`},
		{"a float is the shortest that means it", `[0.1]`, arrow.PrimitiveTypes.Float32, `[0.1]`},
		{"a decimal is exact", `[12345678901234567890.25]`, &arrow.Decimal128Type{Precision: 38, Scale: 2}, `["12345678901234567890.25"]`},
		{"a time", `["2026-01-05T00:00:00.360Z"]`, utc, `["2026-01-05 00:00:00.360"]`},
		{"with microseconds", `["2026-01-05T00:00:00.000001Z"]`, utc, `["2026-01-05 00:00:00.000001"]`},
		{"a time of no zone", `["2026-01-05T00:00:00.000"]`, &arrow.TimestampType{Unit: arrow.Microsecond}, `["2026-01-05 00:00:00"]`},
		{"a date", `["2026-01-31"]`, arrow.FixedWidthTypes.Date32, `["2026-01-31"]`},
		{"nothing", `[null]`, arrow.Null, `[null]`},
		{"months", `["27 months"]`, arrow.FixedWidthTypes.MonthInterval, `[{"months": 27}]`},
		{"bytes", `["1c2d"]`, arrow.BinaryTypes.Binary, `["HC0="]`},
		{"a list, and none", `[["a",null],[],null]`, arrow.ListOf(arrow.BinaryTypes.String), `[["a", null], [], null]`},
		{
			"a struct keeps the order of its fields", `[{"z":1,"a":[true]},null]`,
			arrow.StructOf(arrow.Field{Name: "z", Type: arrow.PrimitiveTypes.Int32, Nullable: true}, arrow.Field{Name: "a", Type: arrow.ListOf(arrow.FixedWidthTypes.Boolean), Nullable: true}),
			`[{"z": 1, "a": [true]}, null]`,
		},
		{"a map", `[{"k":1}]`, arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32), `[[{"key": "k", "value": 1}]]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			values, _, err := array.FromJSON(memory.DefaultAllocator, c.kind, strings.NewReader(c.given))
			if err != nil {
				t.Fatal(err)
			}
			defer values.Release()
			var got []any
			for i := range values.Len() {
				value, err := valueAt(values, i)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, value)
			}
			text, err := json.Marshal(got)
			if err != nil || string(text) != c.want {
				t.Errorf("got %s, %v, want %s", text, err, c.want)
			}
		})
	}
}

func TestATableMayHaveColumnsOfOneName(t *testing.T) {
	fields := []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "a", Type: arrow.BinaryTypes.String}}
	schema := arrow.NewSchema(fields, nil)
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer builder.Release()
	builder.Field(0).(*array.Int64Builder).AppendValues([]int64{1, 2}, nil)
	builder.Field(1).(*array.StringBuilder).AppendValues([]string{"x", "y"}, nil)
	record := builder.NewRecord()
	defer record.Release()
	table := array.NewTableFromRecords(schema, []arrow.Record{record, record}) // in two pieces
	defer table.Release()
	rows, err := rowsOf(table)
	text, _ := json.Marshal(rows)
	if err != nil || string(text) != `[[1,"x"],[2,"y"],[1,"x"],[2,"y"]]` {
		t.Errorf("got %s, %v", text, err)
	}
}
