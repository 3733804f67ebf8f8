// What time it is, by the second: whatever shows an age follows it.

import { signal } from '@preact/signals'

export const now = signal(Date.now())

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now()
}, 1000)
document.addEventListener('visibilitychange', () => {
  now.value = Date.now()
})
