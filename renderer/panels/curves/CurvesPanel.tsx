import { useState } from 'react'
import { startTraining } from '../../controller/training.ts'
import { Fixes } from '../../inspector/Issues.tsx'
import { useProblems } from '../../store/problems.ts'
import { useRun } from '../../store/runStore.ts'
import { useWhyNotTrain } from '../../strips/useWhyNotTrain.ts'
import { figure } from '../../ui/format.ts'
import { TestPad } from '../testPad/TestPad.tsx'
import { Chart } from './Chart.tsx'
import { CHART_NAMES, type ChartKind } from './chartOptions.ts'
import './curves.css'

/** Loss and accuracy as they grow, and the test pad beside them. */
export const CurvesPanel = () => {
  const empty = useRun(s => s.version === 0 || (s.curves.trainLoss.step.length === 0 && s.status === 'idle'))
  const hasAccuracy = useRun(s => s.version >= 0 && (s.curves.trainAccuracy.step.length > 0 || s.curves.trainLoss.step.length === 0))
  const [front, setFront] = useState<'loss' | 'accuracy'>('loss')
  const swap = (): void => setFront(front === 'loss' ? 'accuracy' : 'loss')
  return (
    <div className="panel-box">
      <div className="curves" data-front={front}>
        {empty ? (
          <NothingYet />
        ) : (
          <>
            <Pane kind="loss" onSwap={swap} />
            <Pane kind={hasAccuracy ? 'accuracy' : 'error'} onSwap={swap} />
          </>
        )}
        <TestPad />
      </div>
    </div>
  )
}

const NothingYet = () => {
  const blocking = useProblems().find(problem => problem.severity === 'error')
  const reason = useWhyNotTrain()
  const issue = useRun(s => s.issue)
  return (
    <div className="empty pane curves-empty">
      {issue ? <p role="alert">{issue.message}</p> : <p>Loss and accuracy appear here while the network learns.</p>}
      <button
        type="button"
        className="button primary"
        disabled={reason !== null}
        title={reason ?? undefined}
        onClick={() => void startTraining()}
      >
        Train
      </button>
      {reason && <p className="faint">{reason}</p>}
      {blocking && <Fixes issue={blocking} />}
    </div>
  )
}

/** Three digits, and no row of zeros: it has to fit beside the legend. */
const lossText = (loss: number): string => (Math.abs(loss) < 0.001 ? loss.toExponential(1) : figure(Number(loss.toPrecision(3))))

/** The chart that a small window shows in place of the other. */
const placeOf = (kind: ChartKind): 'loss' | 'accuracy' => (kind === 'loss' ? 'loss' : 'accuracy')

const Pane = ({ kind, onSwap }: { kind: ChartKind; onSwap: () => void }) => {
  const [log, setLog] = useState(kind === 'loss')
  const loss = useRun(s => s.loss)
  const accuracy = useRun(s => s.accuracy)
  const error = useRun(s => s.mae)
  const value =
    kind !== 'accuracy' ? lossText(kind === 'loss' ? loss : error) : Number.isFinite(accuracy) ? `${(accuracy * 100).toFixed(1)}%` : '–'
  return (
    <section className={`pane ${placeOf(kind)}`} aria-label={CHART_NAMES[kind]}>
      <h5 className="pane-title">
        {CHART_NAMES[kind]} <b className="mono">{value}</b>
        <span className="legend train">train</span>
        <span className="legend validation">validation</span>
        <button type="button" className="pane-option swap" onClick={onSwap}>
          {kind === 'loss' ? 'accuracy' : 'loss'}
        </button>
        {kind === 'loss' && (
          <button
            type="button"
            className="pane-option"
            aria-pressed={log}
            title="Equal steps of the axis multiply the loss"
            onClick={() => setLog(!log)}
          >
            log
          </button>
        )}
      </h5>
      <Chart key={String(log)} kind={kind} log={log} />
    </section>
  )
}
