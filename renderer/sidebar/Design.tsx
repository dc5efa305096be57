import { Fixes } from '../inspector/Issues.tsx'
import { useProblems } from '../store/problems.ts'
import { useProject, useResolved } from '../store/projectStore.ts'
import { useRun } from '../store/runStore.ts'
import { showPanel } from '../store/uiStore.ts'
import { useWhyNotTrain } from '../strips/useWhyNotTrain.ts'
import { bytes, duration, short, whole } from '../ui/format.ts'
import { Fact, Section } from './fields.tsx'

/** The whole network in numbers, and what it costs. */
export const Design = () => {
  const { totals } = useResolved()
  const batch = useProject(s => s.project.training.batchSize)
  const name = useProject(s => s.project.name)
  return (
    <>
      <Section>
        <h3>{name}</h3>
        <p className="side-note">Select a layer to change it. Drag one from the left, or press Tab to add one.</p>
      </Section>
      <Section title="Network">
        <Fact name="Layers">{whole(totals.layers)}</Fact>
        <Fact name="Parameters">{whole(totals.parameters)}</Fact>
        {totals.trainable !== totals.parameters && <Fact name="of them trained">{whole(totals.trainable)}</Fact>}
        <Fact name="Weights">{bytes(totals.weightBytes)}</Fact>
      </Section>
      <Section title="Cost">
        <Fact name="Multiply–adds per sample">{short(totals.multiplyAdds)}</Fact>
        <Fact name={`Memory at batch ${batch}`}>≈ {bytes(totals.trainingBytes)}</Fact>
        <EpochTime />
      </Section>
      <Readiness />
    </>
  )
}

/** Measured in the last run, so only shown after one. */
const EpochTime = () => {
  const speed = useRun(s => s.imagesPerSecond)
  const batches = useRun(s => s.batches)
  const batch = useProject(s => s.project.training.batchSize)
  if (speed <= 0 || batches === 0) return null
  return <Fact name="One epoch, last run">{duration((batches * batch) / speed)}</Fact>
}

const Readiness = () => {
  const reason = useWhyNotTrain()
  const blocking = useProblems().find(problem => problem.severity === 'error')
  return (
    <Section title="Before training">
      {reason ? (
        <>
          <p className="side-wrong">{reason}</p>
          {blocking && <Fixes issue={blocking} />}
          <button type="button" className="button small" onClick={() => showPanel('problems')}>
            Show all problems
          </button>
        </>
      ) : (
        <p className="side-note good">Ready to train.</p>
      )}
    </Section>
  )
}
