// A position says which records of topics alerts and alert-actions are in an answer: the next offset of each partition,
// as `a3.17.0.5.9.2-x0.0.1.0.0.0-5f2c9a10`; at the end is which topics they are.

export interface Place {
  cause: 'alert' | 'action'
  partition: number
  offset: number
}

const form = /^a(\d+(?:\.\d+)*)?-x(\d+(?:\.\d+)*)?(?:-[0-9a-z]*)?$/

/** Whether an answer of that position holds what the record at that place says. */
export function contains(position: string, { cause, partition, offset }: Place): boolean {
  const parts = form.exec(position)
  if (!parts) return false
  const next = (cause === 'alert' ? parts[1] : parts[2])?.split('.')[partition]
  return next !== undefined && offset < Number(next)
}
