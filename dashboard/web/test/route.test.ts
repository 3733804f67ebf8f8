import { expect, test } from 'vitest'
import { toRoute } from '../src/route'

test.each([
  ['/', { page: 'live' }],
  ['/map', { page: 'map' }],
  ['/health', { page: 'health' }],
  ['/analysis', { page: 'analysis', question: null }],
  ['/analysis/weekend', { page: 'analysis', question: 'weekend' }],
  ['/analysis/a%20b', { page: 'analysis', question: 'a b' }],
  ['/analysis/%', { page: 'analysis', question: '%' }],
  ['/api', { page: 'unknown' }],
  ['/map/x', { page: 'unknown' }],
  ['/analysis/a/b', { page: 'unknown' }],
])('%s', (path, route) => {
  expect(toRoute(path)).toEqual(route)
})
