import type { FineTune, ProjectFile, UnfreezeId } from '../shared/graph/document.ts'
import { setFrozen } from '../shared/graph/edit.ts'
import { headKinds, newHead } from '../shared/graph/newHead.ts'
import { type Cut, cutBelow, freezeTrunk, usualCut } from '../shared/graph/transfer.ts'
import { fail, ok, type Result } from '../shared/result.ts'

/** What the command line may say about taking a trained network over to another task. */
export interface TransferOptions {
  readonly 'fine-tune'?: number | undefined
  readonly 'fine-tune-lr'?: number | undefined
  readonly unfreeze?: UnfreezeId | undefined
  readonly 'freeze-until'?: string | undefined
  readonly 'new-head'?: boolean | undefined
}

/** The second phase by the options: a tenth of the first rate unless told; 0 epochs take the project's own away. */
export const fineTuneOf = (
  { fineTune }: { readonly fineTune: FineTune | null },
  learningRate: number,
  o: TransferOptions,
): FineTune | null => {
  const epochs = o['fine-tune'] ?? fineTune?.epochs ?? 0
  if (epochs === 0) return null
  return {
    epochs,
    learningRate: o['fine-tune-lr'] ?? fineTune?.learningRate ?? Number((learningRate / 10).toPrecision(3)),
    unfreeze: o.unfreeze ?? fineTune?.unfreeze ?? 'all',
  }
}

/** The cut that the options name, else the usual one. */
const cutOf = (project: ProjectFile, until: string | undefined): Result<Cut> => {
  if (until !== undefined) return cutBelow(project, project.graph.nodes.find(n => n.id === until || n.name === until)?.id ?? until)
  const cut = usualCut(project)
  return cut ? ok(cut) : fail('cli/no-trunk', 'Nothing can be kept below a new head here: name the last layer to keep with --freeze-until.')
}

/** Freezes the layers up to the one that the options name. */
export const frozenUntil = (project: ProjectFile, o: TransferOptions): Result<ProjectFile> => {
  if (o['freeze-until'] === undefined) return ok(project)
  const cut = cutOf(project, o['freeze-until'])
  return cut.ok ? ok(freezeTrunk(project, cut.value)) : cut
}

/** Gives the network a new head for the classes of the data, where the options ask for it. Layers that have learned nothing are not frozen for it. */
export const reheaded = (project: ProjectFile, o: TransferOptions, classes: number, trained: boolean): Result<ProjectFile> => {
  if (o['new-head'] !== true) return ok(project)
  const cut = cutOf(project, o['freeze-until'])
  if (!cut.ok) return cut
  const made = newHead(project, cut.value, classes, headKinds(project, cut.value)[0] ?? 'hidden')
  if (!made.ok || trained || o['freeze-until'] !== undefined) return made
  const frozen = made.value.graph.nodes
    .filter(node => !project.graph.nodes.some(old => old.id === node.id && old.frozen))
    .map(node => node.id)
  return ok(setFrozen(made.value, frozen, false))
}
