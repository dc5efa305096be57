import { Pause, Play, Square, StepForward } from 'lucide-react'
import { pause, resume, startTraining, step, stop } from '../controller/training.ts'
import { type RunStatus, useRun } from '../store/runStore.ts'
import './strips.css'
import { useWhyNotTrain } from './useWhyNotTrain.ts'

/** Train, or Pause, Step and Stop while a run lives. */
export const RunControls = () => {
  const status = useRun(s => s.status)
  const reason = useWhyNotTrain()
  if (status === 'idle') return <TrainButton reason={reason} />
  return (
    <div className="row run-controls">
      <PauseButton status={status} />
      <button
        type="button"
        className="button"
        aria-label="Step"
        disabled={status !== 'paused'}
        title={status === 'paused' ? 'Train on one batch (Ctrl+Shift+Enter)' : 'Pause first; Step then trains one batch at a time'}
        onClick={step}
      >
        <StepForward size={13} aria-hidden="true" />
        <span className="words">Step</span>
      </button>
      <button type="button" className="button primary" disabled={status === 'stopping'} title="End the run (Ctrl+Alt+Enter)" onClick={stop}>
        <Square size={11} fill="currentColor" aria-hidden="true" />
        Stop
      </button>
    </div>
  )
}

const TrainButton = ({ reason }: { reason: string | null }) => (
  <button
    type="button"
    className="button primary"
    disabled={reason !== null}
    title={reason ?? 'Train the network (Ctrl+Enter)'}
    onClick={() => void startTraining()}
  >
    Train
    <Play size={12} fill="currentColor" aria-hidden="true" />
  </button>
)

const PauseButton = ({ status }: { status: RunStatus }) =>
  status === 'paused' ? (
    <button type="button" className="button" aria-label="Resume" title="Go on (Ctrl+Enter)" onClick={resume}>
      <Play size={12} fill="currentColor" aria-hidden="true" />
      <span className="words">Resume</span>
    </button>
  ) : (
    <button
      type="button"
      className="button"
      aria-label="Pause"
      disabled={status !== 'running'}
      title={status === 'starting' ? 'The run is starting' : 'Pause the run (Ctrl+Enter)'}
      onClick={pause}
    >
      <Pause size={12} fill="currentColor" aria-hidden="true" />
      <span className="words">Pause</span>
    </button>
  )
