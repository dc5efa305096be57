import type { Resolved } from '../../shared/graph/resolved.ts'
import { runCommand } from '../commands/registry.ts'
import { whole } from '../ui/format.ts'

const ACTIONS = [
  ['edit.duplicate', 'Duplicate'],
  ['edit.copy', 'Copy'],
  ['graph.bypass', 'Bypass'],
  ['graph.freeze', 'Freeze'],
  ['graph.layout', 'Arrange'],
  ['edit.delete', 'Delete'],
] as const

/** What can be done with several selected layers at once. */
export const Several = ({ ids, resolved }: { ids: readonly string[]; resolved: Resolved }) => {
  const parameters = ids.reduce((sum, id) => sum + (resolved.nodes.get(id)?.parameters ?? 0), 0)
  return (
    <>
      <header className="inspector-head">
        <div className="inspector-title">
          <h3>{ids.length} layers</h3>
        </div>
        <p>{whole(parameters)} parameters together</p>
      </header>
      <section className="inspector-section inspector-actions" aria-label="Actions">
        {ACTIONS.map(([id, label]) => (
          <button key={id} type="button" className="button" onClick={() => runCommand(id)}>
            {label}
          </button>
        ))}
      </section>
    </>
  )
}
