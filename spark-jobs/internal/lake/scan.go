package lake

import "fmt"

// scan sets into, which are *int64, *float64 or **int64, to the values of a
// row of Spark's. Only a **int64 may be nil.
func scan(row []any, into ...any) error {
	if len(row) != len(into) {
		return fmt.Errorf("%d columns, not %d", len(row), len(into))
	}
	for i, value := range row {
		ok := false
		switch to := into[i].(type) {
		case *int64:
			*to, ok = value.(int64)
		case *float64:
			*to, ok = value.(float64)
		case **int64:
			var n int64
			if n, ok = value.(int64); ok {
				*to = &n
			}
			ok = ok || value == nil
		}
		if !ok {
			return fmt.Errorf("column %d is a %T", i+1, value)
		}
	}
	return nil
}
