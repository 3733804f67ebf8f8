import { describe, expect, test } from 'vitest'
import { height, type Shape, sketch, width } from '../src/analysis/sketch'
import { hours, trend, weekend } from './answers'

const of = <K extends Shape['kind']>(shapes: Shape[], kind: K) =>
  shapes.filter((shape): shape is Shape & { kind: K } => shape.kind === kind)

describe('the sketch of an answer', () => {
  test('has a bar for each row, all from the same line, and the interval where there is one', () => {
    const shapes = sketch(weekend)
    const [week, end] = of(shapes, 'bar')
    expect(week!.y + week!.height).toBe(end!.y + end!.height)
    expect(end!.height / week!.height).toBeCloseTo(10.1 / 5.9, 1)
    expect(of(shapes, 'interval').length).toBe(1)
  })

  test('hangs what is below zero from the line', () => {
    const [up, down] = of(
      sketch({
        ...weekend,
        rows: [
          ['up', 1, null, null],
          ['down', -1, null, null],
        ],
      }),
      'bar',
    )
    expect(up!.y + up!.height).toBe(down!.y)
    expect(down!.height).toBe(up!.height)
  })

  test('has the line, its band and the dots', () => {
    const shapes = sketch(trend)
    expect(shapes.map(shape => shape.kind)).toEqual(['band', 'line', 'dot', 'dot'])
    expect(of(shapes, 'line')[0]?.path).toMatch(/^M3 .*L237 /)
  })

  test('has a cell for each value, the stronger the higher', () => {
    const cells = of(sketch(hours), 'cell')
    expect(cells.map(({ x, y, strength }) => [x, y, strength])).toEqual([
      [width / 2, 0, 1],
      [0, 0, 0.36],
    ])
  })

  test('is empty where there is nothing to draw, or nothing that is known here', () => {
    expect(sketch({ ...weekend, rows: [] })).toEqual([])
    expect(sketch({ ...weekend, chart: { kind: 'pie' as 'bars', x: 'part', y: 'rate' } })).toEqual([])
    expect(of(sketch({ ...weekend, rows: [['nothing', null, null, null]] }), 'bar')).toEqual([])
  })

  test('stays within its frame', () => {
    for (const answer of [weekend, trend, hours])
      for (const shape of sketch(answer)) {
        const points = 'path' in shape ? [...shape.path.matchAll(/([\d.]+) ([\d.]+)/g)] : [['', shape.x, shape.y]]
        for (const [, x, y] of points) {
          expect(Number(x)).toBeLessThanOrEqual(width)
          expect(Number(y)).toBeLessThanOrEqual(height)
        }
      }
  })
})
