// Numbers and times as people read them. Times are UTC, as everywhere in PeaceState.

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Younger than a second, or of a clock that is ahead of this one: a second that is not over, or a simulated day. */
export const isNow = (ms: number) => !(ms >= second)

/** "now", "12 s", "4 min", "2 h", "3 d" */
export function age(ms: number): string {
  if (isNow(ms)) return 'now'
  if (ms < minute) return `${Math.floor(ms / second)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  if (ms < day) return `${Math.floor(ms / hour)} h`
  return `${count(Math.floor(ms / day))} d`
}

/** "just now", "12 s ago" */
export const ago = (ms: number) => (isNow(ms) ? 'just now' : `${age(ms)} ago`)

/** "1 riot", "1,204 riots", "2 entries" */
export const counted = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`

export const count = (n: number) => n.toLocaleString('en', { maximumFractionDigits: 0 })

/** Four digits that matter: "0.8633", "86.33", "1,234". */
export const number = (n: number) => n.toLocaleString('en', { maximumSignificantDigits: Math.abs(n) >= 1000 ? 6 : 4 })

/** A measurement, as exact as it is of use: "2.95", "13.1", "2,328". */
export const figure = (n: number) => (Math.abs(n) >= 100 ? count(n) : n.toLocaleString('en', { maximumSignificantDigits: 3 }))

/** "2026-03-07 12:00:00" */
export const dateTime = (time: string | number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ')

/** "12:00:00" on the day of `now`, else "2026-03-07 12:00" */
export function shortTime(time: string | number, now: number): string {
  const text = new Date(time).toISOString()
  const today = new Date(now).toISOString().slice(0, 10) === text.slice(0, 10)
  return today ? text.slice(11, 19) : text.slice(0, 16).replace('T', ' ')
}

/** "2 Feb 2026"; with its time, where it is not the day's beginning: "2 Feb 2026, 14:30" */
export function calendarDay(time: string, withYear = true): string {
  const at = new Date(time)
  const date = at.toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    ...(withYear && { year: 'numeric' }),
  })
  const clock = at.toISOString().slice(11, 19).replace(/:00$/, '')
  return clock === '00:00' ? date : `${date}, ${clock}`
}

export const milliseconds = (ms: number) => (ms >= 10 * second ? `${figure(ms / second)} s` : `${figure(ms)} ms`)

export const seconds = (s: number) => (s >= 120 ? age(s * second) : `${figure(s)} s`)
