import type { AnyLayerDef, Category } from '../../shared/layers/define.ts'

/** Sections of the palette and the layer groups they hold. */
const SECTIONS: readonly { readonly title: string; readonly categories: readonly Category[] }[] = [
  { title: 'Input', categories: ['io'] },
  { title: 'Convolution', categories: ['convolution'] },
  { title: 'Pooling', categories: ['pooling'] },
  { title: 'Core', categories: ['dense', 'activation', 'reshape'] },
  { title: 'Regularise and normalise', categories: ['regularisation', 'normalisation'] },
  { title: 'Merge', categories: ['merge'] },
  { title: 'Recurrent', categories: ['recurrent'] },
]

const words = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean)

/** How well a layer answers a query: 0 not at all; a title that begins with it counts most, then one that contains it, then its letters in order, then the doc line. */
export const score = (def: AnyLayerDef, query: string): number => {
  const wanted = words(query)
  if (!wanted.length) return 1
  const title = def.title.toLowerCase()
  const whole = wanted.join('')
  if (title.startsWith(whole)) return 5
  if (wanted.every(w => title.includes(w))) return 4
  if (inOrder(title, whole)) return 3
  const text = `${title} ${def.category} ${def.doc}`.toLowerCase()
  return wanted.every(w => text.includes(w)) ? 2 : 0
}

/** Whether the letters come in this order, the first one at the start or after a digit boundary, e.g. `mp2d` in `maxpooling2d`. */
const inOrder = (title: string, letters: string): boolean => {
  let at = 0
  for (const letter of letters) {
    const found = title.indexOf(letter, at)
    if (found < 0 || (at === 0 && found > 0)) return false
    at = found + 1
  }
  return true
}

/** The layers that answer a query, best first; an empty query keeps the order. */
export const search = (defs: readonly AnyLayerDef[], query: string): readonly AnyLayerDef[] =>
  defs
    .map(def => ({ def, value: score(def, query) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ def }) => def)

/** One section of the palette. */
export interface LayerSection {
  readonly title: string
  /** The everyday ones, always shown. */
  readonly layers: readonly AnyLayerDef[]
  /** The rest, shown on demand. */
  readonly more: readonly AnyLayerDef[]
}

/** Layers by section, in the order of the palette; empty sections are left out. */
export const sections = (defs: readonly AnyLayerDef[]): readonly LayerSection[] =>
  SECTIONS.map(({ title, categories }) => {
    const own = categories.flatMap(category => defs.filter(d => d.category === category))
    return { title, layers: own.filter(d => d.everyday), more: own.filter(d => !d.everyday) }
  }).filter(section => section.layers.length + section.more.length > 0)
