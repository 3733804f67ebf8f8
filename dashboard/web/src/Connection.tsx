import { useComputed } from '@preact/signals'
import { now } from './clock'
import { heardAt, standing } from './feed'
import { ago, dateTime } from './format'

const state = () => standing(now.value)

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
