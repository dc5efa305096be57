import { useLayoutEffect, useRef, useState } from 'react'
import { useModel } from '../../controller/model.ts'
import { startTraining } from '../../controller/training.ts'
import { useData } from '../../store/dataStore.ts'
import { useProbe } from '../../store/probeStore.ts'
import { useRun } from '../../store/runStore.ts'
import { Answers } from './Answers.tsx'
import { FeatureFields } from './FeatureFields.tsx'
import { PadCanvas, SeenCanvas } from './PadCanvas.tsx'
import { PadTools } from './PadTools.tsx'
import { useOutputs } from './TestPad.tsx'
import './testPad.css'

/** The largest pad that fits the panel's height, CSS pixels. */
const useSide = (): [React.RefObject<HTMLDivElement | null>, number] => {
  const ref = useRef<HTMLDivElement>(null)
  const [side, setSide] = useState(150)
  useLayoutEffect(() => {
    const box = ref.current
    if (!box) return
    const measure = (): void => setSide(Math.round(Math.max(100, Math.min(360, box.clientHeight - 62, box.clientWidth / 3.2))))
    measure()
    const watcher = new ResizeObserver(measure)
    watcher.observe(box)
    return () => watcher.disconnect()
  }, [])
  return [ref, side]
}

/** Draw large, see what the network sees, read its answer; the film strips follow the drawing. */
export const TestPadPanel = () => {
  const [ref, side] = useSide()
  const summary = useData(s => s.summary)
  const outputs = useOutputs()
  const flat = summary !== null && summary.kind !== 'image'
  return (
    <div ref={ref} className="panel-box">
      <div className="pad-panel">
        {flat ? (
          <FeatureFields summary={summary} />
        ) : (
          <>
            <figure>
              <figcaption>Draw here</figcaption>
              <PadCanvas side={side} />
            </figure>
            <figure>
              <figcaption>
                What the network sees <SeenSize />
              </figcaption>
              <SeenCanvas side={side} className="pad-canvas" />
            </figure>
          </>
        )}
        <div className="pad-answers">
          <div className="row">
            <Trust />
            <PadTools words flat={flat} />
          </div>
          <Answers outputs={outputs} />
        </div>
      </div>
    </div>
  )
}

const SeenSize = () => {
  const shape = useProbe(s => s.result?.inputShape.join('×') ?? null)
  return shape && <span className="mono faint">{shape}</span>
}

/** Says how much the answer is worth: nothing lives yet, or nothing was learned yet. */
const Trust = () => {
  const lives = useProbe(s => s.result !== null)
  const trained = useRun(s => s.trained)
  const idle = useRun(s => s.status === 'idle')
  const edited = useModel(s => s.edited)
  if (trained && lives && !edited) return <span className="pad-trust">Answer of the trained network</span>
  return (
    <span className="pad-trust row">
      {!lives
        ? 'Answers appear once the network is trained'
        : trained
          ? 'Layers were changed since training'
          : 'Not trained yet: the answer is a guess'}
      <button type="button" className="button small primary" disabled={!idle} onClick={() => void startTraining()}>
        Train
      </button>
    </span>
  )
}
