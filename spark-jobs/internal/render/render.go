// Package render writes answers and findings for people, as plain text, and
// for programs, as JSON: one object a line. It is pure.
package render

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// A head is the first line of a column; numbers are aligned to the right.
type head struct {
	name    string
	numeric bool
}

// aligned lays rows out in columns, without lines or trailing spaces.
func aligned(heads []head, rows [][]string) string {
	w := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	w.SuppressTrailingSpaces()

	var names table.Row
	var configs []table.ColumnConfig
	for i, h := range heads {
		names = append(names, h.name)
		if h.numeric {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.AppendHeader(names)
	w.SetColumnConfigs(configs)
	for _, cells := range rows {
		var row table.Row
		for _, c := range cells {
			row = append(row, c)
		}
		w.AppendRow(row)
	}
	return w.Render() + "\n"
}

// cell writes a value of an answer: counts with commas, numbers with three
// decimals, what is not defined as a dash.
func cell(value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case int64:
		return humanize.Comma(v)
	case float64:
		return fmt.Sprintf("%.3f", v)
	default:
		return fmt.Sprint(v)
	}
}

// short is cell with one decimal, for grids.
func short(value any) string {
	if x, ok := value.(float64); ok {
		return fmt.Sprintf("%.1f", x)
	}
	return cell(value)
}

// line writes one JSON object on one line, and HTML's characters as they are.
func line(object any) ([]byte, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(object); err != nil {
		return nil, fmt.Errorf("write %T as JSON: %w", object, err)
	}
	return []byte(b.String()), nil
}
