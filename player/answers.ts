import type { PagePayload } from '../shared/standalone/payload.ts'
import { card, h } from './dom.ts'

/** Most rows; with more classes the likeliest are shown. */
const MOST = 10

/** One row: what it stands for, and how much. */
interface Answer {
  readonly name: string
  readonly value: number
}

/** Named outputs; a single output for two classes becomes both shares. */
const answersOf = (classes: readonly string[], output: Float32Array): Answer[] => {
  const [only = 0] = output
  if (classes.length === 2 && output.length === 1)
    return [
      { name: classes[0] ?? '0', value: 1 - only },
      { name: classes[1] ?? '1', value: only },
    ]
  return Array.from(output, (value, i) => ({ name: classes[i] ?? (classes.length ? String(i) : `Output ${i + 1}`), value }))
}

const figure = (n: number): string => (Number.isFinite(n) ? Number(n.toPrecision(4)).toString() : String(n))

/** Bars of what the network answers, the winner green, and a sentence for those who listen. */
export const answers = ({ classes }: PagePayload): { readonly element: HTMLElement; show(output: Float32Array | null): void } => {
  const list = h('ol', { class: 'answers' })
  const said = h('p', { class: 'said', role: 'status' })
  const show = (output: Float32Array | null): void => {
    const all = output ? answersOf(classes, output) : []
    const shares = classes.length > 0 && all.every(({ value }) => value >= 0 && value <= 1.0001)
    const text = (value: number): string => (shares ? `${(value * 100).toFixed(1)} %` : figure(value))
    const most = shares ? 1 : Math.max(1e-9, ...all.map(({ value }) => Math.abs(value)))
    const ranked = [...all].sort((a, b) => b.value - a.value)
    const winner = classes.length > 0 ? ranked[0] : undefined
    const shown = all.length > MOST ? ranked.slice(0, MOST) : all
    said.textContent = winner ? `Most likely ${winner.name}, ${text(winner.value)}` : output ? 'The network answers:' : 'No answer yet.'
    list.replaceChildren(
      ...shown.map(answer => {
        const bar = h('i')
        bar.style.width = `${Math.max(1, (Math.abs(answer.value) / most) * 100)}%`
        const row = h('li', answer === winner ? { class: 'winner' } : {}, h('span', { class: 'name' }, answer.name))
        row.append(h('span', { class: 'bar', 'aria-hidden': 'true' }, bar), h('span', { class: 'value' }, text(answer.value)))
        return row
      }),
    )
  }
  show(null)
  return { element: card('Answer', said, list), show }
}
