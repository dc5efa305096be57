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
const picker = (take: (file: Blob) => void): HTMLElement => {
  const input = h('input', { type: 'file', accept: 'image/*', class: 'hidden', 'aria-label': 'Choose a picture' })
  const given = (files: FileList | null | undefined): void => {
    const file = files?.[0]
    if (file) take(file)
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

/** Where pictures come in: a pad to draw on where there is one channel, a file everywhere; beside it what the network sees. */
export const images = (
  { shape }: ImageInput,
  { scaling }: PagePayload,
  ask: (raw: Float32Array | null) => void,
  say: (sentence: string) => void,
): HTMLElement => {
  const { scale } = scaling
  const flat = { shape, scaling: { mean: [0], deviation: [1], scale } }
  const seen = h('canvas', { class: 'seen', role: 'img', 'aria-label': 'What the network sees' })
  const large = h('canvas', { class: 'pad', width: SIDE, height: SIDE, role: 'img' })
  const invert = h('input', { type: 'checkbox' })
  let picture: Float32Array | null = null
  const see = (raw: Float32Array | null): void => {
    paintRaw(seen, raw ?? new Float32Array(shape[0] * shape[1] * shape[2]), shape, scale)
    ask(raw)
  }
  const drawable = shape[2] === 1
  const pad = drawable
    ? makePad(large, ink => {
        picture = null
        see(ink && prepareDrawing(ink, INK_SIZE, flat))
      })
    : null
  const showPicture = (): void => {
    if (!picture) return
    const raw = invert.checked ? picture.map(v => scale - v) : picture
    see(raw)
    large.getContext('2d')?.drawImage(seen, 0, 0, SIDE, SIDE)
  }
  const take = (file: Blob): void => {
    void readPicture(file, shape, scale).then(raw => {
      if (!raw) return say(WRONG)
      pad?.clear()
      picture = raw
      say('')
      showPicture()
    })
  }
  invert.addEventListener('change', showPicture)
  large.setAttribute('aria-label', drawable ? 'Drawing pad: draw with the pointer' : 'The picture')
  large.getContext('2d')?.fillRect(0, 0, SIDE, SIDE)
  see(null)
  const tools = h('div', { class: 'tools' }, picker(take))
  if (pad) tools.append(button('Undo', pad.undo), button('Clear', pad.clear))
  const about = `The network sees ${shape[0]}×${shape[1]} ${drawable ? 'shades of grey' : 'pixels in colour'}.`
  const small = h('figure', {}, seen, h('figcaption', {}, about))
  if (drawable) small.append(h('label', { class: 'check' }, invert, 'Swap light and dark of a picture'))
  return card(drawable ? 'Draw here, or open a picture' : 'Open a picture, drop one here, or paste one', large, tools, small)
}
