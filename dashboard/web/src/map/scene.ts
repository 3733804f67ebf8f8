// MapLibre, held in one place: the page says what to show, and hears what was clicked.

import 'maplibre-gl/dist/maplibre-gl.css'
import { type GeoJSONSource, Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import type { Districts } from '../api'
import { severities, states } from '../filter'
import { calm } from '../settings'
import type { Features } from './dots'
import { heatOf, heatOpacity, icon, iconScale, layers, style } from './style'

setWorkerUrl(workerUrl)

export interface Scene {
  /** clustered dots, or loose ones, which can be many at one place */
  show(features: Features, clustered: boolean): void
  heat(on: boolean): void
  dark(on: boolean): void
  /** a ring about one place, and the map moved until it is in sight; null for none */
  choose(place: [number, number] | null): void
  /** a ring that goes out, where something has just happened */
  pulse(place: [number, number]): void
  close(): void
}

const pulses = 12
const pulseMs = 4000

export function openScene(
  container: HTMLElement,
  districts: Districts,
  isDark: boolean,
  onPick: (ids: string[]) => void,
): Promise<Scene> {
  const bounds = boundsOf(districts)
  const map = new MapLibre({
    container,
    style: style(districts, isDark),
    bounds,
    fitBoundsOptions: { padding: paddingOf(container) },
    maxBounds: widened(bounds),
    maxZoom: 17,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    fadeDuration: 0,
    locale: { 'Map.Title': 'Map of Peaceland' },
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  map.addControl(new ScaleControl(), 'bottom-right')
  let dark = isDark
  const addIcons = () => {
    for (const severity of severities)
      for (const state of states) {
        const name = `${severity} ${state}`
        if (map.hasImage(name)) map.removeImage(name)
        map.addImage(name, icon(severity, state, dark), { pixelRatio: iconScale })
      }
  }

  const picked = (ids: unknown[]) => onPick([...new Set(ids.map(String))])
  for (const layer of ['dots', 'loose']) {
    map.on('click', layer, event => picked((event.features ?? []).map(one => one.properties.id)))
  }
  map.on('click', 'clusters', async event => {
    const cluster = event.features?.[0]
    if (cluster?.geometry.type !== 'Point') return
    const source = map.getSource<GeoJSONSource>('dots')!
    const zoom = await source.getClusterExpansionZoom(cluster.properties.cluster_id)
    if (zoom > 14.5) {
      const leaves = await source.getClusterLeaves(cluster.properties.cluster_id, 50, 0)
      picked(leaves.map(leaf => leaf.properties?.id))
      return
    }
    const [lon, lat] = cluster.geometry.coordinates as [number, number]
    moved = true
    map.easeTo({ center: [lon, lat], zoom: zoom + 0.3, animate: !calm.matches })
  })
  for (const layer of ['dots', 'loose', 'clusters']) {
    map.on('mouseenter', layer, () => container.classList.add('over-dot'))
    map.on('mouseleave', layer, () => container.classList.remove('over-dot'))
  }

  let chosen: Marker | null = null
  let moved = false
  map.on('movestart', event => {
    moved ||= event.originalEvent !== undefined
  })
  const observer = new ResizeObserver(() => {
    map.resize()
    if (!moved && !chosen) map.fitBounds(bounds, { padding: paddingOf(container), animate: false })
  })
  observer.observe(container)

  const none: Features = { type: 'FeatureCollection', features: [] }
  const holds: Record<string, Features> = { dots: none, loose: none, heat: none }
  const set = (source: string, features: Features) => {
    if (holds[source] === features) return
    holds[source] = features
    map.getSource<GeoJSONSource>(source)?.setData(features)
  }
  let shown = { features: none, clustered: true }
  let hot = false
  const rings = new Set<Marker>()

  function put() {
    // Whatever is not to be seen has no data: each layer that is hidden or shown would have its source loaded anew.
    const to = hot ? 'heat' : shown.clustered ? 'dots' : 'loose'
    for (const source of ['dots', 'loose', 'heat']) set(source, source === to ? shown.features : none)
    map.setPaintProperty('heat', 'heatmap-opacity', hot ? heatOpacity : 0)
    if (hot) map.setPaintProperty('heat', 'heatmap-intensity', heatOf(shown.features.features.length))
  }

  const scene: Scene = {
    show(features, clustered) {
      shown = { features, clustered }
      put()
    },
    heat(on) {
      if (hot === on) return
      hot = on
      put()
    },
    dark(on) {
      if (dark === on) return
      dark = on
      for (const { id, paint } of layers(on))
        for (const [name, value] of Object.entries(paint ?? {})) map.setPaintProperty(id, name as never, value as never)
      addIcons()
      put()
    },
    choose(place) {
      chosen?.remove()
      chosen = null
      if (!place) return
      chosen = ring(map, 'chosen-dot', place)
      if (!map.getBounds().contains(place) || map.getZoom() < 11.5) {
        map.easeTo({ center: place, zoom: Math.max(map.getZoom(), 12.5), animate: !calm.matches })
      }
    },
    pulse(place) {
      if (rings.size >= pulses) return
      const one = ring(map, 'pulse', place)
      rings.add(one)
      setTimeout(() => {
        one.remove()
        rings.delete(one)
      }, pulseMs)
    },
    close() {
      observer.disconnect()
      map.remove()
    },
  }

  return new Promise((resolve, reject) => {
    map.once('load', () => {
      addIcons()
      resolve(scene)
    })
    map.once('error', event => reject(event.error))
  })
}

function ring(map: MapLibre, className: string, place: [number, number]): Marker {
  const element = document.createElement('span')
  element.className = className
  element.setAttribute('aria-hidden', 'true')
  element.append(document.createElement('i'))
  return new Marker({ element }).setLngLat(place).addTo(map)
}

/** On a phone, what is above the map is as wide as the map. */
const paddingOf = ({ clientWidth }: HTMLElement) => (clientWidth < 600 ? { top: 170, bottom: 24, left: 16, right: 16 } : 28)

type Bounds = [[number, number], [number, number]]

function boundsOf(districts: Districts): Bounds {
  const corners = districts.features.flatMap(one => one.geometry.coordinates.flat())
  const lons = corners.map(([lon]) => lon)
  const lats = corners.map(([, lat]) => lat)
  return [
    [Math.min(...lons), Math.min(...lats)],
    [Math.max(...lons), Math.max(...lats)],
  ]
}

function widened([[west, south], [east, north]]: Bounds): Bounds {
  const lon = (east - west) * 1.5
  const lat = north - south
  return [
    [west - lon, south - lat],
    [east + lon, north + lat],
  ]
}
