// How this browser likes the page: kept in its local storage.

import { computed, effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const stored = (name: string) => {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

const store = (name: string, value: string | null) => {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
  } catch {
    // A browser that keeps nothing forgets the settings with the page.
  }
}

const first = stored('theme')
export const theme = signal<Theme>(first === 'light' || first === 'dark' ? first : 'system')
export const notifications = signal(stored('notifications') === 'on')
export const sound = signal(stored('sound') === 'on')

const prefersDark = matchMedia('(prefers-color-scheme: dark)')
const systemDark = signal(prefersDark.matches)
prefersDark.addEventListener('change', () => {
  systemDark.value = prefersDark.matches
})
export const dark = computed(() => (theme.value === 'system' ? systemDark.value : theme.value === 'dark'))

export const calm = matchMedia('(prefers-reduced-motion: reduce)')

effect(() => {
  store('theme', theme.value === 'system' ? null : theme.value)
  if (theme.value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
})
effect(() => store('notifications', notifications.value ? 'on' : null))
effect(() => store('sound', sound.value ? 'on' : null))
