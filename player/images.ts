import { prepareDrawing } from '../shared/data/prepare/drawing.ts'
import { INK_SIZE } from '../shared/picture/ink.ts'
import type { PageInput, PagePayload } from '../shared/standalone/payload.ts'
import { button, card, h } from './dom.ts'
import { makePad } from './pad.ts'
import { paintRaw, readPicture } from './pictures.ts'

type ImageInput = Extract<PageInput, { readonly kind: 'image' }>

/** Side of the pad's canvas, pixels. */
const SIDE = 560
const WRONG = 'This file is not a picture that the browser can read.'

/** A button that picks a picture file; the same files may be dropped on or pasted into the page. */
const picker = (take: (file: Blob) => Promise<void>): HTMLElement => {
  const input = h('input', { type: 'file', accept: 'image/*', class: 'hidden', 'aria-label': 'Choose a picture' })
  const given = (files: FileList | null | undefined): void => {
    const file = files?.[0]
    if (file) void take(file)
    input.value = ''
  }
  input.addEventListener('change', () => given(input.files))
  document.addEventListener('dragover', event => event.preventDefault())
  document.addEventListener('drop', event => {
    event.preventDefault()
    given(event.dataTransfer?.files)
  })
  document.addEventListener('paste', event => given(event.clipboardData?.files))
  return h('label', { class: 'button' }, 'Open a picture…', input)
}

/** The small picture of what the network sees, with words on it. */
const seenFigure = (seen: HTMLCanvasElement, { shape: [height, width, channels] }: ImageInput, invert: HTMLInputElement): HTMLElement => {
  const what = channels === 1 ? 'shades of grey' : 'pixels in colour'
  const figure = h('figure', {}, seen, h('figcaption', {}, `The network sees ${height}×${width} ${what}.`))
  if (channels === 1) figure.append(h('label', { class: 'check' }, invert, 'Swap light and dark of a picture'))
  return figure
}

/** The large square: a pad where pictures have one channel, else a place that shows the picture. */
const largeCanvas = (drawable: boolean): HTMLCanvasElement => {
  const label = drawable ? 'Drawing pad: draw with the pointer' : 'The picture'
  const canvas = h('canvas', { class: 'pad', width: SIDE, height: SIDE, role: 'img', 'aria-label': label })
  canvas.getContext('2d')?.fillRect(0, 0, SIDE, SIDE)
  return canvas
}

/** Where pictures come in: a pad to draw on where there is one channel, a file everywhere; beside it what the network sees. */
export const images = (
  input: ImageInput,
  { scaling: { scale } }: PagePayload,
  ask: (raw: Float32Array | null) => void,
  say: (sentence: string) => void,
): HTMLElement => {
  const { shape } = input
  const drawable = shape[2] === 1
  const large = largeCanvas(drawable)
  const seen = h('canvas', { class: 'seen', role: 'img', 'aria-label': 'What the network sees' })
  const invert = h('input', { type: 'checkbox' })
  let picture: Float32Array | null = null
  const see = (raw: Float32Array | null): void => {
    paintRaw(seen, raw ?? new Float32Array(shape[0] * shape[1] * shape[2]), shape, scale)
    ask(raw)
  }
  const drawn = (ink: Float32Array | null): void => {
    picture = null
    see(ink && prepareDrawing(ink, INK_SIZE, { shape, scaling: { mean: [0], deviation: [1], scale } }))
  }
  const pad = drawable ? makePad(large, drawn) : null
  const showPicture = (): void => {
    if (!picture) return
    see(invert.checked ? picture.map(v => scale - v) : picture)
    large.getContext('2d')?.drawImage(seen, 0, 0, SIDE, SIDE)
  }
  const take = async (file: Blob): Promise<void> => {
    const raw = await readPicture(file, shape, scale)
    if (!raw) return say(WRONG)
    pad?.clear()
    picture = raw
    say('')
    showPicture()
  }
  invert.addEventListener('change', showPicture)
  see(null)
  const tools = h('div', { class: 'tools' }, picker(take))
  if (pad) tools.append(button('Undo', pad.undo), button('Clear', pad.clear))
  const title = drawable ? 'Draw here, or open a picture' : 'Open a picture, drop one here, or paste one'
  return card(title, large, tools, seenFigure(seen, input, invert))
}
