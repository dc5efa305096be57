import { expect, it } from 'vitest'
import { ago } from './when.ts'

it('says how long ago a file was used', () => {
  const now = Date.UTC(2026, 10, 21, 12)
  expect(ago(now - 5_000, now)).toBe('just now')
  expect(ago(now + 5_000, now)).toBe('just now')
  expect(ago(now - 60_000, now)).toBe('1 minute ago')
  expect(ago(now - 3 * 3_600_000, now)).toBe('3 hours ago')
  expect(ago(now - 2 * 86_400_000, now)).toBe('2 days ago')
  expect(ago(Date.UTC(2026, 0, 5), now)).toBe('2026-01-05')
})
