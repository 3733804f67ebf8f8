// New alerts for ears: a sentence for a screen reader, a notification, a sound. However many come, each speaks seldom.

import { effect, signal } from '@preact/signals'
import type { IncidentEvent } from './api'
import { now } from './clock'
import { subscribe } from './feed'
import { isNew, sentence } from './news'
import { notifications, sound } from './settings'

const pause = 10_000

export const spoken = signal('')

let waiting: IncidentEvent[] = []
let spokeAt = 0

/** Speaks until the answer is called. */
export function announceNews(): () => void {
  const unsubscribe = subscribe({
    onIncidents(events) {
      waiting = [...waiting, ...events.filter(isNew)].slice(-1000)
      speak()
    },
  })
  const rest = effect(() => {
    now.value
    speak()
  })
  return () => {
    unsubscribe()
    rest()
  }
}

function speak() {
  if (waiting.length === 0 || Date.now() - spokeAt < pause) return
  spokeAt = Date.now()
  const text = sentence(waiting)
  const urgent = waiting.some(one => one.severity !== 'low')
  waiting = []
  spoken.value = text
  if (urgent && notifications.peek()) notify(text)
  if (urgent && sound.peek()) chime()
}

function notify(text: string) {
  try {
    new Notification('PeaceState', { body: text, tag: 'alert' })
  } catch {
    notifications.value = false
  }
}

/** Turns them on if the browser lets us. */
export async function allowNotifications(): Promise<boolean> {
  if (!('Notification' in globalThis)) return false
  notifications.value = (await Notification.requestPermission()) === 'granted'
  return notifications.value
}

let audio: AudioContext | null = null

export function chime() {
  audio ??= new AudioContext()
  void audio.resume()
  const start = audio.currentTime
  for (const [i, frequency] of [660, 880].entries()) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    tone.frequency.value = frequency
    volume.gain.setValueAtTime(0, start + i * 0.16)
    volume.gain.linearRampToValueAtTime(0.2, start + i * 0.16 + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.001, start + i * 0.16 + 0.4)
    tone.connect(volume).connect(audio.destination)
    tone.start(start + i * 0.16)
    tone.stop(start + i * 0.16 + 0.45)
  }
}
