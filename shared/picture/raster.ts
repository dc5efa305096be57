import type * as resvg from '@resvg/resvg-wasm'
import type { Picture } from './graphSvg.ts'
import { pngWriter } from './png.ts'
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

/** Height of what is drawn at once, pixels of the SVG: whatever the size of a picture, the engine never falls silent for long. */
const BAND = 240

/** Draws a picture of opaque ground, `scale` pixels per unit, and gives the bytes of a PNG. */
export type Rasterise = (picture: Picture, scale: number) => Promise<Uint8Array<ArrayBuffer>>

/** What makes PNG of drawings with these WOFF fonts; resvg must have been started. `breathe` is awaited between two bands. */
export const rasteriserOf = (
  { Resvg }: Pick<typeof resvg, 'Resvg'>,
  fonts: readonly Uint8Array[],
  breathe: () => Promise<unknown>,
): Rasterise => {
  const font = {
    fontBuffers: fonts.map(unpackWoff),
    ...{ defaultFontFamily: 'Inter', sansSerifFamily: 'Inter', monospaceFamily: 'JetBrains Mono' },
  }
  const pixelsOf = (svg: string, scale: number): Uint8Array => {
    const drawing = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font })
    const picture = drawing.render()
    try {
      return picture.pixels.slice()
    } finally {
      picture.free()
      drawing.free()
    }
  }
  return async (picture, scale) => {
    const png = pngWriter(picture.width * scale, picture.height * scale)
    for (let top = 0; top < picture.height; top += BAND) {
      png.add(pixelsOf(picture.band(top, Math.min(BAND, picture.height - top)), scale))
      await breathe()
    }
    return png.end()
  }
}
