import { expect, it } from 'vitest'
import { arrange, insertOnWire } from '../../shared/graph/edit.ts'
import { newNode } from '../../shared/graph/ids.ts'
import { templateOf } from '../../templates/templates.ts'
import { overlaps } from './geometry.ts'
import { sideways } from './sideways.ts'

it('lays a network out to the right and makes room there for an inserted layer', () => {
  const template = templateOf('lenet')
  if (!template) throw new Error('there is no LeNet template')
  const row = sideways(arrange)(template.project)
  const ys = new Set(row.graph.nodes.map(n => n.position.y))
  expect(ys.size).toBe(1)
  const wire = row.graph.wires.find(w => w.from === 'pool_1')?.id ?? ''
  const longer = sideways(doc => insertOnWire(doc, wire, newNode(doc, 'dropout', { x: 0, y: 0 })))(row)
  const places = longer.graph.nodes.map(n => n.position)
  expect(new Set(places.map(p => p.y)).size).toBe(1)
  places.forEach((a, i) => {
    for (const b of places.slice(i + 1)) expect(overlaps(a, b)).toBe(false)
  })
})
