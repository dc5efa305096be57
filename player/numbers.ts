import type { NumberInput } from '../shared/standalone/payload.ts'
import { card, h } from './dom.ts'

/** One slider and number field per value; every change is asked about. */
export const numbers = (inputs: readonly NumberInput[], ask: (raw: readonly number[]) => void): HTMLElement => {
  const raw = inputs.map(({ low, high }) => (low + high) / 2)
  const rows = inputs.map(({ name, low, high }, i) => {
    const range = { min: low, max: high, step: (high - low) / 200 || 1, value: raw[i] ?? 0 }
    const slider = h('input', { type: 'range', 'aria-label': `${name}, slider`, ...range })
    const field = h('input', { type: 'number', step: 'any', value: Number((raw[i] ?? 0).toPrecision(4)) })
    const take = (text: string, other: HTMLInputElement): void => {
      const value = Number(text)
      if (text.trim() === '' || !Number.isFinite(value)) return
      raw[i] = value
      other.value = String(Number(value.toPrecision(6)))
      ask(raw)
    }
    slider.addEventListener('input', () => take(slider.value, field))
    field.addEventListener('input', () => take(field.value, slider))
    return h('div', { class: 'number' }, h('label', {}, h('span', {}, name), field), slider)
  })
  ask(raw)
  return card('Values', ...rows)
}
