import { type Signal, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { dateTime } from '../format'
import { Icon } from '../icons'
import { calm } from '../settings'
import { go, withQuery } from '../url'
import { begun, type Dot, hourMs, hourOf, hourText } from './dots'

const parts = 60
/** an hour in a minute, in half, and in ten seconds */
const speeds = [60, 120, 360]

const choose = (at: number | null) =>
  go(
    withQuery(query => (at === null ? query.delete('hour') : query.set('hour', hourText(at)))),
    { replace: true },
  )

interface Props {
  hour: number | null
  dots(): Iterable<Dot>
  /** changes with the dots */
  version: Signal<number>
  moment: Signal<number>
}

/** Chooses an hour, and plays it. */
export function Replay({ hour, ...rest }: Props) {
  if (hour === null) {
    return (
      <div class="replay folded">
        <button type="button" class="button" onClick={() => choose(newestHour(rest.dots()))}>
          <Icon name="play" small />
          Replay an hour
        </button>
      </div>
    )
  }
  return <Player key={hour} hour={hour} {...rest} />
}

/** The hour of the last dot, or the last one that is over. */
function newestHour(dots: Iterable<Dot>): number {
  let last = 0
  for (const dot of dots) last = Math.max(last, dot.last)
  const at = last > 0 ? last : Date.now() - hourMs
  return Math.floor(at / hourMs) * hourMs
}

function Player({ hour, dots, version, moment }: Props & { hour: number }) {
  const playing = useSignal(false)
  const speed = useSignal(speeds[0]!)
  const counts = useMemo(() => begun(dots(), hour, hour + hourMs, parts), [hour, version.value])
  const highest = Math.max(1, ...counts)

  useEffect(() => {
    moment.value = hour
    playing.value = !calm.matches
  }, [hour])

  useSignalEffect(() => {
    if (!playing.value) return
    let before = performance.now()
    let frame = requestAnimationFrame(function step(at) {
      moment.value = Math.min(hour + hourMs, moment.peek() + (at - before) * speed.peek())
      before = at
      if (moment.peek() >= hour + hourMs) playing.value = false
      else frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  })

  const passed = moment.value - hour
  return (
    <section class="replay" aria-label="Replay of an hour">
      <div class="replay-row">
        <button
          type="button"
          class="button primary square"
          aria-label={playing.value ? 'Pause' : 'Play'}
          onClick={() => {
            if (!playing.value && passed >= hourMs) moment.value = hour
            playing.value = !playing.value
          }}
        >
          <Icon name={playing.value ? 'pause' : 'play'} />
        </button>
        <output class="replay-time">
          {dateTime(moment.value)} <small>UTC</small>
        </output>
        <button
          type="button"
          class="button"
          aria-label={`Speed: ${speed.value} times; change`}
          onClick={() => {
            speed.value = speeds[(speeds.indexOf(speed.value) + 1) % speeds.length]!
          }}
        >
          {speed.value}×
        </button>
        <span class="replay-hours">
          <button type="button" class="button square" aria-label="An hour earlier" onClick={() => choose(hour - hourMs)}>
            <Icon name="back" />
          </button>
          <input
            class="field"
            type="datetime-local"
            step={3600}
            aria-label="Hour, UTC"
            value={`${hourText(hour)}:00`}
            onChange={event => {
              const at = hourOf(event.currentTarget.value.slice(0, 13))
              if (at !== null) choose(at)
            }}
          />
          <button type="button" class="button square" aria-label="An hour later" onClick={() => choose(hour + hourMs)}>
            <Icon name="forward" />
          </button>
        </span>
        <button type="button" class="button quiet" onClick={() => choose(null)}>
          Back to now
        </button>
      </div>
      <div class="replay-track">
        <svg viewBox={`0 0 ${parts} 20`} preserveAspectRatio="none" aria-hidden="true">
          {counts.map((n, i) => (
            <rect
              key={`${i + 0}`}
              class={i * (hourMs / parts) < passed ? 'past' : ''}
              x={i + 0.1}
              width={0.8}
              y={20 - (n / highest) * 20}
              height={(n / highest) * 20}
            />
          ))}
        </svg>
        <input
          type="range"
          min={0}
          max={3600}
          step={10}
          value={Math.round(passed / 1000)}
          aria-label="Time within the hour"
          aria-valuetext={`${dateTime(moment.value)} UTC`}
          onInput={event => {
            playing.value = false
            moment.value = hour + Number(event.currentTarget.value) * 1000
          }}
        />
      </div>
    </section>
  )
}
