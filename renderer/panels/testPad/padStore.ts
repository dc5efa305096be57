import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { prepareDrawing } from '../../../shared/data/prepare/drawing.ts'
import { extend, INK_SIZE, type InkPoint, type InkStroke } from '../../../shared/picture/ink.ts'
import { randomProbe, rewatch, watch } from '../../controller/probe.ts'
import { dataStore } from '../../store/dataStore.ts'
import { probeStore } from '../../store/probeStore.ts'
import { onNextFrame } from '../../strips/frame.ts'
import { inkOf } from './ink.ts'

interface PadState {
  readonly strokes: readonly InkStroke[]
}

/** The drawing, shared by the small pad beside the curves and the large one. */
export const padStore = createStore<PadState>(() => ({ strokes: [] }))

/** Reads the pad in a component. */
export const usePad = <T>(pick: (state: PadState) => T): T => useStore(padStore, pick)

const show = (): void => {
  const { strokes } = padStore.getState()
  const { summary } = dataStore.getState()
  if (summary?.kind !== 'image' || strokes.length === 0) return
  watch({ kind: 'values', values: prepareDrawing(inkOf(strokes), INK_SIZE, summary) })
}

const set = (strokes: readonly InkStroke[]): void => {
  padStore.setState({ strokes })
  onNextFrame(show)
}

/** Puts the pen down. */
export const beginStroke = (point: InkPoint): void => set([...padStore.getState().strokes, [point]])

/** Moves the pen. */
export const moveStroke = (point: InkPoint): void => {
  const { strokes } = padStore.getState()
  const last = strokes.at(-1)
  if (!last) return
  const longer = extend(last, point)
  if (longer !== last) set([...strokes.slice(0, -1), longer])
}

/** Takes back the last stroke; without one left, the pad shows a sample again. */
export const undoStroke = (): void => {
  const { strokes } = padStore.getState()
  if (strokes.length <= 1) clearPad()
  else set(strokes.slice(0, -1))
}

/** Wipes the pad and looks at a sample of the data again. */
export const clearPad = (): void => {
  padStore.setState({ strokes: [] })
  if (probeStore.getState().input?.kind !== 'values') return
  probeStore.setState({ input: null })
  rewatch()
}

/** Puts a random sample of the data on the pad instead of a drawing. */
export const pickSample = (): void => {
  padStore.setState({ strokes: [] })
  if (probeStore.getState().input?.kind === 'values') probeStore.setState({ input: null })
  randomProbe()
}

// Whatever else chooses a sample to look at wipes the drawing, so that the pad never shows what the network does not see.
probeStore.subscribe((now, before) => {
  if (now.input !== before.input && now.input?.kind === 'sample' && padStore.getState().strokes.length > 0)
    padStore.setState({ strokes: [] })
})
