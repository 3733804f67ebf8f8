import { useMemo } from 'preact/hooks'
import type { Answer } from '../api'
import { height, type Shape, sketch, width } from './sketch'

/** What the answer's chart looks like, in small; whoever cannot see it has the sentence beside it. */
export function Sketch({ answer }: { answer: Answer }) {
  const shapes = useMemo(() => sketch(answer), [answer])
  return (
    <svg
      class={answer.chart.kind === 'heat' ? 'sketch sketch-heat' : 'sketch'}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {shapes.map((shape, i) => (
        <Drawn key={`${i + 0}`} {...shape} />
      ))}
    </svg>
  )
}

function Drawn(shape: Shape) {
  if (shape.kind === 'dot') return <circle class="sketch-dot" cx={shape.x} cy={shape.y} r={2} />
  if ('path' in shape) return <path class={`sketch-${shape.kind}`} d={shape.path} />
  const { kind, x, y, width, height } = shape
  const strength = kind === 'cell' ? shape.strength : undefined
  return <rect class={`sketch-${kind}`} x={x} y={y} width={width} height={height} opacity={strength} />
}
