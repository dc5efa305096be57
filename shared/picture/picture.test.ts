import { readFileSync } from 'node:fs'
import { unzlibSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { libraries } from '../../node/libraries.ts'
import { templates } from '../../templates/templates.ts'
import { png } from '../exporters/defs/png.ts'
import { svg } from '../exporters/defs/svg.ts'
import { branched, node, projectOf } from '../exporters/exporters.testkit.ts'
import type { ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { CATEGORIES } from '../layers/define.ts'
import { unwrap } from '../result.ts'
import { fitText, textWidth } from './text.ts'
import { mix, type ThemeId, themes } from './theme.ts'

const drawing = (project: ProjectFile) => ({ project, resolved: resolve(project), history: [], libraries })

const svgOf = async (project: ProjectFile, theme: ThemeId = 'dark'): Promise<string> => {
  const { files } = unwrap(await svg.run(drawing(project), { theme }))
  return new TextDecoder().decode(files[0]?.bytes)
}

/** Checks that XML is well-formed as far as our pictures use it, and gives the names of its elements and its text. */
const parseXml = (xml: string): { names: string[]; text: string[] } => {
  const [open, names, text]: string[][] = [[], [], []]
  for (const [, tag, between] of xml.matchAll(/<([^<>]*)>|([^<>]+)/g)) {
    if (between !== undefined) {
      expect(between).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/)
      text?.push(between)
    } else if (tag?.startsWith('/')) expect(open?.pop()).toBe(tag.slice(1))
    else {
      const [, name = '', rest = '', end] = /^([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)$/.exec(tag ?? '') ?? []
      expect(name, tag).not.toBe('')
      expect(rest).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/)
      names?.push(name)
      if (!end) open?.push(name)
    }
  }
  expect(open).toEqual([])
  return { names: names ?? [], text: text ?? [] }
}

describe('the colours of pictures', () => {
  const css = readFileSync(new URL('../../renderer/ui/tokens.css', import.meta.url), 'utf8')
  const [dark = '', light = ''] = css.split('[data-theme="light"]')
  it.each([
    ['dark', dark],
    ['light', light],
  ] as const)('are those of the window in %s', (id, sheet) => {
    const token = (name: string): string | undefined => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(sheet)?.[1]
    const { ground, card, border, text, bad, categories } = themes[id]
    expect([ground, card, border, ...text, bad]).toEqual(['ink-0', 'ink-2', 'ink-3', 'text-1', 'text-2', 'text-3', 'bad'].map(token))
    for (const category of CATEGORIES) expect(categories[category], category).toBe(token(`cat-${category}`))
  })

  it('mix as CSS does', () => expect(mix('#ff0000', '#0000ff', 0.6)).toBe('#990066'))
})

describe('the network as SVG', () => {
  it.each(templates.map(t => [t.id, t.project] as const))('draws %s: every card, every wire, well-formed', async (_, project) => {
    const { names, text } = parseXml(await svgOf(project))
    const { nodes, wires } = project.graph
    expect(names.filter(n => n === 'title')).toHaveLength(nodes.length + 1)
    expect(names.filter(n => n === 'circle').length).toBeGreaterThanOrEqual(nodes.length)
    for (const { name } of nodes) expect(text).toContain(name)
    const boxes = [...resolve(project).nodes.values()].filter(n => n.output).length
    expect(names.filter(n => n === 'path').length).toBe(wires.length + nodes.length + 3 * boxes)
  })

  it('keeps hostile names text', async () => {
    const hostile = '</title><script>alert(1)</script>"&\u0000\ud800\n<'
    const project = { ...branched(), name: hostile }
    const graph = { ...project.graph, nodes: project.graph.nodes.map(n => ({ ...n, name: hostile })) }
    const xml = await svgOf({ ...project, graph })
    expect(parseXml(xml).names).not.toContain('script')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML does not allow them
    expect(xml).not.toMatch(/[\u0000-\u0008\ud800]/)
    const rasterise = await libraries.rasteriser()
    expect(rasterise(xml, 1).length).toBeGreaterThan(1000)
  })

  it('shortens what does not fit, and shows what is wrong, frozen or bypassed', async () => {
    const long = 'a name that is far too long for its card'
    const nodes = [
      node('in', 'input', { shape: [4] }, { name: long }),
      node('odd', 'warpDrive'),
      node('cold', 'dense', { units: 3 }, { frozen: true, bypassed: true }),
    ]
    const xml = await svgOf(projectOf(nodes, ['in>odd', 'odd>cold']), 'light')
    expect(parseXml(xml).text.some(t => /^a name that.*…$/.test(t))).toBe(true)
    expect(xml).toContain(themes.light.bad)
    expect(xml).toContain('opacity="0.5"')
    expect(xml).toContain('rotate(120)')
  })

  it('is refused for an empty network', async () => {
    const result = await svg.run(drawing(projectOf([], [])), { theme: 'dark' })
    expect(result.ok ? '' : result.issues[0].message).toMatch(/no layers yet/)
  })
})

describe('the network as PNG', () => {
  const chunksOf = (bytes: Uint8Array): Map<string, Uint8Array> => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const chunks = new Map<string, Uint8Array>()
    for (let at = 8; at < bytes.length; ) {
      const size = view.getUint32(at)
      chunks.set(new TextDecoder().decode(bytes.subarray(at + 4, at + 8)), bytes.subarray(at + 8, at + 8 + size))
      at += 12 + size
    }
    return chunks
  }

  it('has the pixels that its scale says, letters included', async () => {
    const blank = projectOf([node('a', 'input', { shape: [4] }, { name: ' ' })], [])
    const named = projectOf([node('a', 'input', { shape: [4] }, { name: 'Wörter Ω Ж' })], [])
    const draw = async (project: ProjectFile) => {
      const { files } = unwrap(await png.run(drawing(project), { theme: 'dark', scale: 3 }))
      const header = chunksOf(files[0]?.bytes ?? new Uint8Array())
      const ihdr = header.get('IHDR') ?? new Uint8Array(8)
      const view = new DataView(ihdr.buffer, ihdr.byteOffset)
      return { size: [view.getUint32(0), view.getUint32(4)], pixels: unzlibSync(header.get('IDAT') ?? new Uint8Array()) }
    }
    const [one, other] = [await draw(blank), await draw(named)]
    expect(one.size).toEqual([(222 + 48) * 3, (52 + 48) * 3])
    expect(other.pixels.filter((v, i) => v !== one.pixels[i]).length).toBeGreaterThan(500)
  })

  it('is refused when it would be too large, naming its size', async () => {
    const far = projectOf([node('a', 'input', { shape: [4] }), node('b', 'flatten', {}, { position: { x: 40_000, y: 40_000 } })], [])
    const result = await png.run(drawing(far), { theme: 'dark', scale: 2 })
    expect(result.ok ? '' : result.issues[0].message).toMatch(/80540×80200 pixels, more than 64 million/)
  })
})

describe('text in pictures', () => {
  it('is cut where it would leave its card', () => {
    expect(fitText('conv', 100, 12, false)).toBe('conv')
    const cut = fitText('convolution_of_everything', 60, 12, true)
    expect(cut).toMatch(/^conv.*…$/)
    expect(textWidth(cut, 12, true)).toBeLessThanOrEqual(60)
  })
})
