// How an answer is drawn: from the columns that its chart names to an option of ECharts. See docs/answers.md.

import type {
  BarSeriesOption,
  CustomSeriesOption,
  HeatmapSeriesOption,
  LineSeriesOption,
  ScatterSeriesOption,
} from 'echarts/charts'
import type { GridComponentOption, TooltipComponentOption, VisualMapComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import type { Answer, Value } from '../api'
import { count, number } from '../format'
import { nameOf } from './words'

export type Option = ComposeOption<
  | BarSeriesOption
  | CustomSeriesOption
  | HeatmapSeriesOption
  | LineSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | TooltipComponentOption
  | VisualMapComponentOption
>

export interface Palette {
  ink: string
  muted: string
  line: string
  surface: string
  series: readonly string[]
  /** from little to much */
  cells: readonly string[]
}

// Okabe and Ito's colours, and ColorBrewer's YlGnBu, as in the pictures of spark-jobs; in the dark, much is bright.
export const light: Palette = {
  ink: '#1a2129',
  muted: '#55606d',
  line: '#dfe3e8',
  surface: '#ffffff',
  series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'],
  cells: ['#f4f8e6', '#c7e9b4', '#41b6c4', '#225ea8', '#081d58'],
}
export const dark: Palette = {
  ink: '#e6eaef',
  muted: '#9aa6b2',
  line: '#2d3742',
  surface: '#171d25',
  series: ['#56b4e9', '#f0762b', '#2fc79b', '#dd93bb', '#e9b03a', '#8fb8d8'],
  cells: ['#1b2733', '#1d4e7a', '#2a87a8', '#73c8b4', '#f2f7c9'],
}

const font = '-apple-system, "Segoe UI", Roboto, Ubuntu, Cantarell, "Noto Sans", "Liberation Sans", system-ui, sans-serif'

/** More bars than this lie on their side, where their names have room. */
const upright = 6

export interface Table {
  answer: Answer
  /** the value of a column in a row */
  at(row: Value[], column: string): Value
  num(row: Value[], column: string): number
}

export function table(answer: Answer): Table {
  const places = new Map(answer.columns.map((column, i) => [column.name, i]))
  const at = (row: Value[], column: string) => row[places.get(column) ?? -1] ?? null
  return {
    answer,
    at,
    num(row, column) {
      const value = at(row, column)
      return typeof value === 'number' ? value : Number.NaN
    },
  }
}

export const readable = (value: Value, kind: 'text' | 'count' | 'number'): string => {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  return kind === 'count' ? count(value) : number(value)
}

/** What is beside the axes is left to the page, where it has room: see words.ts. null: there is nothing to draw. */
export function option(answer: Answer, palette: Palette, narrow = false, animate = true): Option | null {
  if (answer.rows.length === 0) return null
  const drawn = { bars, lines, heat }[answer.chart.kind]
  if (!drawn) return null
  const own = drawn(table(answer), palette, narrow)
  const text = { color: palette.muted, fontSize: 12, fontFamily: font }
  return {
    animation: animate,
    animationDuration: 300,
    textStyle: text,
    grid: { left: 8, right: 20, top: 8, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    ...own,
    tooltip: {
      // Text drawn on the canvas: a tooltip of HTML would need styles that the security policy refuses.
      renderMode: 'richText',
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { ...text, color: palette.ink },
      ...own.tooltip,
    },
  }
}

const axisOf = (palette: Palette) => ({
  axisLine: { lineStyle: { color: palette.muted } },
  axisTick: { show: false },
  axisLabel: { color: palette.muted, hideOverlap: true },
  splitLine: { lineStyle: { color: palette.line } },
})

const valueLabel = { formatter: (value: number) => number(value) }

/** The line of every column of a row: what the pointer is told. */
function told({ answer, at }: Table, row: Value[]): string {
  return answer.columns.map(({ name, kind }) => `${nameOf(name)}: ${readable(at(row, name), kind)}`).join('\n')
}

/** What ECharts asks with what the pointer hit: one thing, or all at one place. */
const tellRow = (of: Table, rows: Value[][]) => (hit: unknown) => {
  const row = rows[(Array.isArray(hit) ? hit[0] : hit).dataIndex]
  return row ? told(of, row) : ''
}

function bars(of: Table, palette: Palette): Option {
  const { answer, at, num } = of
  const { x, y, low, high, series } = answer.chart
  const { rows } = answer
  const lying = rows.length > upright
  const groups = series ? [...new Set(rows.map(row => String(at(row, series))))] : []
  const colour = (row: Value[]) => palette.series[series ? groups.indexOf(String(at(row, series))) % palette.series.length : 0]!
  const axis = axisOf(palette)
  const names = {
    ...axis,
    type: 'category' as const,
    data: rows.map(row => String(at(row, x) ?? '–')),
    inverse: lying,
    splitLine: { show: false },
    axisLabel: { ...axis.axisLabel, width: lying ? 130 : 110, overflow: 'truncate' as const, interval: 0 },
  }
  const values = {
    ...axis,
    type: 'value' as const,
    axisLine: { show: false },
    axisLabel: { ...axis.axisLabel, ...valueLabel },
    ...(lying && { position: 'top' as const }),
  }
  const drawn: (BarSeriesOption | CustomSeriesOption)[] = [
    {
      type: 'bar',
      barMaxWidth: lying ? 18 : 72,
      barCategoryGap: '30%',
      data: rows.map(row => ({
        value: num(row, y),
        itemStyle: { color: colour(row), borderRadius: lying ? [0, 3, 3, 0] : [3, 3, 0, 0] },
      })),
    },
  ]
  if (low && high) {
    drawn.push({
      type: 'custom',
      z: 3,
      data: rows.map((row, i) => [i, num(row, low), num(row, high)]),
      encode: lying ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
      renderItem: interval(lying, palette.ink),
    })
  }
  return {
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: tellRow(of, rows) },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: drawn,
  }
}

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>

/** A line from low to high with a cap at each end. */
function interval(lying: boolean, colour: string): RenderItem {
  return (_, api) => {
    const place = api.value(0)
    const ends = [api.value(1), api.value(2)].map(value => api.coord(lying ? [value, place] : [place, value]))
    const [from, to] = ends
    if (!from || !to || ends.some(end => end.some(Number.isNaN))) return
    const cap = 5
    const across = lying ? [0, cap] : [cap, 0]
    const line = (a: number[], b: number[]) => ({
      type: 'line' as const,
      shape: { x1: a[0]!, y1: a[1]!, x2: b[0]!, y2: b[1]! },
      style: { stroke: colour, lineWidth: 1.5 },
    })
    const capAt = (end: number[]) =>
      line([end[0]! - across[0]!, end[1]! - across[1]!], [end[0]! + across[0]!, end[1]! + across[1]!])
    return { type: 'group', children: [line(from, to), capAt(from), capAt(to)] }
  }
}

function lines(of: Table, palette: Palette): Option {
  const { answer, at, num } = of
  const { x, y, low, high, dots, series } = answer.chart
  const { rows } = answer
  const isDate = rows.every(row => typeof at(row, x) === 'string')
  const axis = axisOf(palette)
  const groups = series ? [...new Set(rows.map(row => String(at(row, series))))] : ['']
  const place = (row: Value[]) => at(row, x) as string | number
  const drawn: (LineSeriesOption | ScatterSeriesOption | CustomSeriesOption)[] = []
  for (const [i, group] of groups.entries()) {
    const own = series ? rows.filter(row => String(at(row, series)) === group) : rows
    const colour = palette.series[i % palette.series.length]!
    const formatter = tellRow(of, own)
    if (low && high)
      drawn.push(
        band(
          own.map(row => [place(row), num(row, low), num(row, high)]),
          colour,
        ),
      )
    drawn.push({
      type: 'line',
      name: group,
      data: own.map(row => [place(row), num(row, y)]),
      symbol: 'circle',
      symbolSize: dots ? 0 : 5,
      showSymbol: !dots,
      lineStyle: { color: colour, width: 2 },
      itemStyle: { color: colour },
      endLabel: { show: groups.length > 1, formatter: () => group, color: palette.muted },
      tooltip: { formatter },
    })
    if (dots) {
      drawn.push({
        type: 'scatter',
        data: own.map(row => [place(row), num(row, dots)]),
        symbolSize: 7,
        itemStyle: { color: palette.surface, borderColor: colour, borderWidth: 1.6 },
        tooltip: { formatter },
        z: 4,
      })
    }
  }
  // One line has one row at each place: the pointer need not hit it. Of several, it tells what it hits.
  const tooltip = groups.length === 1 ? { trigger: 'axis' as const, formatter: tellRow(of, rows) } : {}
  return {
    tooltip,
    xAxis: {
      ...axis,
      type: isDate ? 'time' : 'value',
      splitLine: { show: false },
      scale: true,
      ...(isDate && {
        axisLabel: { ...axis.axisLabel, formatter: '{d} {MMM}', alignMinLabel: 'left', alignMaxLabel: 'right' },
        minInterval: 86_400_000,
      }),
    },
    yAxis: {
      ...axis,
      type: 'value',
      axisLine: { show: false },
      axisLabel: { ...axis.axisLabel, ...valueLabel },
    },
    series: drawn,
  }
}

/** The area between low and high of all rows, drawn as one shape. */
function band(rows: (string | number)[][], colour: string): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    z: 1,
    data: rows,
    encode: { x: 0, y: [1, 2] },
    clip: true,
    renderItem(params, api) {
      if (params.dataIndex > 0) return
      const along = (column: number) =>
        rows.map((_, i) => api.coord([api.value(0, i), api.value(column, i)])).filter(point => !point.some(Number.isNaN))
      return {
        type: 'polygon',
        shape: { points: [...along(1), ...along(2).reverse()] as [number, number][] },
        style: { fill: colour, opacity: 0.18 },
      }
    },
  }
}

function heat(of: Table, palette: Palette, narrow: boolean): Option {
  const { answer, at, num } = of
  const { x, y, series } = answer.chart
  const { rows } = answer
  const across = [...new Set(rows.map(row => at(row, x)))].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : 0,
  )
  const down = series ? [...new Set(rows.map(row => String(at(row, series))))] : ['']
  const values = rows.map(row => num(row, y)).filter(value => !Number.isNaN(value))
  const [least, most] = [Math.min(0, ...values), Math.max(...values)]
  const axis = axisOf(palette)
  const cells = { ...axis, type: 'category' as const, splitLine: { show: false }, axisLine: { show: false } }
  return {
    grid: { left: 8, right: 8, top: 34, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      ...cells,
      data: across.map(String),
    },
    yAxis: {
      ...cells,
      data: down,
      inverse: true,
      axisLabel: { ...axis.axisLabel, width: narrow ? 70 : 130, overflow: 'truncate' },
    },
    visualMap: {
      min: least,
      max: most,
      orient: 'horizontal',
      left: 0,
      top: 0,
      itemHeight: narrow ? 120 : 220,
      itemWidth: 12,
      inRange: { color: [...palette.cells] },
      formatter: (value: unknown) => number(Number(value)),
      text: [number(most), number(least)],
      textStyle: { color: palette.muted },
    },
    series: [
      {
        type: 'heatmap',
        data: rows.map(row => [across.indexOf(at(row, x)), series ? down.indexOf(String(at(row, series))) : 0, num(row, y)]),
        itemStyle: { borderColor: palette.surface, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: palette.ink, borderWidth: 1.5 } },
        tooltip: {
          formatter: tellRow(of, rows),
        },
      },
    ],
  }
}
