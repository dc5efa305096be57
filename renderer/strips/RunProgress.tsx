import { cancelData } from '../controller/data.ts'
import { useData } from '../store/dataStore.ts'
import { useRun } from '../store/runStore.ts'
import { duration } from '../ui/format.ts'
import './strips.css'

/** A thin line over the dock and `epoch 7 / 10 · batch 48 / 79 · 3.4 s left`; shows data being loaded the same way. */
export const RunProgress = () => {
  const status = useRun(s => s.status)
  const loading = useData(s => s.loading)
  if (loading) return <LoadProgress what={loading.what} done={loading.done} />
  if (status === 'idle') return null
  return <TrainProgress />
}

const Line = ({ share, label }: { share: number; label: string }) => (
  <div
    className="run-line"
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.round(share * 100)}
  >
    <i style={{ transform: `scaleX(${Math.min(1, Math.max(0, share))})` }} />
  </div>
)

const PHASES = { head: 'head', fineTune: 'fine-tuning' } as const

const FeatureProgress = ({ done }: { done: number }) => (
  <div className="row run-progress">
    <Line share={done} label="Outputs of frozen layers" />
    <span className="mono" data-testid="run-progress">
      outputs of frozen layers · {Math.round(done * 100)} %
    </span>
  </div>
)

const LoadProgress = ({ what, done }: { what: string; done: number }) => (
  <div className="row run-progress">
    <Line share={done} label={what} />
    <span className="mono">
      {what} · {Math.round(done * 100)} %
    </span>
    <button type="button" className="button quiet small" onClick={cancelData}>
      Cancel
    </button>
  </div>
)

const TrainProgress = () => {
  const { status, epoch, epochs, batch, batches, secondsLeft } = {
    status: useRun(s => s.status),
    epoch: useRun(s => s.epoch),
    epochs: useRun(s => s.epochs),
    batch: useRun(s => s.batch),
    batches: useRun(s => s.batches),
    secondsLeft: useRun(s => s.secondsLeft),
  }
  const phase = useRun(s => s.phase)
  const featuresDone = useRun(s => s.featuresDone)
  const total = epochs * batches
  const share = total > 0 ? ((Math.max(1, epoch) - 1) * batches + batch) / total : 0
  if (featuresDone !== null && status !== 'stopping') return <FeatureProgress done={featuresDone} />
  const tail = status === 'paused' ? 'paused' : status === 'stopping' ? 'stopping' : `${duration(secondsLeft)} left`
  return (
    <div className="row run-progress">
      <Line share={share} label="Training" />
      <span className="mono" data-testid="run-progress">
        {status === 'starting' || total === 0 || epoch === 0 ? (
          'getting ready'
        ) : (
          <>
            <span className="run-epoch">
              {phase && epochs > 0 && `${PHASES[phase]} · `}
              epoch {epoch} / {epochs}
              <span className="run-detail">{` · batch ${batch} / ${batches}`}</span>
              {' · '}
            </span>
            {tail}
          </>
        )}
      </span>
    </div>
  )
}
