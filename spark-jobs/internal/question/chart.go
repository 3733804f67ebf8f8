package question

// A Chart says how the rows of an answer are drawn. The fields name columns of
// the question.
type Chart struct {
	Kind   ChartKind
	X      string // along the bottom: what the rows are of
	Y      string // the value, a Count or a Number
	Series string // a line, a colour or a row of cells for each value; "" for one of all
	Low    string // ends of the interval of confidence of Y; both or neither
	High   string
	Dots   string // of Lines: what was measured, where Y is what a model says of it; "" for none
}

// A ChartKind is what is drawn for each row.
type ChartKind int

// The kinds of charts.
const (
	Bars  ChartKind = iota // a bar for each X, in the order of the rows
	Lines                  // a line through the rows of each series; X is a Count, a Number, or a date as 2026-01-31
	Heat                   // a cell for each X and series, the darker the higher
)
