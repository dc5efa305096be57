import { p } from '../../layers/params.ts'
import { graphSvg } from '../../picture/graphSvg.ts'
import { THEMES } from '../../picture/theme.ts'
import { ok } from '../../result.ts'
import { defineExporter } from '../define.ts'
import { checkNotEmpty } from '../guard.ts'

/** The network as a drawing that stays sharp at any size. */
export const svg = defineExporter({
  id: 'svg',
  title: 'Drawing (SVG)',
  doc: 'The network as it is drawn, as a vector picture for papers and slides.',
  extension: '.svg',
  params: { theme: p.choice({ label: 'Colours', help: 'Dark or light ground.', values: THEMES, default: 'light' }) },
  needsWeights: false,
  run: async ({ project, resolved }, { theme }) => {
    const check = checkNotEmpty(resolved)
    if (!check.ok) return check
    const { svg } = graphSvg(project.name, project.graph, resolved, theme)
    return ok({ files: [{ path: 'network.svg', bytes: new TextEncoder().encode(svg) }], verified: null })
  },
})
