import { type PointerEvent, useEffect, useRef } from 'react'
import { useData } from '../store/dataStore.ts'
import { probeStore } from '../store/probeStore.ts'
import { figure, percent } from '../ui/format.ts'
import { dropFrame, onNextFrame } from './frame.ts'
import { lookAt } from './lookStore.ts'
import { areShares, barHeights, winnerOf } from './painter.ts'
import { pointAt, pointAway } from './pathsStore.ts'
import type { StripPlan } from './plan.ts'

type BarsPlan = Extract<StripPlan, { kind: 'bars' }>

/** Sets the heights and the winner of the bars directly, without rendering. */
const paintBars = (place: HTMLElement, values: Float32Array): void => {
  const shares = areShares(values)
  const heights = barHeights(values)
  const winner = winnerOf(values)
  ;[...place.children].forEach((bar, i) => {
    if (!(bar instanceof HTMLElement)) return
    const value = values[i] ?? 0
    bar.style.setProperty('--share', String(heights[i] ?? 0))
    bar.classList.toggle('winner', i === winner && values.length > 1)
    bar.title = shares ? percent(value) : figure(value)
  })
}

/** The output as one small bar per class, its label below, the winner green. */
export const OutputBars = ({ nodeId, plan }: { nodeId: string; plan: BarsPlan }) => {
  const classes = useData(s => s.summary?.classes)
  const place = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const paint = (): void => {
      const layer = probeStore.getState().byNode.get(nodeId)
      if (layer && place.current) paintBars(place.current, layer.values)
    }
    paint()
    const off = probeStore.subscribe((now, before) => {
      if (now.byNode.get(nodeId) !== before.byNode.get(nodeId)) onNextFrame(paint)
    })
    return () => {
      off()
      dropFrame(paint)
      pointAway(nodeId)
    }
  }, [nodeId])
  const hover = ({ clientX, currentTarget }: PointerEvent): void => {
    const { left, width } = currentTarget.getBoundingClientRect()
    const at = Math.floor(((clientX - left) / width) * plan.count)
    if (at >= 0 && at < plan.count) pointAt({ node: nodeId, channel: at })
  }
  return (
    <button
      ref={place}
      type="button"
      className="strip-bars"
      style={{ width: plan.width, '--tall': `${plan.height}px` } as React.CSSProperties}
      aria-label={`Output of ${nodeId}`}
      onClick={() => lookAt(nodeId)}
      onPointerMove={hover}
      onPointerLeave={() => pointAt(null)}
      onFocus={event => event.currentTarget.matches(':focus-visible') && pointAt({ node: nodeId, channel: null })}
      onBlur={() => pointAway(nodeId)}
    >
      {Array.from({ length: plan.count }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a class is its index
        <span key={i} className="strip-bar">
          <i />
          <small>{classes?.[i] ?? i}</small>
        </span>
      ))}
    </button>
  )
}
