import { resolve } from '../../shared/graph/resolve.ts'
import type { Totals } from '../../shared/graph/resolved.ts'
import type { Template } from '../../templates/templates.ts'
import type { PyramidLayer } from '../glyph/Pyramid.tsx'

/** Shown first, from the simplest idea of a convolutional network to the largest; the others follow by title. */
const FIRST = ['lenet', 'mnist-cnn', 'lenet5', 'fc64', 'fc256-fc256', 'iris-mlp', 'cifar-cnn', 'vgg-small', 'vgg16', 'vgg19']

/** Templates in the order of the start page. */
export const ordered = (templates: readonly Template[]): readonly Template[] => {
  const rank = ({ id }: Template): number => (FIRST.includes(id) ? FIRST.indexOf(id) : FIRST.length)
  return [...templates].sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title))
}

/** What a card draws of a template: its layers in order of computation, those that only regularise left out, and its totals. */
export const portrait = (template: Template): { readonly layers: readonly PyramidLayer[]; readonly totals: Totals } => {
  const { order, nodes, totals } = resolve(template.project)
  const layers = order.flatMap((id): readonly PyramidLayer[] => {
    const known = nodes.get(id)
    if (!known?.output || known.def?.category === 'regularisation') return []
    return [{ id, shape: known.output, category: known.def?.category }]
  })
  return { layers, totals }
}
