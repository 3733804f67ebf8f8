// Where the reader is. Links are ordinary links; those within the page are followed without loading it anew.

import { computed, signal } from '@preact/signals'
import { readable, toRoute } from './route'

export const url = signal(new URL(location.href))
export const route = computed(() => toRoute(url.value.pathname))
export const query = computed(() => url.value.searchParams)

export function go(to: string, { replace = false } = {}) {
  const next = new URL(to, url.value)
  if (next.href === url.value.href) return
  history[replace ? 'replaceState' : 'pushState'](null, '', next)
  url.value = next
}

/** The link to this page with another query. */
export const withQuery = (change: (query: URLSearchParams) => void): string => {
  const next = new URLSearchParams(query.value)
  change(next)
  return next.size > 0 ? `${url.value.pathname}?${readable(next)}` : url.value.pathname
}

export const incidentLink = (id: string | null) =>
  withQuery(query => (id === null ? query.delete('incident') : query.set('incident', id)))

export function followLinks() {
  addEventListener('popstate', () => {
    url.value = new URL(location.href)
  })
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.origin !== location.origin || toRoute(link.pathname).page === 'unknown') return
    event.preventDefault()
    go(link.href)
  })
}
