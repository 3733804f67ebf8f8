import { signal } from '@preact/signals'
import type { ComponentType, JSX } from 'preact'

/** A component whose code is fetched when it is first shown. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element {
  const loaded = signal<ComponentType<P> | null>(null)
  const failed = signal(false)
  let asked = false
  function ask() {
    asked = true
    failed.value = false
    load().then(
      component => {
        loaded.value = component
      },
      () => {
        failed.value = true
      },
    )
  }
  return function Later(props: P) {
    if (!asked) ask()
    const Component = loaded.value
    if (Component) return <Component {...props} />
    if (!failed.value) return <p class="empty">Loading…</p>
    return (
      <div class="empty">
        <p>This page cannot be loaded now.</p>
        <button type="button" class="button" onClick={ask}>
          Try again
        </button>
      </div>
    )
  }
}
