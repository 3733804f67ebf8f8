package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// A Terminal is where text is drawn.
type Terminal struct {
	Width  int  // in letters; below leastWidth it is taken as that
	Colour bool // ANSI's 256 colours may be used
}

const (
	leastWidth = 40
	mostLabel  = 24 // letters of a bar's or a row's name
	lineHeight = 12 // lines of text that a chart of lines takes
)

// Text draws for a terminal. It is "" when there is nothing to draw.
func (c Chart) Text(t Terminal) string {
	t.Width = max(t.Width, leastWidth)
	if c.empty() {
		return ""
	}
	switch c.question.Chart.Kind {
	case question.Heat:
		return c.textHeat(t)
	case question.Lines:
		return c.textLines(t)
	default:
		return c.textBars(t)
	}
}

// bar draws a share, 0 to 1, of so many letters, to the eighth.
func bar(share float64, letters int) string {
	eighths := int(math.Round(share * float64(letters) * 8))
	if eighths == 0 && share > 0 {
		eighths = 1
	}
	text := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return text
}

func (c Chart) textBars(t Terminal) string {
	names, values := make([]string, len(c.points)), alike(c.values())
	widest, longest := 0, 0
	for i, p := range c.points {
		name := p.name
		if p.series != "" {
			name += " " + p.series
		}
		names[i] = runewidth.Truncate(name, mostLabel, "…")
		if !math.IsNaN(p.low) && !math.IsNaN(p.high) {
			values[i] += fmt.Sprintf(" (%s to %s)", short(p.low), short(p.high))
		}
		widest, longest = max(widest, runewidth.StringWidth(names[i])), max(longest, runewidth.StringWidth(values[i]))
	}
	most := 0.0
	for _, p := range c.points {
		if size := math.Abs(p.y); size > most { // which NaN is not
			most = size
		}
	}
	room := max(8, t.Width-widest-longest-3)
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s\n", c.question.Chart.Y, c.question.Chart.X)
	for i, p := range c.points {
		drawn := ""
		switch {
		case p.y > 0:
			drawn = t.paint(bar(p.y/most, room), inks[0])
		case p.y < 0: // below zero, hatched
			drawn = t.paint(strings.Repeat("▒", max(1, int(math.Round(-p.y/most*float64(room))))), inks[1])
		}
		line := fmt.Sprintf("%s ▏%s %s", runewidth.FillRight(names[i], widest), drawn, values[i])
		b.WriteString(line + "\n")
	}
	return b.String()
}

// The colours of series, of ANSI's 256: those of Okabe and Ito, as near as
// there are.
var inks = []int{32, 208, 36, 175, 166, 74, 220}

// The marks of series.
var marks = []rune("●▲■◆○△□◇")

func (t Terminal) paint(text string, ink int) string {
	if !t.Colour || text == "" {
		return text
	}
	return fmt.Sprintf("\x1b[38;5;%dm%s\x1b[0m", ink, text)
}

// A canvas is a grid of letters, each with a colour; -1 is none.
type canvas struct {
	letters [][]rune
	inks    [][]int
}

func newCanvas(width, height int) canvas {
	c := canvas{make([][]rune, height), make([][]int, height)}
	for i := range height {
		c.letters[i] = []rune(strings.Repeat(" ", width))
		c.inks[i] = make([]int, width)
		for j := range width {
			c.inks[i][j] = -1
		}
	}
	return c
}

func (c canvas) put(x, y int, letter rune, ink int) {
	if y >= 0 && y < len(c.letters) && x >= 0 && x < len(c.letters[y]) {
		c.letters[y][x], c.inks[y][x] = letter, ink
	}
}

func (c canvas) line(y int, t Terminal) string {
	var b strings.Builder
	end := len(strings.TrimRight(string(c.letters[y]), " "))
	for x, written := 0, 0; x < len(c.letters[y]) && written < end; x++ {
		letter := string(c.letters[y][x])
		written += len(letter)
		if c.inks[y][x] >= 0 {
			letter = t.paint(letter, c.inks[y][x])
		}
		b.WriteString(letter)
	}
	return b.String()
}

// textLines draws a mark at each point, or at what was measured there, a dot
// where a line passes between two, and shades the interval.
func (c Chart) textLines(t Terminal) string {
	low, high := c.span()
	if low > 0 && low < high/2 {
		low = 0 // a rate is read from zero, unless that would flatten it
	}
	if low == high {
		low, high = low-1, high+1
	}
	at, names := c.steps()
	from, to := at[0], at[len(at)-1]
	if from == to {
		from, to = from-1, to+1
	}
	const middle = lineHeight / 2
	scales := map[int]string{0: short(high), middle: short(high - (high-low)*middle/(lineHeight-1)), lineHeight - 1: short(low)}
	left := max(len(scales[0]), len(scales[middle]), len(scales[lineHeight-1]))
	width := t.Width - left - 2
	column := func(x float64) int { return int(math.Round((x - from) / (to - from) * float64(width-1))) }
	row := func(y float64) int { return int(math.Round((high - y) / (high - low) * (lineHeight - 1))) }

	field := newCanvas(width, lineHeight)
	for i, series := range c.series() {
		points, ink, mark := c.of(series), inks[i%len(inks)], marks[i%len(marks)]
		for k := 1; k < len(points); k++ {
			a, b := points[k-1], points[k]
			for x := column(a.at); x <= column(b.at); x++ {
				share := 0.0
				if column(b.at) > column(a.at) {
					share = float64(x-column(a.at)) / float64(column(b.at)-column(a.at))
				}
				if bottom, top := between(a.low, b.low, share), between(a.high, b.high, share); !math.IsNaN(bottom) && !math.IsNaN(top) {
					for y := row(top); y <= row(bottom); y++ {
						field.put(x, y, '░', ink)
					}
				}
			}
		}
		for k := 1; k < len(points); k++ {
			a, b := points[k-1], points[k]
			for x := column(a.at) + 1; x < column(b.at); x++ {
				share := float64(x-column(a.at)) / float64(column(b.at)-column(a.at))
				field.put(x, row(between(a.y, b.y, share)), '·', ink)
			}
		}
		for _, p := range points {
			if c.question.Chart.Dots == "" {
				field.put(column(p.at), row(p.y), mark, ink)
				continue
			}
			field.put(column(p.at), row(p.y), '·', ink)
			if !math.IsNaN(p.dot) {
				field.put(column(p.at), row(p.dot), mark, ink)
			}
		}
	}

	var b strings.Builder
	said := c.question.Chart.Y
	if dots := c.question.Chart.Dots; dots != "" {
		said = fmt.Sprintf("%c %s and · %s", marks[0], dots, said)
	}
	fmt.Fprintf(&b, "%s by %s\n", said, c.question.Chart.X)
	for y := range lineHeight {
		fmt.Fprintf(&b, "%*s ┤%s\n", left, scales[y], field.line(y, t))
	}
	places := make([]int, len(at))
	for i := range at {
		places[i] = column(at[i])
	}
	fmt.Fprintf(&b, "%*s  %s\n", left, "", axis(places, names, width))
	b.WriteString(c.legend(t, left+2))
	return b.String()
}

func (c Chart) legend(t Terminal, indent int) string {
	all := c.series()
	if len(all) < 2 {
		return ""
	}
	text, used := strings.Repeat(" ", indent), indent
	for i, series := range all {
		entry := string(marks[i%len(marks)]) + " " + series + "  "
		if used+runewidth.StringWidth(entry) > t.Width && used > indent {
			text, used = strings.TrimRight(text, " ")+"\n"+strings.Repeat(" ", indent), indent
		}
		text, used = text+t.paint(entry, inks[i%len(inks)]), used+runewidth.StringWidth(entry)
	}
	return strings.TrimRight(text, " ") + "\n"
}

func between(a, b, share float64) float64 { return a + (b-a)*share }

// axis writes names below their places, as many as have room.
func axis(places []int, names []string, width int) string {
	line := newCanvas(width, 1)
	free := 0
	for i, place := range places {
		name := []rune(names[i])
		start := min(place, width-len(name))
		if start < free {
			continue
		}
		for k, letter := range name {
			line.put(start+k, 0, letter, -1)
		}
		free = start + len(name) + 2
	}
	return line.line(0, Terminal{})
}

// The shades of cells, light to dark: as letters, and of ANSI's 256 colours.
var (
	shades      = []rune(" ░▒▓█")
	shadeColour = []int{254, 189, 153, 111, 69, 27, 19}
)

func (c Chart) textHeat(t Terminal) string {
	low, high := c.span()
	low = min(low, 0)
	at, names := c.steps()
	rows := c.series()
	left := 0
	for i, name := range rows {
		rows[i] = runewidth.Truncate(name, mostLabel, "…")
		left = max(left, runewidth.StringWidth(rows[i]))
	}
	cell := min(4, max(1, (t.Width-left-1)/len(at)))
	type place struct {
		series string
		at     float64
	}
	values := map[place]float64{}
	for _, p := range c.points {
		values[place{p.series, p.at}] = p.y
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s and %s\n", c.question.Chart.Y, c.question.Chart.Series, c.question.Chart.X)
	for i, series := range c.series() {
		var line strings.Builder
		for _, x := range at {
			value, known := values[place{series, x}]
			if !known || math.IsNaN(value) {
				line.WriteString(runewidth.FillRight("·", cell))
				continue
			}
			line.WriteString(t.shade(value, low, high, cell))
		}
		b.WriteString(strings.TrimRight(runewidth.FillRight(rows[i], left)+" "+line.String(), " ") + "\n")
	}
	places := make([]int, len(at))
	for i := range at {
		places[i] = i * cell
	}
	fmt.Fprintf(&b, "%*s %s\n", left, "", axis(places, names, len(at)*cell))
	fmt.Fprintf(&b, "%*s ", left, "")
	for i := range shades {
		value := low + (high-low)*float64(i)/float64(len(shades)-1)
		fmt.Fprintf(&b, "%s %s  ", t.shade(value, low, high, 2), short(value))
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// shade is a cell of so many letters.
func (t Terminal) shade(value, low, high float64, letters int) string {
	share := 0.0
	if high > low {
		share = (value - low) / (high - low)
	}
	if t.Colour {
		return fmt.Sprintf("\x1b[48;5;%dm%s\x1b[0m", shadeColour[int(math.Round(share*float64(len(shadeColour)-1)))], strings.Repeat(" ", letters))
	}
	return strings.Repeat(string(shades[int(math.Round(share*float64(len(shades)-1)))]), letters)
}
