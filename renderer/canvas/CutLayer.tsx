import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { projectStore } from '../store/projectStore.ts'
import { canvasStore, type Point } from './canvasStore.ts'
import { wiresAcross } from './crossing.ts'
import './cut.css'
import { finishLine } from './cutActions.ts'
import { closeCut, cutStore, useCut } from './cutStore.ts'
import { placesOf } from './geometry.ts'
import { canvasView } from './view.ts'

/** While the knife is in hand, a sheet over the canvas on which a line is drawn across wires. */
export const CutLayer = () => {
  const tool = useCut(s => s.tool)
  // A cut belongs to the document that it was drawn on, as it was then.
  useEffect(() => {
    const off = projectStore.subscribe((now, before) => {
      if (now.project !== before.project && cutStore.getState().ask) closeCut()
    })
    return () => {
      off()
      closeCut()
    }
  }, [])
  return tool ? <Sheet /> : null
}

const pointOf = (event: PointerEvent): Point => ({ x: event.clientX, y: event.clientY })

/** Wires under a line between two points of the window. */
const across = (from: Point, to: Point): readonly string[] => {
  const view = canvasView()
  const { graph } = projectStore.getState().project
  if (!view) return []
  return wiresAcross(view.toCanvas(from), view.toCanvas(to), placesOf(graph.nodes), graph.wires, canvasStore.getState().direction)
}

/** Escape puts the knife away and does nothing else. */
const useEscape = (): void =>
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      closeCut()
    }
    window.addEventListener('keydown', listen, true)
    return () => window.removeEventListener('keydown', listen, true)
  }, [])

const Sheet = () => {
  const frame = useRef<HTMLDivElement>(null)
  const [line, setLine] = useState<readonly [Point, Point] | null>(null)
  useEscape()
  const move = (event: PointerEvent): void => {
    if (!line) return
    const to = pointOf(event)
    setLine([line[0], to])
    cutStore.setState({ crossed: new Set(across(line[0], to)) })
  }
  const end = (event: PointerEvent): void => {
    if (!line) return
    setLine(null)
    finishLine(across(line[0], pointOf(event)), pointOf(event))
  }
  const box = frame.current?.getBoundingClientRect()
  const at = ({ x, y }: Point): Point => ({ x: x - (box?.left ?? 0), y: y - (box?.top ?? 0) })
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: by keyboard the command "Cut below" does the same
    <div
      ref={frame}
      className="cut-layer"
      data-testid="cut-layer"
      onPointerDown={event => {
        if (event.button !== 0) return closeCut()
        event.currentTarget.setPointerCapture(event.pointerId)
        setLine([pointOf(event), pointOf(event)])
      }}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setLine(null)}
      onContextMenu={event => event.preventDefault()}
    >
      <p className="cut-hint" role="status">
        Draw a line across the wires where the network is to be cut. Escape ends.
      </p>
      {line && <Line from={at(line[0])} to={at(line[1])} />}
    </div>
  )
}

const Line = ({ from, to }: { from: Point; to: Point }) => (
  <svg aria-hidden="true">
    <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
  </svg>
)
