// What time it is, by the second: whatever shows an age follows it. And whether anybody can see it.

import { signal } from '@preact/signals'

export const now = signal(Date.now())

export const hidden = signal(document.visibilityState === 'hidden')

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now()
}, 1000)
document.addEventListener('visibilitychange', () => {
  hidden.value = document.visibilityState === 'hidden'
  now.value = Date.now()
})
