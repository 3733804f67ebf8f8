package app

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/peacestate/peacestate/spark-jobs/internal/chart"
)

// usualWidth is that of what is no terminal.
const usualWidth = 80

// terminal says how charts are drawn on w: as wide as a terminal is, and in
// colour unless NO_COLOR says otherwise.
func terminal(w io.Writer) chart.Terminal {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return chart.Terminal{Width: usualWidth}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		width = usualWidth
	}
	return chart.Terminal{Width: width, Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}
