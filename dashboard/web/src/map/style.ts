// What the map looks like: Peaceland's districts and what is on them. Nothing comes from elsewhere, no tile and no glyph.

import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { Districts, Severity, State } from '../api'

interface Colours {
  sea: string
  shore: string
  land: string
  land2: string
  border: string
  ink: string
  name: string
  halo: string
  severity: Record<Severity, string>
  grey: string
}

const light: Colours = {
  sea: '#dfe7ee',
  shore: '#b9cad8',
  land: '#fbfbf9',
  land2: '#f4f5f2',
  border: '#c3ccd3',
  ink: '#1a2129',
  name: '#66727f',
  halo: '#ffffff',
  severity: { critical: '#d55e00', high: '#e69f00', low: '#0072b2' },
  grey: '#8a96a3',
}

const night: Colours = {
  sea: '#0b1016',
  shore: '#1c2b38',
  land: '#1a212a',
  land2: '#1e2630',
  border: '#364350',
  ink: '#f0f4f8',
  name: '#8494a4',
  halo: '#0b1016',
  severity: { critical: '#f0762b', high: '#e9b03a', low: '#56b4e9' },
  grey: '#6f7d8b',
}

export const colours = (dark: boolean) => (dark ? night : light)

/** Of the reader's machine: without a URL of glyphs, MapLibre draws them itself. */
const font = ['Liberation Sans', 'Arial', 'sans-serif']

const empty = { type: 'FeatureCollection' as const, features: [] }
const plain = ['!', ['has', 'point_count']] as const
const clustered = ['has', 'point_count'] as const

export function style(districts: Districts, dark: boolean): StyleSpecification {
  return {
    version: 8,
    sources: {
      districts: { type: 'geojson', data: numbered(districts) },
      names: { type: 'geojson', data: names(districts) },
      dots: {
        type: 'geojson',
        data: empty,
        cluster: true,
        clusterRadius: 38,
        clusterMaxZoom: 14,
        clusterProperties: { rank: ['max', ['get', 'rank']] },
      },
      loose: { type: 'geojson', data: empty },
      heat: { type: 'geojson', data: empty },
    },
    layers: layers(dark),
  }
}

const numbered = (districts: Districts) => ({
  ...districts,
  features: districts.features.map((one, i) => ({ ...one, properties: { name: one.properties.name, odd: i % 2 } })),
})

const names = (districts: Districts) => ({
  type: 'FeatureCollection' as const,
  features: districts.features.map(({ properties: { name, centre } }) => ({
    type: 'Feature' as const,
    properties: { name },
    geometry: { type: 'Point' as const, coordinates: centre },
  })),
})

export const heatOpacity = 0.85

/** The fewer the dots, the more each one heats. */
export function heatOf(dots: number): ExpressionSpecification {
  const each = Math.min(4, Math.max(0.25, Math.sqrt(1000 / Math.max(1, dots))))
  return ['interpolate', ['linear'], ['zoom'], 9, 0.35 * each, 15, 1.4 * each]
}

/** What depends on the radius of a cluster, which depends on how many it stands for. */
const onCluster = (of: (radius: number) => unknown) =>
  ['step', ['get', 'point_count'], of(13), 10, of(16), 100, of(20), 1000, of(25)] as never

/** How large the shape on a cluster is, of that of a dot. */
const worst = 0.8

export function layers(dark: boolean): LayerSpecification[] {
  const c = colours(dark)
  const byRank = (rank: unknown) => ['match', rank, 2, c.severity.critical, 1, c.severity.high, c.severity.low]
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': c.sea } },
    { id: 'shore', type: 'line', source: 'districts', paint: { 'line-color': c.shore, 'line-width': 9, 'line-blur': 7 } },
    { id: 'land', type: 'fill', source: 'districts', paint: { 'fill-color': ['match', ['get', 'odd'], 1, c.land2, c.land] } },
    { id: 'borders', type: 'line', source: 'districts', paint: { 'line-color': c.border, 'line-width': 1 } },
    {
      id: 'names',
      type: 'symbol',
      source: 'names',
      layout: {
        'text-field': ['upcase', ['get', 'name']],
        'text-font': font,
        'text-size': ['interpolate', ['linear'], ['zoom'], 9, 10, 12, 13, 15, 18],
        'text-letter-spacing': 0.12,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': c.name, 'text-halo-color': c.land, 'text-halo-width': 1.5 },
    },
    {
      id: 'heat',
      type: 'heatmap',
      source: 'heat',
      paint: {
        'heatmap-weight': ['*', ['get', 'seen'], ['+', 0.4, ['*', 0.3, ['get', 'rank']]]],
        'heatmap-radius': ['interpolate', ['exponential', 1.6], ['zoom'], 9, 16, 15, 90],
        'heatmap-intensity': heatOf(1000),
        // without any, it costs nothing
        'heatmap-opacity': 0,
        'heatmap-color': [
          'interpolate',
          ['linear'],
          ['heatmap-density'],
          0,
          dark ? 'rgba(46,92,138,0)' : 'rgba(160,196,226,0)',
          0.15,
          dark ? 'rgba(46,92,138,0.6)' : 'rgba(160,196,226,0.6)',
          0.45,
          dark ? '#2f8fb3' : '#5fb0b7',
          0.7,
          '#e9b03a',
          1,
          '#d55e00',
        ],
      },
    },
    {
      id: 'loose',
      type: 'symbol',
      source: 'loose',
      layout: icons,
      paint: { 'icon-opacity': ['get', 'seen'] },
    },
    {
      id: 'clusters',
      type: 'circle',
      source: 'dots',
      filter: [...clustered],
      paint: {
        'circle-color': c.halo,
        'circle-opacity': 0.92,
        'circle-radius': onCluster(radius => radius),
        'circle-stroke-width': 3,
        'circle-stroke-color': byRank(['get', 'rank']) as never,
      },
    },
    {
      id: 'counts',
      type: 'symbol',
      source: 'dots',
      filter: [...clustered],
      layout: {
        'text-field': ['get', 'point_count_abbreviated'],
        'text-font': font,
        'text-size': 12,
        'text-allow-overlap': true,
        // The shape of the worst severity, on top of the ring: its colour alone would not do for everybody.
        'icon-image': ['match', ['get', 'rank'], 2, 'critical open', 1, 'high open', 'low open'],
        'icon-size': worst,
        'icon-offset': onCluster(radius => ['literal', [0, -(radius + 1.5) / worst]]),
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
      paint: { 'text-color': c.ink },
    },
    { id: 'dots', type: 'symbol', source: 'dots', filter: [...plain] as never, layout: icons },
  ]
}

const icons = {
  'icon-image': ['get', 'icon'],
  'icon-allow-overlap': true,
  'icon-ignore-placement': true,
  'symbol-sort-key': ['get', 'rank'],
  'icon-size': ['interpolate', ['linear'], ['zoom'], 9, 0.75, 14, 1.1],
} satisfies Extract<LayerSpecification, { type: 'symbol' }>['layout']

const size = 18
export const iconScale = 3

/** The shape of each severity, as in the list: filled while it is open, hollow once acknowledged, grey when closed. */
export function icon(severity: Severity, state: State, dark: boolean): ImageData {
  const c = colours(dark)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * iconScale
  const draw = canvas.getContext('2d')!
  draw.scale(iconScale, iconScale)
  draw.translate(size / 2, size / 2)
  const colour = state === 'closed' ? c.grey : c.severity[severity]
  const shape = outline(severity)
  draw.lineJoin = 'round'
  draw.strokeStyle = c.halo
  draw.lineWidth = 3.5
  draw.stroke(shape)
  draw.fillStyle = state === 'open' ? colour : c.halo
  draw.fill(shape)
  draw.strokeStyle = colour
  draw.lineWidth = 1.8
  draw.stroke(shape)
  return draw.getImageData(0, 0, canvas.width, canvas.height)
}

function outline(severity: Severity): Path2D {
  const shape = new Path2D()
  if (severity === 'low') {
    shape.arc(0, 0, 4.6, 0, 2 * Math.PI)
    return shape
  }
  const corners =
    severity === 'critical'
      ? [
          [0, -6.2],
          [6.4, 4.8],
          [-6.4, 4.8],
        ]
      : [
          [0, -6.2],
          [6.2, 0],
          [0, 6.2],
          [-6.2, 0],
        ]
  for (const [x, y] of corners) shape.lineTo(x!, y!)
  shape.closePath()
  return shape
}
