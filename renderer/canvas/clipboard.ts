import {
  copyFragment,
  duplicateOf,
  type Fragment,
  fragmentText,
  freshFragment,
  paste as insert,
  parseFragment,
} from '../../shared/graph/fragment.ts'
import { CARD } from '../../shared/graph/layout.ts'
import { apply, projectStore } from '../store/projectStore.ts'
import { say, select } from '../store/uiStore.ts'
import { removeSelection, selectedIds } from './actions.ts'
import { canvasView } from './view.ts'

/** Where windows of the program share what was copied; a clipboard permission is not needed this way. */
const KEY = 'netloom.clipboard'

const read = (): string | null => globalThis.localStorage?.getItem(KEY) ?? null

/** Whether something was copied, here or in another window. */
export const canPaste = (): boolean => read() !== null

/** Copies the selected layers with the wires among them. */
export const copySelection = (): void => {
  const ids = selectedIds()
  globalThis.localStorage?.setItem(KEY, fragmentText(copyFragment(projectStore.getState().project, ids)))
  say(ids.length === 1 ? 'Copied 1 layer' : `Copied ${ids.length} layers`)
}

/** Copies and removes the selected layers. */
export const cutSelection = (): void => {
  copySelection()
  removeSelection()
}

const put = (label: string, fragment: Fragment): void => {
  apply(label, doc => insert(doc, fragment))
  select(fragment.nodes.map(n => n.id))
}

/** Pastes at the pointer, or in the middle of the view when the pointer is elsewhere. */
export const pasteHere = (): void => {
  const text = read()
  const view = canvasView()
  if (text === null || !view) return
  const fragment = parseFragment(text)
  const at = view.pointer() ?? view.middle()
  const corner = { x: Math.round(at.x - CARD.width / 2), y: Math.round(at.y - CARD.height / 2) }
  if (fragment.ok) put('Paste', freshFragment(projectStore.getState().project, fragment.value, corner))
  else say(`This cannot be pasted: ${fragment.issues[0].message}`, 'bad')
}

/** Puts a copy of the selected layers beside them. */
export const duplicateSelection = (): void => put('Duplicate', duplicateOf(projectStore.getState().project, selectedIds()))
