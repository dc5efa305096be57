import type { Connection, FinalConnectionState, OnConnectStartParams } from 'reactflow'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { removeWires } from '../../shared/graph/edit.ts'
import { CARD } from '../../shared/graph/layout.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { say } from '../store/uiStore.ts'
import { type Connecting, canvasStore, type Point } from './canvasStore.ts'
import { connectableNodes, refusal } from './connect.ts'
import { edit } from './edits.ts'
import { canvasView } from './view.ts'

const pointOf = (event: MouseEvent | TouchEvent): Point => {
  const at = 'changedTouches' in event ? event.changedTouches[0] : event
  return { x: at?.clientX ?? 0, y: at?.clientY ?? 0 }
}

/** The document as it is while a wire hangs loose. */
const withoutHeld = (): ProjectFile => {
  const { project } = projectStore.getState()
  const { heldWire } = canvasStore.getState()
  return heldWire ? removeWires(project, [heldWire]) : project
}

const start = (_: unknown, { nodeId, handleType }: OnConnectStartParams): void => {
  if (!nodeId) return
  const side = handleType === 'source' ? 'out' : 'in'
  const project = withoutHeld()
  canvasStore.setState({ connecting: { node: nodeId, side, possible: connectableNodes(project.graph, resolvedOf(project), nodeId, side) } })
}

const attach = (node: string, side: 'out' | 'in', other: string): void =>
  side === 'out' ? connectOrSay(node, other) : connectOrSay(other, node)

/** Draws a wire, or moves the one that was picked up; says why when it may not go there. */
export const connectOrSay = (from: string, to: string): void => {
  const { heldWire } = canvasStore.getState()
  const why = refusal(withoutHeld(), from, to)
  if (why) say(why, 'bad')
  else if (heldWire) edit.reconnect(heldWire, from, to)
  else edit.connect(from, to)
}

const end = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
  const { connecting, heldWire } = canvasStore.getState()
  canvasStore.setState({ connecting: null })
  if (!connecting || state.isValid) return
  const screen = pointOf(event)
  const over = document.elementFromPoint(screen.x, screen.y)?.closest<HTMLElement>('.react-flow__node')?.dataset.id ?? state.toNode?.id
  if (over === undefined && heldWire) edit.disconnect(heldWire)
  else if (over === undefined) askFor(connecting, screen)
  else if (over !== connecting.node) attach(connecting.node, connecting.side, over)
}

/** Offers the layers that fit where the wire was dropped. */
const askFor = (connecting: Connecting, screen: Point): void => {
  const at = canvasView()?.toCanvas(screen)
  if (!at) return
  const y = connecting.side === 'out' ? at.y : at.y - CARD.height
  canvasStore.setState({
    quickAdd: { screen, at: { x: Math.round(at.x - CARD.width / 2), y: Math.round(y) }, connect: connecting, wire: null },
  })
}

/**
 * Drawing wires: possible ends light up, others are refused with a sentence, and an end in empty space asks what should stand there.
 * A wire picked up by one end goes to another card, or is gone when it is dropped in empty space.
 */
export const wireHandlers = {
  onConnectStart: start,
  onConnectEnd: end,
  onReconnectStart: (_: unknown, { id }: { readonly id: string }) => canvasStore.setState({ heldWire: id }),
  onReconnect: (_: unknown, { source, target }: Connection) => connectOrSay(source, target),
  onReconnectEnd: () => canvasStore.setState({ heldWire: null }),
  onConnect: ({ source, target }: Connection) => connectOrSay(source, target),
  isValidConnection: ({ source, target }: { readonly source: string; readonly target: string }) => {
    const { connecting } = canvasStore.getState()
    return connecting?.possible.has(connecting.side === 'out' ? target : source) ?? false
  },
  onEdgeMouseEnter: (_: unknown, { id }: { readonly id: string }) => canvasStore.setState({ hoverWire: id }),
  onEdgeMouseLeave: () => canvasStore.setState({ hoverWire: null }),
} as const
