import type * as resvg from '@resvg/resvg-wasm'
import { unpackWoff } from './woff.ts'

/** Font files of the `@fontsource` packages that pictures are set in: names in Latin, Greek and Cyrillic letters, and numbers. */
export const FONTS = [
  'inter/files/inter-latin-600-normal.woff',
  'inter/files/inter-latin-ext-600-normal.woff',
  'inter/files/inter-greek-600-normal.woff',
  'inter/files/inter-cyrillic-600-normal.woff',
  'jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff',
  'jetbrains-mono/files/jetbrains-mono-greek-400-normal.woff',
] as const

/** What makes PNG of SVG with these WOFF fonts; resvg must have been started. */
export const rasteriserOf = ({ Resvg }: Pick<typeof resvg, 'Resvg'>, fonts: readonly Uint8Array[]) => {
  const fontBuffers = fonts.map(unpackWoff)
  const families = { defaultFontFamily: 'Inter', sansSerifFamily: 'Inter', monospaceFamily: 'JetBrains Mono' }
  return (svg: string, scale: number): Uint8Array<ArrayBuffer> => {
    const drawn = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font: { fontBuffers, ...families } })
    try {
      const picture = drawn.render()
      try {
        return picture.asPng().slice()
      } finally {
        picture.free()
      }
    } finally {
      drawn.free()
    }
  }
}
