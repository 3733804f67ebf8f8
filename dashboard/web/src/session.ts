// Who acts, and by which token: asked once, kept until the tab is closed.

import { signal } from '@preact/signals'
import { ApiError, api, type Session, says } from './api'

export interface Actor {
  name: string
  token: string
}

const key = 'actor'

function kept(): Actor | null {
  try {
    const actor = JSON.parse(sessionStorage.getItem(key) ?? 'null')
    return typeof actor?.name === 'string' && typeof actor.token === 'string' ? actor : null
  } catch {
    return null
  }
}

export const session = signal<Session | null>(null)
export const actor = signal<Actor | null>(kept())
/** what waits for somebody to sign in; null when nobody is asked */
export const asking = signal<((actor: Actor | null) => void) | null>(null)

export async function loadSession() {
  try {
    session.value = await api.session(actor.value?.token)
    if (!session.value.write) signOut()
  } catch {
    // Without it the page is for reading.
  }
}

/** Who is signed in, after asking if need be; null when they would rather not. */
export function signedIn(): Promise<Actor | null> {
  if (actor.value) return Promise.resolve(actor.value)
  return new Promise(resolve => {
    asking.value = resolve
  })
}

/** Says why the token is not good, or nothing. */
export async function signIn(next: Actor): Promise<string | null> {
  try {
    const answer = await api.session(next.token)
    session.value = answer
    if (!answer.write) return 'The server does not take this token.'
  } catch (error) {
    return says(error)
  }
  actor.value = next
  sessionStorage.setItem(key, JSON.stringify(next))
  asking.value?.(next)
  asking.value = null
  return null
}

export function signOut() {
  actor.value = null
  sessionStorage.removeItem(key)
}

export function cancelSignIn() {
  asking.value?.(null)
  asking.value = null
}

/** Does what needs a token, asking for one at first, and again when it is refused. */
export async function withActor<T>(what: (actor: Actor) => Promise<T>): Promise<T | null> {
  for (;;) {
    const who = await signedIn()
    if (!who) return null
    try {
      return await what(who)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      signOut()
    }
  }
}
