package chart

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// A Format is a kind of picture.
type Format string

// The formats.
const (
	SVG Format = "svg"
	PNG Format = "png"
)

// ErrNothing says that an answer has no rows to draw.
var ErrNothing = errors.New("there is nothing to draw")

// A picture is 800 by 500 pixels, at 96 to the inch.
const (
	pictureWidth  = 800 * vg.Inch / 96
	pictureHeight = 500 * vg.Inch / 96
	titleLetters  = 104 // that fit in a line
	axisLetters   = 60
	barsUpright   = 6 // more of them lie on their side, where names have room
)

// Colours that are told apart with any eyes: those of Okabe and Ito.
var seriesColours = []color.NRGBA{
	{0, 114, 178, 255},
	{213, 94, 0, 255},
	{0, 158, 115, 255},
	{204, 121, 167, 255},
	{230, 159, 0, 255},
	{86, 180, 233, 255},
	{90, 90, 90, 255},
	{170, 150, 0, 255},
}

// The colours of cells, dark to light, as ColorBrewer's YlGnBu.
var cellColours = []color.Color{
	color.NRGBA{8, 29, 88, 255},
	color.NRGBA{34, 94, 168, 255},
	color.NRGBA{65, 182, 196, 255},
	color.NRGBA{199, 233, 180, 255},
	color.NRGBA{255, 255, 224, 255},
}

var ink, faint = color.Gray{40}, color.Gray{225}

// Picture draws a picture with a title. The error wraps ErrNothing when the
// answer has no rows to draw.
func (c Chart) Picture(title string, format Format) ([]byte, error) {
	if c.empty() {
		return nil, ErrNothing
	}
	var canvas interface {
		vg.CanvasSizer
		io.WriterTo
	}
	switch format {
	case SVG:
		canvas = vgsvg.New(pictureWidth, pictureHeight)
	case PNG:
		canvas = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(pictureWidth, pictureHeight), vgimg.UseDPI(96))}
	default:
		return nil, fmt.Errorf("a picture is in svg or png, not in %s", format)
	}
	whole := draw.New(canvas)
	whole.SetColor(color.White)
	whole.Fill(whole.Path())
	whole = draw.Crop(whole, 8, -14, 8, -8)
	if err := c.draw(whole, title); err != nil {
		return nil, fmt.Errorf("draw the chart of %s: %w", c.question.Name, err)
	}
	var picture bytes.Buffer
	if _, err := canvas.WriteTo(&picture); err != nil {
		return nil, fmt.Errorf("write the chart of %s as %s: %w", c.question.Name, format, err)
	}
	return picture.Bytes(), nil
}

func (c Chart) draw(whole draw.Canvas, title string) error {
	p := c.blank(title)
	switch c.question.Chart.Kind {
	case question.Lines:
		if err := c.drawLines(p); err != nil {
			return err
		}
	case question.Heat:
		return c.drawHeat(p, whole)
	default:
		if err := c.drawBars(p); err != nil {
			return err
		}
	}
	p.Draw(whole)
	return nil
}

// blank is a plot with its title and the names of its axes.
func (c Chart) blank(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text = wrapped(title, titleLetters)
	p.Title.TextStyle.Color, p.Title.Padding = ink, 10
	p.X.Label.Text, p.Y.Label.Text = c.meaning(c.question.Chart.X, axisLetters), c.meaning(c.question.Chart.Y, axisLetters)
	for _, style := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font.Variant, style.Font.Size, style.Color = "Sans", 9, ink
	}
	p.Title.TextStyle.Font.Size = 11
	p.X.Label.TextStyle.Font.Size, p.Y.Label.TextStyle.Font.Size = 10, 10
	p.X.Label.Padding, p.Y.Label.Padding = 4, 4
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color, axis.Tick.Color = ink, ink
		axis.Tick.Marker = commas{}
	}
	return p
}

// grid draws faint lines behind what is drawn, across one axis or both.
func grid(p *plot.Plot, vertical, horizontal bool) {
	lines := plotter.NewGrid()
	lines.Vertical.Color, lines.Horizontal.Color = nil, nil
	if vertical {
		lines.Vertical.Color = faint
	}
	if horizontal {
		lines.Horizontal.Color = faint
	}
	lines.Vertical.Dashes, lines.Horizontal.Dashes = nil, nil
	p.Add(lines)
}

// drawBars draws up to barsUpright bars upright, and more of them on their
// side, the first on top.
func (c Chart) drawBars(p *plot.Plot) error {
	points, said := slices.Clone(c.points), alike(c.values())
	lying := len(points) > barsUpright
	if lying {
		slices.Reverse(points)
		slices.Reverse(said)
		p.X.Label.Text, p.Y.Label.Text = p.Y.Label.Text, p.X.Label.Text
	}
	grid(p, lying, !lying)
	heights := make(plotter.Values, len(points))
	names, ends := make([]string, len(points)), plotter.XYLabels{}
	for i, point := range points {
		if !math.IsNaN(point.y) {
			heights[i] = point.y
		}
		names[i] = point.name
		if point.series != "" {
			names[i] += " " + point.series
		}
		end, place := max(heights[i], number0(point.high)), float64(i)
		spot := plotter.XY{X: place, Y: end}
		if lying {
			spot = plotter.XY{X: end, Y: place}
		}
		ends.XYs, ends.Labels = append(ends.XYs, spot), append(ends.Labels, said[i])
	}
	room := float64(pictureWidth) * 0.7
	if lying {
		room = float64(pictureHeight) * 0.72
	}
	bars, err := plotter.NewBarChart(heights, vg.Length(min(90, room/float64(len(points))*0.7)))
	if err != nil {
		return err
	}
	bars.Color, bars.LineStyle.Width, bars.Horizontal = seriesColours[0], 0, lying
	labels, err := plotter.NewLabels(ends)
	if err != nil {
		return err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Font.Variant, labels.TextStyle[i].Font.Size, labels.TextStyle[i].Color = "Sans", 9, ink
		labels.TextStyle[i].XAlign, labels.TextStyle[i].YAlign = text.XCenter, text.YBottom
		if lying {
			labels.TextStyle[i].XAlign, labels.TextStyle[i].YAlign = text.XLeft, text.YCenter
		}
	}
	labels.Offset = vg.Point{Y: 3}
	if lying {
		labels.Offset = vg.Point{X: 4}
	}
	p.Add(bars, labels)
	if c.question.Chart.Low != "" {
		if err := addErrors(p, points, lying); err != nil {
			return err
		}
	}
	if lying {
		p.NominalY(names...)
		p.X.Min, p.X.Max = min(0, p.X.Min), p.X.Max*1.08
		p.Y.Tick.Label.XAlign = text.XRight
	} else {
		p.NominalX(names...)
		p.X.Min, p.X.Max = -0.6, float64(len(points))-0.4
		p.Y.Min, p.Y.Max = min(0, p.Y.Min), p.Y.Max*1.08
	}
	return nil
}

func number0(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// addErrors draws the interval of each bar.
func addErrors(p *plot.Plot, points []point, lying bool) error {
	type both struct {
		plotter.XYs
		plotter.YErrors
		plotter.XErrors
	}
	var all both
	for i, point := range points {
		if math.IsNaN(point.y) || math.IsNaN(point.low) || math.IsNaN(point.high) {
			continue
		}
		away := struct{ Low, High float64 }{point.y - point.low, point.high - point.y}
		spot := plotter.XY{X: float64(i), Y: point.y}
		if lying {
			spot = plotter.XY{X: point.y, Y: float64(i)}
		}
		all.XYs = append(all.XYs, spot)
		all.YErrors, all.XErrors = append(all.YErrors, away), append(all.XErrors, away)
	}
	if len(all.XYs) == 0 {
		return nil
	}
	if lying {
		bars, err := plotter.NewXErrorBars(all)
		if err != nil {
			return err
		}
		bars.Color = ink
		p.Add(bars)
		return nil
	}
	bars, err := plotter.NewYErrorBars(all)
	if err != nil {
		return err
	}
	bars.Color = ink
	p.Add(bars)
	return nil
}

func (c Chart) drawLines(p *plot.Plot) error {
	grid(p, false, true)
	all := c.series()
	for i, series := range all {
		colour := seriesColours[i%len(seriesColours)]
		points := c.of(series)
		if len(points) == 0 {
			continue
		}
		var spots, band plotter.XYs
		for _, point := range points {
			spots = append(spots, plotter.XY{X: point.at, Y: point.y})
			if !math.IsNaN(point.low) {
				band = append(band, plotter.XY{X: point.at, Y: point.low})
			}
		}
		for _, point := range slices.Backward(points) {
			if !math.IsNaN(point.high) {
				band = append(band, plotter.XY{X: point.at, Y: point.high})
			}
		}
		if len(band) > 2 {
			shade, err := plotter.NewPolygon(band)
			if err != nil {
				return err
			}
			pale := colour
			pale.A = 50
			shade.Color, shade.Width = pale, 0
			p.Add(shade)
		}
		line, dots, err := plotter.NewLinePoints(spots)
		if err != nil {
			return err
		}
		line.Color, line.Width = colour, 1.6
		if i >= len(seriesColours) { // the colours begin again
			line.Dashes = []vg.Length{5, 3}
		}
		p.Add(line)
		measured := c.question.Chart.Dots != ""
		if measured {
			if dots, err = plotter.NewScatter(dotsOf(points)); err != nil {
				return err
			}
		}
		dots.Color, dots.Shape, dots.Radius = colour, draw.CircleGlyph{}, 2
		p.Add(dots)
		if len(all) > 1 {
			p.Legend.Add(series, line)
		}
		if measured && i == 0 {
			p.Legend.Add(c.question.Chart.Dots, dots)
			p.Legend.Add(c.question.Chart.Y, line)
		}
	}
	low, high := c.span()
	if low > 0 && low < high/2 {
		p.Y.Min = 0 // a rate is read from zero, unless that would flatten it
	}
	p.Y.Max += (high - p.Y.Min) * 0.06
	p.Legend.Top = true
	if entries := max(len(all), map[bool]int{true: 2}[c.question.Chart.Dots != ""]); entries > 1 {
		p.Y.Max += (high - p.Y.Min) * 0.06 * float64(entries)
	}
	if c.dates {
		p.X.Tick.Marker = days{}
	}
	return nil
}

// dotsOf is what was measured.
func dotsOf(points []point) (dots plotter.XYs) {
	for _, point := range points {
		if !math.IsNaN(point.dot) {
			dots = append(dots, plotter.XY{X: point.at, Y: point.dot})
		}
	}
	return dots
}

// drawHeat draws the cells, and beside them what their colours mean.
func (c Chart) drawHeat(p *plot.Plot, whole draw.Canvas) error {
	low, high := c.span()
	if low = min(low, 0); high <= low {
		high = low + 1
	}
	dark, err := moreland.NewLuminance(cellColours)
	if err != nil {
		return err
	}
	colours := palette.Reverse(dark)
	colours.SetMin(low)
	colours.SetMax(high)

	cells := c.cells()
	heat := plotter.NewHeatMap(cells, colours.Palette(64))
	heat.Min, heat.Max, heat.NaN = low, high, color.Gray{235}
	p.Add(heat)
	p.Y.Label.Text = c.meaning(c.question.Chart.Series, axisLetters)
	p.NominalY(cells.rows...)
	p.Y.Min, p.Y.Max = -0.5, float64(len(cells.rows))-0.5
	p.X.Min, p.X.Max = -0.5, float64(len(cells.names))-0.5
	p.X.Tick.Marker = nominal(cells.names)
	p.X.Tick.Length, p.X.Padding, p.Y.Padding = 3, 2, 2

	scale := c.blank("")
	scale.Add(&plotter.ColorBar{ColorMap: colours, Vertical: true, Colors: 64})
	scale.HideX()
	scale.X.Label.Text, scale.Title.Text = "", ""
	scale.Y.Label.Text = c.meaning(c.question.Chart.Y, axisLetters)
	scale.Y.Padding = 2

	const beside = 62
	p.Draw(draw.Crop(whole, 0, -beside-10, 0, 0))
	// As high as the cells: below the title, above the names of the hours.
	inner := p.DataCanvas(draw.Crop(whole, 0, -beside-10, 0, 0))
	right := draw.Crop(whole, whole.Max.X-whole.Min.X-beside, 0, 0, 0)
	right.Min.Y, right.Max.Y = inner.Min.Y, inner.Max.Y
	scale.Draw(right)
	return nil
}

// cells is a grid of values: a row for each series, the first on top.
type cells struct {
	rows, names []string
	values      [][]float64 // by row, then by column; NaN where there is none
}

func (c Chart) cells() cells {
	at, names := c.steps()
	grid := cells{rows: c.series(), names: names}
	slices.Reverse(grid.rows)
	for _, series := range grid.rows {
		row := make([]float64, len(at))
		for i := range row {
			row[i] = math.NaN()
		}
		for _, p := range c.of(series) {
			row[slices.Index(at, p.at)] = p.y
		}
		grid.values = append(grid.values, row)
	}
	return grid
}

// The methods of plotter.GridXYZ.

// Dims is the number of columns and rows.
func (g cells) Dims() (columns, rows int) { return len(g.names), len(g.rows) }

// Z is a value.
func (g cells) Z(column, row int) float64 { return g.values[row][column] }

// X is the middle of a column.
func (g cells) X(column int) float64 { return float64(column) }

// Y is the middle of a row.
func (g cells) Y(row int) float64 { return float64(row) }

// nominal is names at 0, 1, 2 …: as many as have room.
type nominal []string

// Ticks is of plot.Ticker.
func (n nominal) Ticks(_, _ float64) (ticks []plot.Tick) {
	longest := 1
	for _, name := range n {
		longest = max(longest, runewidth.StringWidth(name)+1)
	}
	every := 1 + len(n)*longest/titleLetters
	for i, name := range n {
		if i%every == 0 {
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: name})
		}
	}
	return ticks
}

// commas are plot's own ticks, written as the text of answers is.
type commas struct{}

// Ticks is of plot.Ticker.
func (commas) Ticks(low, high float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(low, high)
	for i, tick := range ticks {
		if tick.Label != "" && math.Abs(tick.Value) >= 1000 {
			ticks[i].Label = short(tick.Value)
		}
	}
	return ticks
}

// days are ticks at whole days, at most ten, of a scale in days since 1970.
type days struct{}

// Ticks is of plot.Ticker.
func (days) Ticks(low, high float64) (ticks []plot.Tick) {
	every := int64(1)
	for _, step := range []int64{1, 2, 7, 14, 28, 91, 182, 364} {
		if every = step; (high-low)/float64(step) <= 10 {
			break
		}
	}
	for day := int64(math.Ceil(low)); float64(day) <= high; day += every {
		ticks = append(ticks, plot.Tick{Value: float64(day), Label: time.Unix(day*24*60*60, 0).UTC().Format("2 Jan 2006")})
	}
	return ticks
}

// wrapped breaks a text at spaces into lines of at most so many letters, and of
// about the same length.
func wrapped(s string, most int) string {
	var lines []string
	whole := runewidth.StringWidth(s)
	if parts := (whole + most - 1) / most; parts > 1 {
		most = min(most, whole/parts+10)
	}
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && runewidth.StringWidth(line)+1+runewidth.StringWidth(word) > most {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return strings.Join(append(lines, line), "\n")
}
