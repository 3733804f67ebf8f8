// The HTTP API of ../openapi.yaml: its types, and one function for each request.

export type Severity = 'critical' | 'high' | 'low'
export type State = 'open' | 'acknowledged' | 'closed'
export type Verb = 'acknowledge' | 'assign' | 'close' | 'reopen'

export interface Incident {
  alert_id: string
  citizen_id: string
  citizen_name: string
  drone_id: string
  district: string
  lat: number
  lon: number
  severity: Severity
  opened_at: string
  last_at: string
  riots: number
  rioters: number
  peacescore: number
  words: string[]
  stale: boolean
  state: State
  assignee: string | null
  acted_by: string | null
  acted_at: string | null
  alerted_at: string
}

export interface Page {
  incidents: Incident[]
  next: string | null
  total: number
  position: string
}

export interface Alert {
  riot_id: string
  drone_id: string
  detected_at: string
  lat: number
  lon: number
  district: string
  severity: Severity
  peacescore: number
  words: string[]
  rioters: number
  riots: number
  stale: boolean
  alerted_at: string
  kafka_timestamp: string
}

export interface Action {
  action_id: string
  action: Verb
  assignee?: string
  note?: string
  by: string
  at: string
  effective: boolean
}

export interface Detail extends Incident {
  alerts: Alert[]
  actions: Action[]
  position: string
}

export interface IncidentEvent extends Incident {
  cause: 'alert' | 'action'
  kafka_timestamp: string
  partition: number
  offset: number
  riot_id?: string
  action?: Action
}

/** lon, lat, last_at in ms, severity (0 low, 2 critical), state (0 open, 2 closed), alert_id, opened_at in ms */
export type Point = [number, number, number, number, number, string, number]

export interface Points {
  points: Point[]
  truncated: boolean
  position: string
}

export interface Districts {
  type: 'FeatureCollection'
  features: {
    type: 'Feature'
    properties: { name: string; centre: [number, number] }
    geometry: { type: 'Polygon'; coordinates: [number, number][][] }
  }[]
}

export type Value = string | number | null

export interface Answer {
  version: number
  question: string
  asks: string
  sentence: string
  columns: { name: string; meaning: string; kind: 'text' | 'count' | 'number' }[]
  rows: Value[][]
  chart: { kind: 'bars' | 'lines' | 'heat'; x: string; y: string; series?: string; low?: string; high?: string; dots?: string }
  asked_at: string
  took_s: number
  data_from: string | null
  data_to: string | null
  /** what it is limited to, RFC 3339; absent when it is not */
  since?: string
  until?: string
  district?: string
  tables: { table: string; rows: number; snapshot?: string }[]
  verified: boolean | null
}

export interface Run {
  run: string
  question: string
  state: 'running' | 'done' | 'failed'
  since: string
  seconds: number
  message: string
}

export interface Health {
  ok: boolean
  at: string
  checks: { name: string; ok: boolean | null; value: string; says: string }[]
  numbers: {
    rates: Record<string, number | null>
    alerter_lag: number | null
    sink_lags: Record<string, number | null>
    dashboard_lag: number | null
    latency_p50_ms: number | null
    latency_p99_ms: number | null
    archive_delay_s: number | null
    connectors: { name: string; state: string; tasks: { id: number; state: string; worker: string }[] }[] | null
    dead_letters: Record<string, number | null>
    skipped: number
    last_alert_at: string | null
    clients: number
  }
}

export interface Session {
  write: boolean
  readonly: boolean
  instance: string
  version: string
  run_again: boolean
  run_again_says: string
}

/** An answer of the server that is not what was asked for; status 0 when there was no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** What to tell the reader of an error. */
export const says = (error: unknown): string => (error instanceof ApiError ? error.message : String(error))

const root = '/api/v1'

async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response
  try {
    response = await fetch(root + path, init)
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new ApiError(0, 'The server does not answer.')
  }
  if (response.ok) return response.json() as Promise<T>
  const body = await response.json().catch(() => null)
  throw new ApiError(response.status, body?.error ?? `The server answered ${response.status}.`)
}

const change = (token: string, body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
  body: JSON.stringify(body),
})

const withQuery = (path: string, query: URLSearchParams) => (query.size > 0 ? `${path}?${query}` : path)
const incident = (id: string) => `/incidents/${encodeURIComponent(id)}`
const answer = (question: string) => `/answers/${encodeURIComponent(question)}`

export interface NewAction {
  action: Verb
  by: string
  assignee?: string
  note?: string
}

export const api = {
  incidents: (query: URLSearchParams, signal?: AbortSignal) => request<Page>(withQuery('/incidents', query), { signal }),
  incident: (id: string, signal?: AbortSignal) => request<Detail>(incident(id), { signal }),
  act: (id: string, action: NewAction, token: string) =>
    request<{ action_id: string }>(`${incident(id)}/actions`, change(token, action)),
  points: (query: URLSearchParams, signal?: AbortSignal) => request<Points>(withQuery('/points', query), { signal }),
  districts: () => request<Districts>('/districts'),
  answers: (signal?: AbortSignal) => request<{ answers: Answer[] }>('/answers', { signal }),
  ask: (question: string, token: string) => request<{ run: string }>(`${answer(question)}/runs`, change(token, {})),
  run: (id: string, signal?: AbortSignal) => request<Run>(`/runs/${encodeURIComponent(id)}`, { signal }),
  health: (signal?: AbortSignal) => request<Health>('/health', { signal }),
  session: (token?: string) => request<Session>('/session', token ? { headers: { Authorization: `Bearer ${token}` } } : {}),
}

export const eventsPath = (after: string | null) => `${root}/events${after ? `?after=${encodeURIComponent(after)}` : ''}`
