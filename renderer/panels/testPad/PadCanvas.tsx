import { type CSSProperties, type PointerEvent, useEffect, useRef } from 'react'
import { drawInk, type InkPoint } from '../../../shared/picture/ink.ts'
import { probeStore } from '../../store/probeStore.ts'
import { rangeOf } from '../../strips/colormaps.ts'
import { dropFrame, onNextFrame } from '../../strips/frame.ts'
import { paintCanvas, paintStrip } from '../../strips/painter.ts'
import { beginStroke, moveStroke, padStore } from './padStore.ts'

/** Paints the probe's input as the network sees it, in sharp pixels. */
const paintSeen = (canvas: HTMLCanvasElement, side: number): void => {
  const { result } = probeStore.getState()
  const shape = result?.inputShape ?? [1, 1, 1]
  const values = result && shape.length === 3 ? result.input : new Float32Array(1)
  const size = result && shape.length === 3 ? shape : [1, 1, 1]
  const channels = size[2] ?? 1
  const { low, high } = rangeOf(values)
  const stats = { min: low, max: high, mean: 0, dead: 0, histogram: [] }
  const plan = { kind: 'image', size: side, width: side, height: side, rgb: channels === 3 } as const
  paintCanvas(canvas, side, side, (sheet, scale) => paintStrip(sheet, scale, plan, { node: '', shape: size, values, channels, stats }))
}

const paintPad = (canvas: HTMLCanvasElement, side: number): void => {
  const { strokes } = padStore.getState()
  if (strokes.length === 0) {
    paintSeen(canvas, side)
    return
  }
  const scale = Math.max(2, window.devicePixelRatio || 1)
  canvas.width = side * scale
  canvas.height = side * scale
  const context = canvas.getContext('2d')
  if (!context) return
  context.fillStyle = '#000'
  context.fillRect(0, 0, canvas.width, canvas.height)
  drawInk(context, strokes, canvas.width)
}

const usePaint = (paint: (canvas: HTMLCanvasElement, side: number) => void, side: number): React.RefObject<HTMLCanvasElement | null> => {
  const ref = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const job = (): void => {
      if (ref.current) paint(ref.current, side)
    }
    job()
    const offProbe = probeStore.subscribe(() => onNextFrame(job))
    const offPad = padStore.subscribe(() => onNextFrame(job))
    return () => {
      offProbe()
      offPad()
      dropFrame(job)
    }
  }, [paint, side])
  return ref
}

/** A variable rather than a size, so that narrow panels can shrink the square. */
const sideStyle = (side: number): CSSProperties => ({ '--side': `${side}px` }) as CSSProperties

/** What the network sees, without the pen. */
export const SeenCanvas = ({ side, className }: { side: number; className?: string }) => {
  const ref = usePaint(paintSeen, side)
  return <canvas ref={ref} className={className} style={sideStyle(side)} role="img" aria-label="What the network sees" />
}

const place = (event: PointerEvent): InkPoint => {
  const box = event.currentTarget.getBoundingClientRect()
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
}

const down = (event: PointerEvent): void => {
  if (event.button !== 0) return
  event.currentTarget.setPointerCapture(event.pointerId)
  beginStroke(place(event))
}

const move = (event: PointerEvent): void => {
  if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
  const box = event.currentTarget.getBoundingClientRect()
  for (const e of event.nativeEvent.getCoalescedEvents?.() ?? [])
    moveStroke([(e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height])
  moveStroke(place(event))
}

/** The pad: draws with the pointer; shows the probe's sample while nothing is drawn. */
export const PadCanvas = ({ side }: { side: number }) => {
  const ref = usePaint(paintPad, side)
  return (
    <canvas
      ref={ref}
      className="pad-canvas"
      data-testid="pad"
      style={sideStyle(side)}
      role="img"
      aria-label="Drawing pad: draw with the pointer"
      onPointerDown={down}
      onPointerMove={move}
    />
  )
}
