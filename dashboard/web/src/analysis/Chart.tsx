import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Answer } from '../api'
import { calm, dark } from '../settings'
import type { Drawing } from './draw'
import { dark as darkPalette, light, option } from './option'
import { acrossCaption, inWords, valueCaption } from './words'

const narrow = 560

export function Chart({ answer }: { answer: Answer }) {
  const element = useRef<HTMLDivElement>(null)
  const drawing = useSignal<Drawing | null>(null)
  const broken = useSignal(false)
  const current = useSignal(answer)
  current.value = answer

  useEffect(() => {
    let closed = false
    import('./draw').then(
      ({ draw }) => {
        if (!closed && element.current) drawing.value = draw(element.current)
      },
      () => {
        broken.value = true
      },
    )
    return () => {
      closed = true
      drawing.peek()?.close()
    }
  }, [])

  useSignalEffect(() => {
    const next = option(
      current.value,
      dark.value ? darkPalette : light,
      (element.current?.clientWidth ?? 800) < narrow,
      !calm.matches,
    )
    if (next) drawing.value?.show(next)
  })

  if (answer.rows.length === 0) return <p class="empty">There is nothing to draw: the answer has no rows.</p>
  if (broken.value) return <p class="empty">The chart cannot be loaded now. The table has its numbers.</p>
  const long = answer.chart.kind === 'bars' && answer.rows.length > 12
  const across = acrossCaption(answer)
  return (
    <figure class="chart-box">
      <figcaption>{valueCaption(answer)}</figcaption>
      <div ref={element} class={long ? 'chart long' : 'chart'} role="img" aria-label={inWords(answer)} />
      {across && <p class="across">{across}</p>}
    </figure>
  )
}
