// Which rows of a long list are in sight: all rows are of one height.

export interface Range {
  first: number
  /** not included */
  end: number
}

export function inSight(scrolled: number, height: number, rowHeight: number, rows: number, beyond = 6): Range {
  const first = Math.floor(scrolled / rowHeight) - beyond
  const end = Math.ceil((scrolled + height) / rowHeight) + beyond
  return { first: clamp(first, 0, rows), end: clamp(end, 0, rows) }
}

/** How far to scroll so that the row is wholly in sight; as it is, if it is already. */
export function scrolledTo(row: number, scrolled: number, height: number, rowHeight: number): number {
  return clamp(scrolled, (row + 1) * rowHeight - height, row * rowHeight)
}

const clamp = (n: number, least: number, most: number) => Math.min(Math.max(n, least), most)
