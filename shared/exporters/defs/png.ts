import { p } from '../../layers/params.ts'
import { graphSvg } from '../../picture/graphSvg.ts'
import { THEMES } from '../../picture/theme.ts'
import { fail, ok } from '../../result.ts'
import { defineExporter } from '../define.ts'
import { checkNotEmpty } from '../guard.ts'

/** Most pixels of a picture; each takes four bytes while it is drawn. */
const MOST_PIXELS = 64_000_000

/** The network as a picture of pixels. */
export const png = defineExporter({
  id: 'png',
  title: 'Picture (PNG)',
  doc: 'The network as it is drawn, as a picture for pages and messages.',
  extension: '.png',
  params: {
    theme: p.choice({ label: 'Colours', help: 'Dark or light ground.', values: THEMES, default: 'light' }),
    scale: p.int({ label: 'Scale', help: 'Pixels per pixel of the canvas at 100 %.', default: 2, min: 1, max: 4 }),
  },
  needsWeights: false,
  run: async ({ project, resolved, libraries }, { theme, scale }) => {
    const check = checkNotEmpty(resolved)
    if (!check.ok) return check
    const { svg, width, height } = graphSvg(project.name, project.graph, resolved, theme)
    if (width * height * scale ** 2 > MOST_PIXELS)
      return fail(
        'export/too-large',
        `The picture would have ${width * scale}×${height * scale} pixels, more than ${MOST_PIXELS / 1e6} million; take a smaller scale, or SVG.`,
        { param: 'scale' },
      )
    const rasterise = await libraries.rasteriser()
    return ok({ files: [{ path: 'network.png', bytes: rasterise(svg, scale) }], verified: null })
  },
})
