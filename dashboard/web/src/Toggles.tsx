import type { ComponentChildren } from 'preact'
import type { Severity } from './api'
import { severities, toggled } from './filter'
import { SeverityIcon } from './icons'
import { severityLabel } from './labels'

interface Props<T extends string> {
  legend: string
  all: readonly T[]
  /** none: all */
  chosen: readonly T[]
  onChoose(chosen: T[]): void
  label: Record<T, string>
  icon(one: T): ComponentChildren
}

/** Buttons in a row, of which any number are pressed. */
export function Toggles<T extends string>({ legend, all, chosen, onChoose, label, icon }: Props<T>) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{legend}</legend>
      {all.map(one => (
        <button key={one} type="button" aria-pressed={chosen.includes(one)} onClick={() => onChoose(toggled(all, chosen, one))}>
          {icon(one)}
          {label[one]}
        </button>
      ))}
    </fieldset>
  )
}

export const SeverityToggles = (props: Pick<Props<Severity>, 'chosen' | 'onChoose'>) => (
  <Toggles
    legend="Severity"
    all={severities}
    label={severityLabel}
    icon={severity => <SeverityIcon severity={severity} />}
    {...props}
  />
)
