package render

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/spark-jobs/internal/deadletter"
)

// Letters is a table of the reasons, then the newest letters, a line each.
func Letters(reasons []deadletter.Reason, newest []deadletter.Letter) string {
	if len(reasons) == 0 {
		return "there are no dead letters\n"
	}
	var rows [][]string
	for _, r := range reasons {
		rows = append(rows, []string{humanize.Comma(int64(r.Count)), r.By, clipped(r.Reason)})
	}
	text := aligned([]head{{"letters", true}, {"set aside by", false}, {"reason", false}}, rows)
	if len(newest) == 0 {
		return text
	}
	rows = nil
	for _, l := range newest {
		rows = append(rows, []string{
			fmt.Sprintf("%s/%d", l.Letters, l.Number), moment(&l.SetAt), l.Origin(), l.Key, fmt.Sprint(len(l.Value)), clipped(l.Reason),
		})
	}
	return text + "\n" + aligned([]head{{"letter", false}, {"set aside", false}, {"record", false}, {"key", false}, {"bytes", true}, {"reason", false}}, rows)
}

// LetterJSON is one letter on one line.
func LetterJSON(l deadletter.Letter) ([]byte, error) { return line(l) }

// clipped fits a reason into a line of a terminal.
func clipped(s string) string {
	const most = 90
	if runes := []rune(strings.ToValidUTF8(s, "?")); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
