import { CATEGORIES, type Category } from '../layers/define.ts'

/** Colours of a picture, as the window shows them. */
export interface PictureTheme {
  /** Ground of the canvas, of a card, and its border. */
  readonly ground: string
  readonly card: string
  readonly border: string
  /** Words, lesser words, and the faintest. */
  readonly text: readonly [string, string, string]
  readonly bad: string
  readonly categories: Readonly<Record<Category, string>>
}

export const THEMES = ['dark', 'light'] as const
export type ThemeId = (typeof THEMES)[number]

const byCategory = (...colours: readonly string[]): Record<Category, string> =>
  Object.fromEntries(CATEGORIES.map((category, i) => [category, colours[i] ?? '#888888'])) as Record<Category, string>

/** The window's colours in dark and light; a test holds them to its style sheet. */
export const themes: Readonly<Record<ThemeId, PictureTheme>> = {
  dark: {
    ground: '#0d1014',
    card: '#1b2128',
    border: '#2b333d',
    text: ['#e8ecf1', '#9aa5b3', '#7d8a9b'],
    bad: '#e5675f',
    categories: byCategory(
      ...['#8a97a8', '#4f8df7', '#2fb3a6', '#9a7bf0', '#e58a4e'],
      ...['#7d8794', '#e0718f', '#d9a441', '#5fb363', '#45b5d8'],
    ),
  },
  light: {
    ground: '#f4f6f8',
    card: '#ffffff',
    border: '#d8dee6',
    text: ['#10151c', '#4a5462', '#6b7685'],
    bad: '#c8423a',
    categories: byCategory(
      ...['#6d7a8c', '#2f6fe0', '#168f83', '#7a55e0', '#c8692b'],
      ...['#69737f', '#cc4d70', '#a97a12', '#3b8f40', '#1d8fb5'],
    ),
  },
}

const channels = (hex: string): number[] => [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16))

/** Mixes two `#rrggbb` colours; `share` 0–1 is that of the first. */
export const mix = (a: string, b: string, share: number): string => {
  const other = channels(b)
  const mixed = channels(a).map((v, i) => Math.round(v * share + (other[i] ?? 0) * (1 - share)))
  return `#${mixed.map(v => v.toString(16).padStart(2, '0')).join('')}`
}
