import { curve } from './history'

/** The last ten minutes of a number. */
export function Spark({ values }: { values: (number | null)[] }) {
  return (
    <svg class="spark" viewBox="-1 -2 102 28" preserveAspectRatio="none" aria-hidden="true">
      <path d={curve(values, 100, 24)} vector-effect="non-scaling-stroke" />
    </svg>
  )
}
