import { Scissors, Snowflake } from 'lucide-react'
import type { FineTune } from '../../shared/graph/document.ts'
import { applyRecipe, RECIPE_IDS, type RecipeId, recipeOf, recipes } from '../../shared/graph/recipes.ts'
import { frozenCounts, usualCut } from '../../shared/graph/transfer.ts'
import { cutAsUsual } from '../canvas/cutActions.ts'
import { toggleCutTool } from '../canvas/cutStore.ts'
import { rateText } from '../controller/runEvents.ts'
import { changeTraining, setFineTuneRate } from '../controller/training.ts'
import { apply, useProject, useResolved } from '../store/projectStore.ts'
import { useRun } from '../store/runStore.ts'
import { duration, whole } from '../ui/format.ts'
import { ChoiceRow, NumberRow, Section } from './fields.tsx'
import './transfer.css'

/** Taking what a network has learned over to another task: cut, new head, recipes and fine-tuning. Shown once there is something to take over. */
export const Transfer = ({ idle }: { idle: boolean }) => {
  const trained = useRun(s => s.trained)
  const { layers, frozen, trainable } = frozenCounts(useResolved())
  const fineTune = useProject(s => s.project.training.fineTune)
  if (!trained && layers === 0 && !fineTune) return null
  return (
    <Section title="Transfer learning">
      {layers > 0 ? (
        <p className="side-note">
          <Snowflake size={11} className="card-frozen" aria-hidden="true" /> <span className="mono">{whole(frozen)}</span> parameters in{' '}
          {layers === 1 ? '1 layer are' : `${layers} layers are`} frozen, <span className="mono">{whole(trainable)}</span> learn.
        </p>
      ) : (
        <p className="side-note">Cut the network: what is above stays, what is below is replaced or learns anew.</p>
      )}
      <Kept />
      <div className="row transfer-actions">
        <button type="button" className="button" disabled={!idle} onClick={toggleCutTool}>
          <Scissors size={12} aria-hidden="true" />
          Draw a cut
        </button>
        <button type="button" className="button" disabled={!idle} onClick={cutAsUsual}>
          New head…
        </button>
      </div>
      <Recipes idle={idle} />
      <FineTuning idle={idle} fineTune={fineTune} />
    </Section>
  )
}

/** The four cases as cards; the one that the document follows is marked. */
const Recipes = ({ idle }: { idle: boolean }) => {
  const project = useProject(s => s.project)
  const cut = usualCut(project)
  if (!cut) return null
  const current = recipeOf(project, cut)
  const take = (id: RecipeId): void => apply(`Recipe: ${recipes[id].title.toLowerCase()}`, doc => applyRecipe(doc, cut, id))
  return (
    <fieldset className="recipes" aria-label="Recipes">
      {RECIPE_IDS.map(id => (
        <button
          key={id}
          type="button"
          className="recipe"
          data-recipe={id}
          aria-pressed={id === current}
          disabled={!idle}
          onClick={() => take(id)}
        >
          <b>{recipes[id].title}</b>
          <span>{recipes[id].sets}</span>
          <small>{recipes[id].why}</small>
        </button>
      ))}
    </fieldset>
  )
}

type Then = FineTune['unfreeze'] | 'none'

const FineTuning = ({ idle, fineTune }: { idle: boolean; fineTune: FineTune | null }) => {
  const training = useProject(s => s.project.training)
  const first = { epochs: training.epochs, learningRate: Number((training.learningRate / 10).toPrecision(3)) }
  const take = (then: Then): void => changeTraining({ fineTune: then === 'none' ? null : { ...(fineTune ?? first), unfreeze: then } })
  return (
    <>
      <ChoiceRow<Then>
        label="Then fine-tune"
        value={fineTune?.unfreeze ?? 'none'}
        disabled={!idle}
        options={[
          ['none', 'Nothing'],
          ['top', 'Upper half'],
          ['all', 'All layers'],
        ]}
        onTake={take}
      />
      {fineTune && (
        <>
          <NumberRow
            label="Its epochs"
            value={fineTune.epochs}
            min={1}
            max={100000}
            whole
            disabled={!idle}
            onTake={epochs => changeTraining({ fineTune: { ...fineTune, epochs } })}
          />
          <NumberRow label="Its rate" value={fineTune.learningRate} min={1e-8} max={10} text={rateText} onTake={setFineTuneRate} />
        </>
      )}
    </>
  )
}

/** What was gained by computing the outputs of frozen layers once, as measured in the last run, or why it was not done. */
const Kept = () => {
  const features = useRun(s => s.features)
  const note = useRun(s => s.featuresNote)
  const speedup = useRun(s => s.speedup)
  const layers = features?.layers === 1 ? '1 frozen layer' : `${features?.layers} frozen layers`
  return (
    <>
      {features && (
        <p className="side-note" data-testid="features">
          Features of {layers} are computed once, in {duration(features.seconds)}
          {speedup === null ? (
            '.'
          ) : (
            <>
              : <b>{speedup < 10 ? speedup.toFixed(1) : Math.round(speedup)}× as fast</b> per image, as measured.
            </>
          )}
        </p>
      )}
      {note && <p className={features ? 'side-note' : 'side-note warn'}>{note}</p>}
    </>
  )
}
