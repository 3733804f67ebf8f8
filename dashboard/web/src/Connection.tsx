import { useComputed } from '@preact/signals'
import { now } from './clock'
import { connected, heardAt, lostAt } from './feed'
import { ago, dateTime } from './format'
import { silence } from './stream'

/** A connection that is back within this time was not worth a word. */
const grace = 1500

const state = () => {
  if (connected.value === true) return now.value - heardAt.value > silence ? 'silent' : 'live'
  if (lostAt.value === null) return 'waiting'
  return now.value - lostAt.value > grace ? 'lost' : 'live'
}

const text = { live: 'Live', waiting: 'Connecting', silent: 'Silent', lost: 'Not live' }

export function Connection() {
  const is = useComputed(state)
  return (
    <p class={`connection ${is.value}`}>
      <span class="dot" />
      {text[is.value]}
    </p>
  )
}

/** Says so when what is on the page may be out of date. */
export function Banner() {
  const is = useComputed(state)
  const stale = is.value === 'lost' || is.value === 'silent'
  return (
    <div role="alert">
      {stale && (
        <p class="banner">
          <strong>{is.value === 'silent' ? 'The stream is silent.' : 'The connection is gone.'}</strong> What you see is as of{' '}
          {dateTime(heardAt.value).slice(11)} UTC
          <span aria-hidden="true"> ({ago(now.value - heardAt.value)})</span>. It is tried again by itself, and nothing will be
          missed.
        </p>
      )}
    </div>
  )
}
