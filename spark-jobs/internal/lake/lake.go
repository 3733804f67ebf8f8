// Package lake names what the archive holds: the Iceberg tables as Spark
// knows them and the columns that the sink adds to every row.
package lake

// The columns that say where a row came from. The connectors add them
// (transform InsertField, see connectors/README.md).
const (
	PartitionColumn = "kafka_partition"
	OffsetColumn    = "kafka_offset"
	// TimestampColumn is when the record was sent, by its sender's clock.
	TimestampColumn = "kafka_timestamp"
)

// Catalog is Spark's name of the Iceberg catalog, and Namespace holds the
// tables.
const (
	Catalog   = "lake"
	Namespace = Catalog + ".peacestate"
)

// Table is Spark's name of the table that keeps a topic's records.
func Table(topic string) string { return Namespace + "." + topic }
