import { drawInk, extend, INK_SIZE, type InkPoint, type InkStroke, readInk } from '../shared/picture/ink.ts'

/** A pad that is drawn on with a pointer. */
export interface Pad {
  readonly element: HTMLCanvasElement
  undo(): void
  clear(): void
}

const pointOf = (canvas: HTMLCanvasElement, event: PointerEvent): InkPoint => {
  const box = canvas.getBoundingClientRect()
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
}

const makeReader = (): CanvasRenderingContext2D | null => {
  const canvas = document.createElement('canvas')
  canvas.width = INK_SIZE
  canvas.height = INK_SIZE
  return canvas.getContext('2d', { willReadFrequently: true })
}

/** Calls back while the pointer is down, with every place it went through. */
const onDrag = (canvas: HTMLCanvasElement, begin: (p: InkPoint) => void, go: (p: InkPoint) => void): void => {
  canvas.addEventListener('pointerdown', event => {
    if (event.button !== 0) return
    canvas.setPointerCapture(event.pointerId)
    begin(pointOf(canvas, event))
  })
  canvas.addEventListener('pointermove', event => {
    if (!canvas.hasPointerCapture(event.pointerId)) return
    for (const e of event.getCoalescedEvents?.() ?? []) go(pointOf(canvas, e))
    go(pointOf(canvas, event))
  })
}

/** Makes the pad; `changed` gets the ink 0–1 on `INK_SIZE`×`INK_SIZE` pixels, or null when the pad is empty. */
export const makePad = (canvas: HTMLCanvasElement, changed: (ink: Float32Array | null) => void): Pad => {
  const reader = makeReader()
  let strokes: readonly InkStroke[] = []
  const set = (next: readonly InkStroke[]): void => {
    strokes = next
    const context = canvas.getContext('2d')
    if (!context || !reader) return
    context.fillStyle = '#000'
    context.fillRect(0, 0, canvas.width, canvas.height)
    drawInk(context, strokes, canvas.width)
    changed(strokes.length > 0 ? readInk(reader, strokes) : null)
  }
  onDrag(
    canvas,
    point => set([...strokes, [point]]),
    point => {
      const last = strokes.at(-1)
      const longer = last && extend(last, point)
      if (longer && longer !== last) set([...strokes.slice(0, -1), longer])
    },
  )
  return { element: canvas, undo: () => set(strokes.slice(0, -1)), clear: () => set([]) }
}
