import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { districtNames } from '../districts'
import { type Filter, isEverything, states, toQuery } from '../filter'
import { Icon, StateIcon } from '../icons'
import { stateLabel } from '../labels'
import { readable } from '../route'
import { SeverityToggles, Toggles } from '../Toggles'
import { go, query } from '../url'
import { filter } from './store'

function change(to: Partial<Filter>, replace = false) {
  const next = toQuery({ ...filter.peek(), ...to })
  const incident = query.peek().get('incident')
  if (incident) next.set('incident', incident)
  go(next.size > 0 ? `/?${readable(next)}` : '/', { replace })
}

export function Filters() {
  const unfolded = useSignal(false)
  const { states: chosenStates, severities: chosenSeverities, district, citizen } = filter.value
  const narrowing = Number(chosenStates.length > 0) + Number(chosenSeverities.length > 0) + Number(district !== '')
  return (
    <search class={unfolded.value ? 'filters unfolded' : 'filters'} aria-label="Filter incidents">
      <Search />
      <button
        type="button"
        class="button unfold"
        aria-expanded={unfolded.value}
        aria-controls="more-filters"
        onClick={() => {
          unfolded.value = !unfolded.value
        }}
      >
        <Icon name="filter" small />
        Filter{narrowing > 0 && ` (${narrowing})`}
      </button>
      <div class="more-filters" id="more-filters">
        <Toggles
          legend="State"
          all={states}
          chosen={chosenStates}
          onChoose={next => change({ states: next })}
          label={stateLabel}
          icon={one => <StateIcon state={one} />}
        />
        <SeverityToggles chosen={chosenSeverities} onChoose={next => change({ severities: next })} />
        <select
          class="field"
          aria-label="District"
          value={district}
          onChange={event => change({ district: event.currentTarget.value })}
        >
          <option value="">All districts</option>
          {[...new Set([...districtNames.value, ...(district ? [district] : [])])].map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        {citizen && (
          <button type="button" class="button" onClick={() => change({ citizen: '' })} aria-label={`Only ${citizen}: remove`}>
            {citizen}
            <Icon name="close" small />
          </button>
        )}
        {!isEverything(filter.value) && (
          <button
            type="button"
            class="button quiet"
            onClick={() => change({ states: [], severities: [], district: '', citizen: '', text: '' })}
          >
            Clear
          </button>
        )}
      </div>
    </search>
  )
}

function Search() {
  const field = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useSignalEffect(() => {
    const { text } = filter.value
    if (field.current && document.activeElement !== field.current) field.current.value = text
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <label class="search field">
      <Icon name="search" small />
      <input
        ref={field}
        type="search"
        placeholder="Citizen, drone, word, assignee"
        aria-label="Search incidents"
        maxLength={100}
        defaultValue={filter.peek().text}
        onInput={event => {
          const text = event.currentTarget.value
          clearTimeout(timer.current)
          timer.current = setTimeout(() => change({ text }, true), 250)
        }}
      />
    </label>
  )
}
