/** Advance of every character of a monospaced face, em. */
const MONO = 0.6
/** Advances of a proportional face in semi-bold, em, for groups of characters; others are taken as wide as `OTHER`. */
const GROUPS: readonly (readonly [characters: string, advance: number])[] = [
  ["iIlj.,:;'|!`", 0.29],
  ['ftr()[]{}/\\- "', 0.4],
  ['abcdeghknopqsuvxyzJ_?*+=<>~^$', 0.6],
  ['0123456789ABCDEFKLPRSTUVXYZ&#', 0.66],
  ['GHNOQwm', 0.78],
  ['MW@%', 0.92],
]
const ADVANCES = new Map(GROUPS.flatMap(([characters, advance]) => [...characters].map(c => [c, advance] as const)))
const OTHER = 0.66
/** Han, kana, Hangul and pictographs fill a square. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1ffff}\u{20000}-\u{3fffd}]/u

/** Estimated width of a line of text in pixels. */
export const textWidth = (text: string, size: number, mono: boolean): number =>
  size * [...text].reduce((sum, c) => sum + (WIDE.test(c) ? 1 : mono ? MONO : (ADVANCES.get(c) ?? OTHER)), 0)

/** The text, or its beginning and an ellipsis, so that it fits a width in pixels. */
export const fitText = (text: string, width: number, size: number, mono: boolean): string => {
  if (textWidth(text, size, mono) <= width) return text
  const characters = [...text]
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size, mono) > width) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for XML, also inside attributes: on one line, without characters that XML forbids. */
export const escapeXml = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/\s+/g, ' ')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not allow
    .replace(/[\u0000-\u001f\u007f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, c => ENTITIES[c] ?? c)
