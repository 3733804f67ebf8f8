// Server-sent events as bytes arrive, by the rules of the HTML standard. The browser's own EventSource hides comments, and
// with them whether a silent stream is alive.

export interface Message {
  event: string
  data: string
  /** the last id that was sent, with this message or before; '' for none */
  id: string
}

export interface Reading {
  /** an unfinished line */
  rest: string
  event: string
  data: readonly string[]
  id: string
}

export const beginning: Reading = { rest: '', event: '', data: [], id: '' }

/** Reads on: the messages that are complete now, and where reading stands. */
export function read(from: Reading, text: string): { reading: Reading; messages: Message[] } {
  const lines = (from.rest + text).split(/\r\n|\n|\r(?!$)/)
  const rest = lines.pop()!
  const messages: Message[] = []
  let { event, id } = from
  let data = [...from.data]
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) messages.push({ event: event || 'message', data: data.join('\n'), id })
      event = ''
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
  }
  return { reading: { rest, event, data, id }, messages }
}
