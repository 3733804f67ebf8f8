// What an answer's columns and limits are called among people.

import type { Answer } from '../api'
import { calendarDay } from '../format'

export const nameOf = (column: string) => column.replaceAll('_', ' ')

/** A meaning, with the columns that it names as people call them. */
export function meaningOf({ columns }: Pick<Answer, 'columns'>, column: string): string {
  const meaning = columns.find(one => one.name === column)?.meaning ?? column
  return meaning.replace(/\w+/g, word => (columns.some(one => one.name === word) ? nameOf(word) : word))
}

/** What comes before the first semicolon or colon: the rest is for those who read the table. */
const first = (meaning: string) => meaning.split(/[;:]/)[0]!.trim()

/** What an axis shows, without saying it twice: "lift: share of reports with a riot over share of the others, one added to each count" */
function caption(answer: Answer, column: string): string {
  const name = nameOf(column)
  const meaning = first(meaningOf(answer, column))
  const letters = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return letters(meaning).startsWith(letters(name)) ? meaning : `${name}: ${meaning}`
}

/** What the values of the chart are. */
export function valueCaption(answer: Answer): string {
  const { y, low, dots } = answer.chart
  const interval = low && /\d+(\.\d+)?% interval/.exec(meaningOf(answer, low))?.[0]
  const spread = interval ? `, with its ${interval}` : ''
  return dots ? `${caption(answer, dots)}; the line: ${nameOf(y)}${spread}` : `${caption(answer, y)}${spread}`
}

/** What is across; null where the names of the bars, or the dates, say it themselves. */
export function acrossCaption(answer: Answer): string | null {
  const { kind, x } = answer.chart
  return kind !== 'bars' && answer.columns.find(one => one.name === x)?.kind !== 'text' ? caption(answer, x) : null
}

/** A whole sentence for who cannot see the chart. */
export function inWords(answer: Answer): string {
  const { kind, x, y, series } = answer.chart
  const says = (column: string) => first(meaningOf(answer, column))
  const shape = { bars: 'Bars', lines: 'A line', heat: 'A grid of colours' }[kind]
  return `${shape}: ${says(y)}, by ${says(x)}${series ? ` and ${says(series)}` : ''}. The table below has the numbers.`
}

/** What part of the data an answer is about: "Old Town, 5 Jan to 2 Feb 2026"; null when it is about all. */
export function limits({ since, until, district }: Pick<Answer, 'since' | 'until' | 'district'>): string | null {
  const parts = [district, times(since, until)].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : null
}

function times(since?: string, until?: string): string | undefined {
  if (since && until) {
    const sameYear = new Date(since).getUTCFullYear() === new Date(until).getUTCFullYear()
    return `${calendarDay(since, !sameYear)} to ${calendarDay(until)}`
  }
  if (since) return `from ${calendarDay(since)} on`
  return until && `before ${calendarDay(until)}`
}
