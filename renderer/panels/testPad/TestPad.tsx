import { useData } from '../../store/dataStore.ts'
import { useProbe } from '../../store/probeStore.ts'
import { Answers } from './Answers.tsx'
import { FeatureFields } from './FeatureFields.tsx'
import { PadCanvas, SeenCanvas } from './PadCanvas.tsx'
import { PadTools } from './PadTools.tsx'
import { usePad } from './padStore.ts'
import './testPad.css'

/** Outputs of the network, or of the data while no model lives. */
export const useOutputs = (): number => {
  const answered = useProbe(s => s.result?.output.length ?? 0)
  const classes = useData(s => s.summary?.classes.length ?? 0)
  return answered || classes || 10
}

/** The small pad beside the curves: draw, and see the answer at once. */
export const TestPad = () => {
  const summary = useData(s => s.summary)
  const outputs = useOutputs()
  const drawn = usePad(s => s.strokes.length > 0)
  const flat = summary !== null && summary.kind !== 'image'
  return (
    <section className="pane test-pad" aria-label="Test pad">
      <h5 className="pane-title">
        Test pad <span className="test-pad-hint">{flat ? 'move the sliders' : 'draw with the pointer'}</span>
        <PadTools flat={flat} />
      </h5>
      <div className={flat ? 'test-pad-body flat' : 'test-pad-body'}>
        {flat ? (
          <FeatureFields summary={summary} />
        ) : (
          <div className="pad-place">
            <PadCanvas side={132} />
            {drawn && <SeenCanvas side={34} className="pad-seen" />}
          </div>
        )}
        <Answers outputs={outputs} />
      </div>
    </section>
  )
}
