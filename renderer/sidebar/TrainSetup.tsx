import { losses } from '../../shared/engine/losses.ts'
import { optimizers } from '../../shared/engine/optimizers.ts'
import { schedules } from '../../shared/engine/schedules.ts'
import { BACKENDS, CLIPS, type ClipId, decayAfter, LOSSES, OPTIMIZERS, SCHEDULES, type TrainingSetup } from '../../shared/graph/document.ts'
import { rateText } from '../controller/runEvents.ts'
import { changeTraining, forgetLearned, setLearningRate } from '../controller/training.ts'
import { useProject } from '../store/projectStore.ts'
import { useRun } from '../store/runStore.ts'
import { BACKEND_NAMES, backendLabel } from '../strips/BackendBadge.tsx'
import { ChoiceRow, NumberRow, Section } from './fields.tsx'
import { Transfer } from './Transfer.tsx'

/** Rates that the arrow keys walk through. */
const RATES = [1, 3].flatMap(digit => [-6, -5, -4, -3, -2, -1, 0].map(power => digit * 10 ** power)).sort((a, b) => a - b)

const nextRate = (rate: number, by: 1 | -1): number =>
  (by > 0 ? RATES.find(r => r > rate * 1.0001) : RATES.findLast(r => r < rate * 0.9999)) ?? rate

/** Loss, optimizer and everything else that decides how the network is trained. */
export const TrainSetup = () => {
  const setup = useProject(s => s.project.training)
  const idle = useRun(s => s.status === 'idle')
  return (
    <>
      <Section title="Training">
        <Learning setup={setup} idle={idle} />
        <Finer setup={setup} idle={idle} />
        {!idle && <p className="side-note">The learning rate can be changed while it runs; the rest applies to the next run.</p>}
      </Section>
      <Transfer idle={idle} />
      <Backend setup={setup} idle={idle} />
      <Outcome />
      <Learned idle={idle} />
    </>
  )
}

/** Training goes on from what was learned; this takes it back to random weights. */
const Learned = ({ idle }: { idle: boolean }) => {
  const trained = useRun(s => s.trained)
  if (!trained) return null
  return (
    <Section title="What it has learned">
      <p className="side-note">Train goes on from the weights it has now.</p>
      <button type="button" className="button wide" disabled={!idle} onClick={() => void forgetLearned()}>
        Start afresh with random weights
      </button>
    </Section>
  )
}

const Learning = ({ setup, idle }: { setup: TrainingSetup; idle: boolean }) => (
  <>
    <ChoiceRow
      label="Loss"
      wide
      value={setup.loss}
      disabled={!idle}
      options={LOSSES.map(l => [l, losses[l].label])}
      onTake={loss => changeTraining({ loss })}
    />
    <ChoiceRow
      label="Optimizer"
      value={setup.optimizer}
      disabled={!idle}
      options={OPTIMIZERS.map(o => [o, optimizers[o].label])}
      onTake={optimizer => changeTraining({ optimizer, weightDecay: decayAfter(setup, optimizer) })}
    />
    <NumberRow
      label="Learning rate"
      value={setup.learningRate}
      min={1e-8}
      max={10}
      text={rateText}
      step={nextRate}
      onTake={v => setLearningRate(v)}
    />
    <ChoiceRow
      label="Schedule"
      value={setup.schedule}
      disabled={!idle}
      options={SCHEDULES.map(s => [s, schedules[s].label])}
      onTake={schedule => changeTraining({ schedule })}
    />
    <NumberRow
      label="Batch size"
      value={setup.batchSize}
      min={1}
      max={65536}
      whole
      disabled={!idle}
      step={(v, by) => (by > 0 ? v * 2 : Math.max(1, Math.round(v / 2)))}
      onTake={batchSize => changeTraining({ batchSize })}
    />
    <NumberRow
      label="Epochs"
      value={setup.epochs}
      min={1}
      max={100000}
      whole
      disabled={!idle}
      onTake={epochs => changeTraining({ epochs })}
    />
    <NumberRow label="Seed" value={setup.seed} min={0} max={4294967295} whole disabled={!idle} onTake={seed => changeTraining({ seed })} />
  </>
)

const CLIP_LABELS: Readonly<Record<ClipId, string>> = {
  none: 'Not clipped',
  value: 'Each value',
  norm: 'Length per weight tensor',
  globalNorm: 'Length of all together',
}

/** What few people change: it stands behind "More". */
const Finer = ({ setup, idle }: { setup: TrainingSetup; idle: boolean }) => (
  <details className="side-more">
    <summary>More</summary>
    <NumberRow
      label="Weight decay"
      value={setup.weightDecay}
      min={0}
      max={1}
      disabled={!idle}
      text={rateText}
      step={(v, by) => (v === 0 ? (by > 0 ? 1e-4 : 0) : by > 0 ? nextRate(v, 1) : v <= 1e-6 ? 0 : nextRate(v, -1))}
      onTake={weightDecay => changeTraining({ weightDecay })}
    />
    <ChoiceRow
      label="Gradients"
      value={setup.clip}
      disabled={!idle}
      options={CLIPS.map(c => [c, CLIP_LABELS[c]])}
      onTake={clip => changeTraining({ clip })}
    />
    {setup.clip !== 'none' && (
      <NumberRow
        label="At most"
        value={setup.clipLimit}
        min={1e-6}
        max={1e6}
        disabled={!idle}
        step={(v, by) => (by > 0 ? v * 2 : v / 2)}
        onTake={clipLimit => changeTraining({ clipLimit })}
      />
    )}
  </details>
)

const Backend = ({ setup, idle }: { setup: TrainingSetup; idle: boolean }) => {
  const report = useRun(s => s.backend)
  return (
    <Section title="Runs on">
      <ChoiceRow
        label="Backend"
        value={setup.backend}
        disabled={!idle}
        options={[['auto', 'Best available'], ...BACKENDS.map(b => [b, BACKEND_NAMES[b]] as const)]}
        onTake={backend => changeTraining({ backend })}
      />
      {report ? (
        <p className={report.fellBack ? 'side-note warn' : 'side-note'}>
          <b>{backendLabel(report)}.</b> {report.reason}
        </p>
      ) : (
        <p className="side-note">Chosen when the network first runs; the reason is then shown here.</p>
      )}
    </Section>
  )
}

/** Why the last run ended, when it failed. */
const Outcome = () => {
  const issue = useRun(s => s.issue)
  if (!issue) return null
  return (
    <Section title="The last run failed">
      <p className="side-wrong" role="alert">
        {issue.message}
      </p>
    </Section>
  )
}
