package lake

import (
	"fmt"
	"strings"
	"time"
)

// The statements of upkeep call Iceberg's own procedures, which are safe beside
// a sink that appends: each ends in one commit, and a commit that came between
// is no conflict, as appends add files and these replace or forget others. Only
// that of Tidy can be Overtaken.

// Compact rewrites the small files of each day as few large ones, sorted by
// time and place; answers, which have no place, by time. A day of less than five
// such files is left alone, so a second call finds nothing to do.
func Compact(table string) string {
	order := EventTime(table)
	if table != Answers {
		order = fmt.Sprintf("zorder(%s, lat, lon)", order)
	}
	return call("rewrite_data_files", table,
		"strategy => 'sort'",
		fmt.Sprintf("sort_order => '%s'", order),
		fmt.Sprintf("options => map('min-input-files', '%d', 'max-concurrent-file-group-rewrites', '2')", minInputFiles))
}

// minInputFiles is how many small files of a day are worth a rewrite.
const minInputFiles = 5

// Tidy gathers the table's manifests, of which every commit leaves one.
func Tidy(table string) string { return call("rewrite_manifests", table) }

// Overtaken says whether Tidy was refused because the sink's commit merged
// manifests meanwhile, as now and then it does (Iceberg's issue 3466): it can be
// called again.
func Overtaken(err error) bool {
	return err != nil && strings.Contains(err.Error(), "could not be found in the latest snapshot")
}

// Expire forgets the snapshots before a time, and removes the files that only
// they held. The newest RetainedSnapshots stay, whatever their age: among them
// is the sink's last, in which it finds its place (connectors/README.md).
func Expire(table string, before time.Time) string {
	return call("expire_snapshots", table, "older_than => "+Timestamp(before), fmt.Sprintf("retain_last => %d", RetainedSnapshots))
}

// RetainedSnapshots stay however old they are.
const RetainedSnapshots = 20

// RemoveOrphans removes files in the table's folder that no snapshot holds and
// that were written before a time, as by tasks that died. Younger ones may
// be about to be committed; Iceberg refuses anything below a day.
func RemoveOrphans(table string, before time.Time) string {
	return call("remove_orphan_files", table, "older_than => "+Timestamp(before), "prefix_listing => true")
}

// ScanSQL reads one column of every row: how long that takes is what files cost
// a question. (Iceberg would answer its greatest value without reading any.)
func ScanSQL(table string) string {
	return fmt.Sprintf("SELECT bit_xor(hash(%s)) AS seen FROM %s", EventTime(table), table)
}

func call(procedure, table string, arguments ...string) string {
	name := strings.TrimPrefix(table, Catalog+".")
	return fmt.Sprintf("CALL %s.system.%s(%s)", Catalog, procedure, strings.Join(append([]string{"table => '" + name + "'"}, arguments...), ", "))
}

// Timestamp writes a time as SQL.
func Timestamp(t time.Time) string { return t.UTC().Format("TIMESTAMP '2006-01-02 15:04:05.000 UTC'") }

// EventTime is the table's column of event time; of an answer, when it was
// asked for.
func EventTime(table string) string {
	if table == Answers {
		return "asked_at"
	}
	for _, d := range Definitions() {
		if d.Table == table {
			return d.Day
		}
	}
	panic("lake: " + table + " is no table of the archive")
}
