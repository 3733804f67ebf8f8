import { computed, useSignalEffect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { announceNews, spoken } from './announce'
import { Banner, Connection } from './Connection'
import { hidden } from './clock'
import { health, listen, restWhile } from './feed'
import { Icon, type IconName } from './icons'
import { later } from './later'
import { LivePage } from './live/LivePage'
import type { Route } from './route'
import { SettingsMenu } from './SettingsMenu'
import { SignIn } from './SignIn'
import { asking } from './session'
import { notifications, sound } from './settings'
import { route } from './url'

const MapPage = later(() => import('./map/MapPage').then(module => module.MapPage))
const AnalysisPage = later(() => import('./analysis/AnalysisPage').then(module => module.AnalysisPage))
const HealthPage = later(() => import('./health/HealthPage').then(module => module.HealthPage))

const places: { page: Route['page']; href: string; name: string; icon: IconName }[] = [
  { page: 'live', href: '/', name: 'Live', icon: 'live' },
  { page: 'map', href: '/map', name: 'Map', icon: 'map' },
  { page: 'analysis', href: '/analysis', name: 'Analysis', icon: 'analysis' },
  { page: 'health', href: '/health', name: 'Health', icon: 'health' },
]

/** A tab that nobody sees need not know what happens, unless it is to tell. */
const unneeded = computed(() => hidden.value && !notifications.value && !sound.value)

export function App() {
  const { page } = route.value
  useEffect(announceNews, [])
  useEffect(() => restWhile(unneeded), [])
  useSignalEffect(() => {
    // Live and the map begin where what they have fetched ends.
    if (route.value.page !== 'live' && route.value.page !== 'map') listen(null)
  })
  useSignalEffect(() => {
    const place = places.find(one => one.page === route.value.page)
    document.title = place ? `${place.name} · PeaceState` : 'PeaceState'
  })
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="bar">
        <a class="brand" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="16" cy="16" r="10" fill="none" stroke="currentColor" stroke-width="2" />
            <circle cx="16" cy="16" r="3.6" fill="currentColor" />
            <path d="M16 2v5M16 25v5M2 16h5M25 16h5" stroke="currentColor" stroke-width="2" />
          </svg>
          PeaceState
        </a>
        <nav class="places" aria-label="Pages">
          {places.map(place => (
            <a key={place.page} href={place.href} aria-current={place.page === page ? 'page' : undefined}>
              <Icon name={place.icon} />
              <span>{place.name}</span>
              {place.page === 'health' && <Troubles />}
            </a>
          ))}
        </nav>
        <Connection />
        <SettingsMenu />
      </header>
      <Banner />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      <p class="visually-hidden" role="status" aria-live="polite">
        {spoken.value}
      </p>
      {asking.value && <SignIn />}
    </>
  )
}

function Page() {
  const at = route.value
  if (at.page === 'live') return <LivePage />
  if (at.page === 'map') return <MapPage />
  if (at.page === 'analysis') return <AnalysisPage question={at.question} />
  if (at.page === 'health') return <HealthPage />
  return (
    <div class="page">
      <h1>There is no such page</h1>
      <p>
        What happens now is on <a href="/">Live</a>.
      </p>
    </div>
  )
}

function Troubles() {
  const troubles = health.value?.checks.filter(check => check.ok === false).length ?? 0
  if (troubles === 0) return null
  return (
    <span class="badge">
      {troubles}
      <span class="visually-hidden"> not well</span>
    </span>
  )
}
