import type { Position, ProjectFile } from '../../shared/graph/document.ts'
import { moveNodes } from '../../shared/graph/edit.ts'
import { CARD, STEP } from '../../shared/graph/layout.ts'
import { GAP } from './geometry.ts'

/** One step along and across a network that flows to the right, CSS pixels; across there is room for folded strips. */
const RIGHT = { along: CARD.width + GAP.right, across: 116 } as const

const turned = (from: (at: Position) => Position, doc: ProjectFile): ProjectFile =>
  moveNodes(doc, new Map(doc.graph.nodes.map(n => [n.id, from(n.position)])))

/** From a place in a network that flows to the right to the same place in one that flows down. */
const toDown = ({ x, y }: Position): Position => ({ x: (y / RIGHT.across) * STEP.x, y: (x / RIGHT.along) * STEP.y })

/** The other way round; whole pixels. */
export const toRight = ({ x, y }: Position): Position => ({
  x: Math.round((y / STEP.y) * RIGHT.along),
  y: Math.round((x / STEP.x) * RIGHT.across),
})

/** Makes an edit that thinks top to bottom work on a network that flows to the right. */
export const sideways =
  (change: (doc: ProjectFile) => ProjectFile) =>
  (doc: ProjectFile): ProjectFile => {
    const before = turned(toDown, doc)
    const after = change(before)
    return after === before ? doc : turned(toRight, after)
  }
