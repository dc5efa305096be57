import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unwrap } from '../result.ts'
import { smallNet } from './build.testkit.ts'
import type { ProjectFile } from './document.ts'
import * as edit from './edit.ts'
import { applyFix } from './fixes.ts'
import { duplicateOf, paste } from './fragment.ts'
import { newNode } from './ids.ts'
import { orderOf } from './order.ts'
import { parseProjectText } from './parse.ts'
import { resolve } from './resolve.ts'

const TYPES = ['conv2d', 'maxPooling2d', 'flatten', 'dense', 'add', 'concatenate', 'dropout', 'reshape', 'input', 'quantumFold']

/** Freezes a document wholly, so that an edit that writes into it throws. */
const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(freeze)
  }
  return value
}

/** One edit as three numbers: which kind, and which nodes or wires, counted round. */
const step = (doc: ProjectFile, [kind, a, b]: readonly [number, number, number]): ProjectFile => {
  const { nodes, wires } = doc.graph
  const id = nodes[a % nodes.length]?.id ?? ''
  const other = nodes[b % nodes.length]?.id ?? ''
  const wire = wires[a % wires.length]?.id ?? ''
  const fresh = () => newNode(doc, TYPES[b % TYPES.length] ?? 'dense', { x: a, y: b })
  const edits: readonly (() => ProjectFile)[] = [
    () => edit.addNode(doc, fresh()),
    () => edit.connect(doc, id, other),
    () => edit.insertOnWire(doc, wire, fresh()),
    () => edit.removeNodes(doc, [id, other]),
    () => edit.removeWires(doc, [wire]),
    () => edit.setParams(doc, id, { units: b, filters: b, kernelSize: [a, b], targetShape: [b] }),
    () => edit.setBypassed(doc, [id], b % 2 === 0),
    () => edit.setFrozen(doc, [id], b % 2 === 0),
    () => edit.moveNodes(doc, new Map([[id, { x: a, y: b }]])),
    () => paste(doc, duplicateOf(doc, [id, other])),
    () => edit.arrange(doc),
    () => {
      const fix = resolve(doc).issues.flatMap(({ fixes = [] }) => fixes)[a]
      return fix ? applyFix(doc, fix) : doc
    },
  ]
  return edits[kind % edits.length]?.() ?? doc
}

test('any walk of edits leaves a document that is valid, free of loops and as it was read', () => {
  const walk = fc.array(fc.tuple(fc.nat(11), fc.nat(40), fc.nat(40)), { maxLength: 40 })
  fc.assert(
    fc.property(walk, steps => {
      const start = freeze(smallNet())
      const kept = JSON.stringify(start)
      const end = steps.reduce((doc, s) => freeze(step(doc, s)), start)
      expect(JSON.stringify(start)).toBe(kept)
      expect(unwrap(parseProjectText(JSON.stringify(end)))).toEqual(end)
      expect(orderOf(end.graph).stuck).toEqual([])
      expect(resolve(end).nodes.size).toBe(end.graph.nodes.length)
    }),
    { numRuns: 150 },
  )
})

test('resolving step by step gives what resolving afresh gives', () => {
  const walk = fc.array(fc.tuple(fc.nat(11), fc.nat(40), fc.nat(40)), { maxLength: 25 })
  fc.assert(
    fc.property(walk, steps => {
      let doc = smallNet()
      for (const s of steps) {
        doc = step(doc, s)
        const remembered = resolve(doc)
        const afresh = resolve(structuredClone(doc))
        expect(remembered).toEqual(afresh)
      }
    }),
    { numRuns: 40 },
  )
})
