import type { MouseEvent as ReactMouseEvent } from 'react'
import { CARD } from '../../shared/graph/layout.ts'
import { select, uiStore } from '../store/uiStore.ts'
import { canvasStore, type MenuTarget } from './canvasStore.ts'
import { canvasView } from './view.ts'

type Click = ReactMouseEvent | MouseEvent

const open = (event: Click, target: MenuTarget): void => {
  event.preventDefault()
  canvasStore.setState({ menu: { point: { x: event.clientX, y: event.clientY }, target }, quickAdd: null })
}

/** Right clicks open menus. The same functions for ever, so that React Flow draws nothing again because of them. */
export const menuHandlers = {
  onPaneContextMenu: (event: Click) => open(event, { kind: 'canvas' }),
  onNodeContextMenu: (event: Click, { id }: { readonly id: string }) => {
    if (!uiStore.getState().selectedNodes.includes(id)) select([id])
    open(event, { kind: 'node', id })
  },
  onEdgeContextMenu: (event: Click, { id }: { readonly id: string }) => {
    select([], [id])
    open(event, { kind: 'wire', id })
  },
  onSelectionContextMenu: (event: Click, [first]: readonly { readonly id: string }[]) => {
    if (first) open(event, { kind: 'node', id: first.id })
  },
} as const

/** A double click on the empty canvas searches for a layer to put there. */
export const onCanvasDoubleClick = (event: ReactMouseEvent): void => {
  if (!(event.target instanceof Element) || !event.target.classList.contains('react-flow__pane')) return
  const screen = { x: event.clientX, y: event.clientY }
  const at = canvasView()?.toCanvas(screen)
  if (!at) return
  canvasStore.setState({
    quickAdd: { screen, at: { x: Math.round(at.x - CARD.width / 2), y: Math.round(at.y - CARD.height / 2) }, connect: null, wire: null },
  })
}
