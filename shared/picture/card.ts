import { summaryOf } from '../graph/describe.ts'
import { CARD } from '../graph/layout.ts'
import type { ResolvedNode } from '../graph/resolved.ts'
import { dims, type Shape } from '../layers/shape.ts'
import { boxOf, extentOf, faces, rise } from './glyph.ts'
import { escapeXml, fitText, textWidth } from './text.ts'
import { mix, type PictureTheme } from './theme.ts'

/** Where words begin, and their distance from the right edge and from the numbers, pixels. */
const LEFT = 48
const RIGHT = 10
const BETWEEN = 6
const SIZES = { name: 12.5, summary: 10.5, shape: 11, parameters: 10 } as const

const number = (n: number): string => String(Number(n.toFixed(2)))

const glyphOf = (shape: Shape | null, colour: string, ground: string, faint: string): string => {
  if (!shape) return `<rect x="15" y="17" width="18" height="18" rx="2" fill="none" stroke="${faint}" stroke-dasharray="3 3"/>`
  const box = boxOf(shape)
  const { front, top, side } = faces(box)
  const at = `translate(${number(24 - extentOf(box).width / 2)} ${number(1 + rise(box, 50))})`
  const face = (path: string, share: number): string => `<path d="${path}" fill="${mix(colour, ground, share)}"/>`
  return `<g transform="${at}" stroke="${ground}" stroke-width="0.6">${face(front, 0.95)}${face(top, 0.6)}${face(side, 0.38)}</g>`
}

/** Six arms: the weights are kept as they are. */
const snowflake = (x: number): string => {
  const arms = [0, 60, 120].map(turn => `<path d="M-4.5 0h9" transform="rotate(${turn})"/>`).join('')
  return `<g transform="translate(${number(x)} 18)" stroke="#58b0f0" stroke-width="1.2" stroke-linecap="round">${arms}</g>`
}

interface Words {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly fill: string
  readonly face: 'name' | 'mono'
  readonly end?: boolean
}

const line = (text: string, { x, y, size, fill, face, end }: Words): string =>
  text
    ? `<text x="${number(x)}" y="${y}" class="${face}" font-size="${size}" fill="${fill}"${end ? ' text-anchor="end"' : ''}>${escapeXml(text)}</text>`
    : ''

const wordsOf = (resolved: ResolvedNode, { text: [first, second, third] }: PictureTheme): string => {
  const { node, output, parameters } = resolved
  const shape = output ? dims(output) : '?'
  const count = parameters > 0 ? parameters.toLocaleString('en-US') : ''
  const beside = (numbers: number): number => CARD.width - LEFT - RIGHT - BETWEEN - numbers
  const room = beside(textWidth(shape, SIZES.shape, true))
  const below = count ? beside(textWidth(count, SIZES.parameters, true)) : room
  const name = fitText(node.name || node.id, room - (node.frozen ? 16 : 0), SIZES.name, false)
  const edge = CARD.width - RIGHT
  return [
    line(name, { x: LEFT, y: 22.5, size: SIZES.name, fill: first, face: 'name' }),
    node.frozen ? snowflake(LEFT + textWidth(name, SIZES.name, false) + 9) : '',
    line(fitText(summaryOf(resolved), below, SIZES.summary, true), { x: LEFT, y: 38, size: SIZES.summary, fill: second, face: 'mono' }),
    line(shape, { x: edge, y: count ? 23 : 30, size: SIZES.shape, fill: first, face: 'mono', end: true }),
    line(count, { x: edge, y: 37.5, size: SIZES.parameters, fill: third, face: 'mono', end: true }),
  ].join('')
}

/** The card of one layer as SVG, its top left corner at the origin. */
export const cardOf = (resolved: ResolvedNode, theme: PictureTheme): string => {
  const { node, def, issues, output } = resolved
  const colour = def ? theme.categories[def.category] : theme.text[2]
  const ground = node.frozen ? mix('#7cc4ff', theme.card, 0.07) : theme.card
  const border = issues.some(i => i.severity === 'error') ? theme.bad : theme.border
  const dashes = node.bypassed ? ' stroke-dasharray="4 3"' : ''
  const inside = `${glyphOf(output, colour, ground, theme.text[2])}${wordsOf(resolved, theme)}`
  return [
    `<rect x="0.5" y="0.5" width="${CARD.width - 1}" height="${CARD.height - 1}" rx="7.5" fill="${ground}" stroke="${border}"${dashes}/>`,
    `<path d="M0 9a3 3 0 0 1 3 3v28a3 3 0 0 1 -3 3z" fill="${colour}"/>`,
    node.bypassed ? `<g opacity="0.5">${inside}</g>` : inside,
  ].join('')
}
