import { describe, expect, test } from 'vitest'
import { beginning, type Message, read } from '../src/sse'

function readAll(...chunks: string[]): Message[] {
  let reading = beginning
  return chunks.flatMap(chunk => {
    const next = read(reading, chunk)
    reading = next.reading
    return next.messages
  })
}

describe('server-sent events', () => {
  test('a message ends with an empty line', () => {
    expect(readAll('event: incident\nid: a1-x0\ndata: {}\n')).toEqual([])
    expect(readAll('event: incident\nid: a1-x0\ndata: {}\n\n')).toEqual([{ event: 'incident', id: 'a1-x0', data: '{}' }])
  })

  test('lines end with LF, CRLF or CR', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(readAll(['data: a', 'data: b', '', ''].join(end), 'x')).toEqual([{ event: 'message', id: '', data: 'a\nb' }])
    }
  })

  test('however the bytes are cut, the messages are the same', () => {
    const text = 'id: 1\r\nevent: answer\r\ndata: one\r\n\r\n: heartbeat\n\ndata:two\ndata\n\nid\ndata: three\n\n'
    const whole = readAll(text)
    expect(whole).toEqual([
      { event: 'answer', id: '1', data: 'one' },
      { event: 'message', id: '1', data: 'two\n' },
      { event: 'message', id: '', data: 'three' },
    ])
    for (let size = 1; size < text.length; size++) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
      expect(readAll(...chunks)).toEqual(whole)
    }
  })

  test('a comment, a message without data and an unknown field say nothing', () => {
    expect(readAll(': beat\n\nevent: incident\n\nretry: 5\nother: x\n\n')).toEqual([])
  })

  test('one space after the colon is not part of the value', () => {
    expect(readAll('data:  two spaces: and a colon\n\n')[0]?.data).toBe(' two spaces: and a colon')
  })
})
