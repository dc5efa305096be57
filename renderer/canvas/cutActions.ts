import type { ProjectFile } from '../../shared/graph/document.ts'
import { CARD } from '../../shared/graph/layout.ts'
import { type HeadKind, newHead } from '../../shared/graph/newHead.ts'
import { type Cut, cutAt, cutBelow, freezeTrunk, usualCut, weighing } from '../../shared/graph/transfer.ts'
import { outlineOf } from '../store/problems.ts'
import { apply, projectStore, resolvedOf } from '../store/projectStore.ts'
import { say } from '../store/uiStore.ts'
import { selectedIds } from './actions.ts'
import { canvasStore, type Point } from './canvasStore.ts'
import { askAbout, closeCut, cutStore } from './cutStore.ts'
import { sideways } from './sideways.ts'
import { canvasView } from './view.ts'

const project = (): ProjectFile => projectStore.getState().project

const layers = (n: number): string => (n === 1 ? '1 layer' : `${n} layers`)

/** Asks what to do with the cut across these wires, or says why it is none; the knife then stays in hand. */
export const finishLine = (wires: readonly string[], point: Point): void => {
  const cut = cutAt(project(), wires)
  if (cut.ok) askAbout(cut.value, point)
  else {
    cutStore.setState({ crossed: new Set() })
    say(cut.issues[0].message, 'bad')
  }
}

/** Where the box of a cut stands when no line was drawn: right of the last layer above it. */
const besideEnd = (cut: Cut): Point => {
  const view = canvasView()
  const id = cut.ends.at(-1)
  if (id !== undefined) view?.reveal(id)
  const card = id === undefined ? null : document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"] .card`)
  const box = card?.getBoundingClientRect()
  return box ? { x: box.left + box.width / 2, y: box.bottom + 8 } : (view?.middleOnScreen() ?? { x: CARD.width, y: CARD.height })
}

/** Asks what to do with the cut below the selected layer. */
export const cutBelowSelected = (): void => {
  const [id] = selectedIds()
  const cut = id === undefined ? null : cutBelow(project(), id)
  if (cut?.ok) askAbout(cut.value, besideEnd(cut.value))
  else if (cut) say(cut.issues[0].message, 'bad')
}

/** Asks what to do with the cut where the network is usually parted. */
export const cutAsUsual = (): void => {
  const cut = usualCut(project())
  if (cut) askAbout(cut, besideEnd(cut))
  else say('This network has no layers that could stay below a new head: draw a cut across its wires.', 'bad')
}

/** Freezes what lies above a cut and lets the rest learn; one step. */
export const freezeAbove = (cut: Cut): void => {
  const frozen = weighing(project(), cut.trunk).length
  apply('Freeze above the cut', doc => freezeTrunk(doc, cut))
  closeCut()
  say(`${layers(frozen)} above the cut ${frozen === 1 ? 'is' : 'are'} frozen`, 'good')
}

/** Puts a new head behind a cut and freezes what lies above it; one step. Says why when it cannot be. */
export const putHead = (cut: Cut, classes: number, kind: HeadKind): void => {
  const made = newHead(project(), cut, classes, kind)
  if (!made.ok) {
    say(made.issues[0].message, 'bad')
    return
  }
  const change = (doc: ProjectFile): ProjectFile => {
    const result = newHead(doc, cut, classes, kind)
    return result.ok ? result.value : doc
  }
  apply(`New head for ${classes} classes`, canvasStore.getState().direction === 'down' ? change : sideways(change))
  closeCut()
  requestAnimationFrame(() => {
    const view = canvasView()
    if (view && !view.allInSight()) view.fit()
  })
  say(`A new head for ${classes} classes; ${layers(weighing(project(), cut.trunk).length)} above it frozen`, 'good')
}

/** Classes that a new head is offered for: those of the data, else as many as the network has now. */
export const wantedClasses = (): number => {
  const doc = project()
  const classes = outlineOf(doc)?.classes.length ?? 0
  const resolved = resolvedOf(doc)
  return classes >= 2 ? classes : Math.max(2, resolved.nodes.get(resolved.outputs[0] ?? '')?.output?.at(-1) ?? 2)
}
