import { augmentations, augments } from '../../shared/data/prepare/augment.ts'
import { AUGMENTS, type AugmentId } from '../../shared/graph/document.ts'
import { changeData } from '../controller/data.ts'
import { useData } from '../store/dataStore.ts'
import { useProject } from '../store/projectStore.ts'
import { showPanel } from '../store/uiStore.ts'
import { NumberRow, Section } from './fields.tsx'

/** Changes that most pictures gain from; the others stand behind "More". */
const FIRST: readonly AugmentId[] = ['shift', 'rotate', 'scale', 'flip']

/** How training pictures are changed anew in each epoch; nothing for data that are no pictures. */
export const AugmentSetup = ({ idle }: { idle: boolean }) => {
  const pictures = useData(s => s.summary?.kind === 'image')
  const some = useProject(s => augments(s.project.data.augment))
  if (!pictures && !some) return null
  const rest = AUGMENTS.filter(id => !FIRST.includes(id))
  return (
    <Section title="Augmentation">
      {FIRST.map(id => (
        <Strength key={id} id={id} disabled={!idle} />
      ))}
      <details className="side-more">
        <summary>More</summary>
        {rest.map(id => (
          <Strength key={id} id={id} disabled={!idle} />
        ))}
      </details>
      <p className="side-note">
        {pictures ? 'Training pictures change at random in each epoch; validation and test stay as they are.' : NOT_PICTURES}
      </p>
      {some && pictures && (
        <button type="button" className="button wide" onClick={() => showPanel('data')}>
          Show what the network sees
        </button>
      )}
    </Section>
  )
}

const NOT_PICTURES = 'Only pictures can be augmented: set all strengths to 0 to train on this data.'

const Strength = ({ id, disabled }: { id: AugmentId; disabled: boolean }) => {
  const augment = useProject(s => s.project.data.augment)
  const { label, max, unit } = augmentations[id]
  const [factor, step] = unit === '%' ? [100, 5] : [1, unit === '°' ? 5 : id === 'blur' ? 0.5 : 1]
  const most = max * factor
  return (
    <NumberRow
      label={`${label}, ${unit}`}
      value={Number(((augment[id] ?? 0) * factor).toFixed(4))}
      min={0}
      max={most}
      disabled={disabled}
      step={(v, by) => Math.min(most, Math.max(0, v + by * step))}
      onTake={v => changeData({ augment: { ...augment, [id]: v / factor } })}
    />
  )
}
