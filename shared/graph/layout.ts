import type { Graph, GraphNode, Position } from './document.ts'
import { orderOf, wiresInto } from './order.ts'

/** Size of a card, CSS pixels. */
export const CARD = { width: 222, height: 52 } as const
/** From one card's top to the next one's, and from one branch to the next. */
export const STEP = { x: 270, y: 73 } as const
const ORIGIN: Position = { x: 40, y: 40 }

/** Rows by longest way from the start; nodes on a cycle follow below in document order. */
const rowsOf = (graph: Graph, sorted: readonly string[], stuck: readonly string[]): ReadonlyMap<string, number> => {
  const entering = wiresInto(graph)
  const rows = new Map<string, number>()
  for (const id of sorted) rows.set(id, Math.max(-1, ...(entering.get(id) ?? []).map(wire => rows.get(wire.from) ?? -1)) + 1)
  const below = 1 + [...rows.values()].reduce((max, row) => Math.max(max, row), -1)
  stuck.forEach((id, i) => {
    rows.set(id, below + i)
  })
  return rows
}

/** Places every node top to bottom; a chain stays in its column, branches stand side by side, film strips have the room on the right. */
export const layoutOf = (graph: Graph): ReadonlyMap<string, Position> => {
  const { sorted, stuck } = orderOf(graph)
  const rows = rowsOf(graph, sorted, stuck)
  const entering = wiresInto(graph)
  const columns = new Map<string, number>()
  const taken = new Set<string>()
  for (const id of [...sorted, ...stuck]) {
    const row = rows.get(id) ?? 0
    const before = entering.get(id)?.map(wire => columns.get(wire.from) ?? 0) ?? []
    let column = before.length ? Math.min(...before) : 0
    while (taken.has(`${row}/${column}`)) column++
    taken.add(`${row}/${column}`)
    columns.set(id, column)
  }
  const at = (id: string): Position => ({ x: ORIGIN.x + (columns.get(id) ?? 0) * STEP.x, y: ORIGIN.y + (rows.get(id) ?? 0) * STEP.y })
  return new Map(graph.nodes.map(({ id }: GraphNode) => [id, at(id)]))
}
