// Which page a URL is of.

export type Route = { page: 'live' | 'map' | 'health' | 'unknown' } | { page: 'analysis'; question: string | null }

export function toRoute(path: string): Route {
  const [page = '', rest = '', ...more] = path.split('/').slice(1)
  if (more.length > 0) return { page: 'unknown' }
  if (page === 'analysis') return { page, question: rest ? decoded(rest) : null }
  if (rest) return { page: 'unknown' }
  if (page === '') return { page: 'live' }
  return page === 'map' || page === 'health' ? { page } : { page: 'unknown' }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A query as text. A comma means itself there, and reads better so. */
export const readable = (query: URLSearchParams) => query.toString().replaceAll('%2C', ',')
