// Peaceland's districts, fetched once by whichever page asks first.

import { computed, signal } from '@preact/signals'
import { api, type Districts } from './api'

export const districts = signal<Districts | null>(null)
export const districtNames = computed(() => {
  if (!asked) load().catch(() => {})
  return districts.value?.features.map(one => one.properties.name) ?? []
})

let asked = false

export async function load(): Promise<Districts> {
  asked = true
  if (districts.peek()) return districts.peek()!
  try {
    const got = await api.districts()
    districts.value = got
    return got
  } catch (error) {
    asked = false
    throw error
  }
}
