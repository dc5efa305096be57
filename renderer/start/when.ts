const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const some = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'} ago`

/** How long ago a moment was, in words; both in milliseconds since 1970. Older than a week becomes the date. */
export const ago = (when: number, now: number): string => {
  const past = Math.max(0, now - when)
  if (past < MINUTE) return 'just now'
  if (past < HOUR) return some(Math.floor(past / MINUTE), 'minute')
  if (past < DAY) return some(Math.floor(past / HOUR), 'hour')
  if (past < 7 * DAY) return some(Math.floor(past / DAY), 'day')
  return new Date(when).toISOString().slice(0, 10)
}
