import { useEffect, useRef } from 'react'
import type { ProbeResult } from '../../../shared/engine/protocol.ts'
import { useData } from '../../store/dataStore.ts'
import { probeStore } from '../../store/probeStore.ts'
import { dropFrame, onNextFrame } from '../../strips/frame.ts'
import { areShares, winnerOf } from '../../strips/painter.ts'
import { figure } from '../../ui/format.ts'

/** Most rows; with more classes the likeliest are shown. */
const MOST = 10

/** Which outputs the rows show: all in order, or the largest first. */
export const rowsOf = (output: ArrayLike<number>): number[] => {
  const all = Array.from({ length: output.length }, (_, i) => i)
  return all.length <= MOST ? all : all.sort((a, b) => (output[b] ?? 0) - (output[a] ?? 0)).slice(0, MOST)
}

const part = (row: Element, name: string): HTMLElement | null => row.querySelector<HTMLElement>(name)

const paintRows = (place: HTMLElement, result: ProbeResult | null, names: readonly string[]): void => {
  const output = result?.output ?? new Float32Array(0)
  const shares = areShares(output)
  const most = shares ? 1 : Math.max(1e-9, ...Array.from(output, Math.abs))
  const winner = output.length > 1 ? winnerOf(output) : -1
  const order = rowsOf(output)
  ;[...place.children].forEach((row, k) => {
    const i = order[k] ?? k
    const value = output[i]
    row.classList.toggle('winner', i === winner)
    row.setAttribute(
      'aria-label',
      `${names[i] ?? i}: ${value === undefined ? 'no answer' : shares ? `${(value * 100).toFixed(1)} %` : figure(value)}`,
    )
    const [name, bar, text] = [part(row, '.answer-name'), part(row, '.answer-bar i'), part(row, '.answer-value')]
    if (name) name.textContent = names[i] ?? String(i)
    if (bar) bar.style.width = value === undefined ? '0' : `${Math.max(1.5, (Math.abs(value) / most) * 100)}%`
    if (text) text.textContent = value === undefined ? '–' : shares ? `${(value * 100).toFixed(1)} %` : figure(value)
  })
}

const NONE: readonly string[] = []

/** What the network answers for the probe: one bar per class, the winner green. Painted directly, without rendering. */
export const Answers = ({ outputs }: { outputs: number }) => {
  const names = useData(s => s.summary?.classes) ?? NONE
  const place = useRef<HTMLUListElement>(null)
  useEffect(() => {
    const paint = (): void => {
      if (place.current) paintRows(place.current, probeStore.getState().result, names)
    }
    paint()
    const off = probeStore.subscribe(() => onNextFrame(paint))
    return () => {
      off()
      dropFrame(paint)
    }
  })
  return (
    <ul ref={place} className="answers mono" data-testid="answers">
      {Array.from({ length: Math.min(MOST, outputs) }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <li key={i} className="answer">
          <span className="answer-name">{names[i] ?? i}</span>
          <span className="answer-bar">
            <i />
          </span>
          <span className="answer-value">–</span>
        </li>
      ))}
    </ul>
  )
}
