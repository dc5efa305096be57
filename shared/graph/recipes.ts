import type { FineTune, OptimizerId, ProjectFile, TrainingSetup } from './document.ts'
import { setFrozen, setTraining } from './edit.ts'
import type { Resolved } from './resolved.ts'
import { type Cut, freezeTrunk } from './transfer.ts'

/** The four cases of transfer: how much data there is, and how like the old data it is. */
export const RECIPE_IDS = ['smallSimilar', 'smallDifferent', 'largeSimilar', 'largeDifferent'] as const
export type RecipeId = (typeof RECIPE_IDS)[number]

/** One way to train a network that has learned something else. */
export interface Recipe {
  readonly id: RecipeId
  readonly title: string
  /** What it sets, in words. */
  readonly sets: string
  /** One sentence why. */
  readonly why: string
  /** The trunk is frozen at first. */
  readonly freezes: boolean
  /** What the second phase sets free; null for a single phase. */
  readonly fineTunes: FineTune['unfreeze'] | null
  /** The second phase's share of the first learning rate. */
  readonly share: number
}

/** The recipes, in the order of the lectures. */
export const recipes: Readonly<Record<RecipeId, Recipe>> = {
  smallSimilar: {
    id: 'smallSimilar',
    title: 'Little data, similar to the old',
    sets: 'All old layers stay frozen; only the head learns.',
    why: 'The old features fit, and so few samples would only spoil them.',
    ...{ freezes: true, fineTunes: null, share: 1 },
  },
  smallDifferent: {
    id: 'smallDifferent',
    title: 'Little data, different from the old',
    sets: 'The head first, then also the upper half of the old layers at a hundredth of the rate.',
    why: 'Early layers see edges and blobs that serve everywhere; late ones know the old task and have to change a little.',
    ...{ freezes: true, fineTunes: 'top', share: 0.01 },
  },
  largeSimilar: {
    id: 'largeSimilar',
    title: 'Much data, similar to the old',
    sets: 'The head first, then all layers at a tenth of the rate.',
    why: 'With many samples fine-tuning does not over-fit, and a head that has learned sends no wild gradients into good features.',
    ...{ freezes: true, fineTunes: 'all', share: 0.1 },
  },
  largeDifferent: {
    id: 'largeDifferent',
    title: 'Much data, different from the old',
    sets: 'Nothing is frozen; every layer learns at the full rate from what it knows.',
    why: 'There is enough data to learn new features, and the old ones are still a better start than random ones.',
    ...{ freezes: false, fineTunes: null, share: 1 },
  },
}

/** The usual full learning rate of an optimizer. */
const usualRate = (optimizer: OptimizerId): number => {
  if (optimizer === 'sgd' || optimizer === 'momentum' || optimizer === 'adagrad') return 0.01
  return optimizer === 'adadelta' ? 1 : 0.001
}

const setupOf = ({ training }: ProjectFile, { fineTunes, share }: Recipe): Pick<TrainingSetup, 'learningRate' | 'fineTune'> => {
  const learningRate = usualRate(training.optimizer)
  const rate = Number((learningRate * share).toPrecision(3))
  const epochs = training.fineTune?.epochs ?? training.epochs
  return { learningRate, fineTune: fineTunes && { epochs, learningRate: rate, unfreeze: fineTunes } }
}

/** Sets freezing, learning rates and phases by a recipe; the cut parts the old layers from the head. */
export const applyRecipe = (doc: ProjectFile, cut: Cut, id: RecipeId): ProjectFile => {
  const recipe = recipes[id]
  const frozen = recipe.freezes
    ? freezeTrunk(doc, cut)
    : setFrozen(
        doc,
        doc.graph.nodes.map(node => node.id),
        false,
      )
  return setTraining(frozen, setupOf(doc, recipe))
}

/** The recipe that a document follows at this cut, or null when it goes its own way. */
export const recipeOf = (doc: ProjectFile, cut: Cut): RecipeId | null =>
  RECIPE_IDS.find(id => {
    const after = applyRecipe(doc, cut, id)
    const same = JSON.stringify([after.training.learningRate, after.training.fineTune])
    return after.graph === doc.graph && same === JSON.stringify([doc.training.learningRate, doc.training.fineTune])
  }) ?? null

/** Layers that fine-tuning sets free: frozen ones with weights, all or the upper half of them. Frozen batch normalisation stays frozen, so that few samples do not upset its statistics. */
export const unfrozenBy = ({ order, nodes }: Resolved, unfreeze: FineTune['unfreeze']): readonly string[] => {
  const frozen = order.filter(id => {
    const found = nodes.get(id)
    return found?.node.frozen && !found.node.bypassed && found.weights.length > 0 && found.node.type !== 'batchNormalization'
  })
  return unfreeze === 'all' ? frozen : frozen.slice(Math.floor(frozen.length / 2))
}
