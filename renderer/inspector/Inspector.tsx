import { useProblems } from '../store/problems.ts'
import { useResolved } from '../store/projectStore.ts'
import { useUi } from '../store/uiStore.ts'
import { NodeInsight } from '../strips/NodeInsight.tsx'
import { Formulas } from './Formulas.tsx'
import { Head } from './Head.tsx'
import { IssueNote } from './Issues.tsx'
import './inspector.css'
import { ParamForm } from './ParamForm.tsx'
import { Several } from './Several.tsx'

/** Everything about the selected layers; empty when none is selected. */
export const Inspector = () => {
  const selected = useUi(s => s.selectedNodes)
  const resolved = useResolved()
  const ids = selected.filter(id => resolved.nodes.has(id))
  const only = ids.length === 1 ? resolved.nodes.get(ids[0] ?? '') : undefined
  if (!ids.length) return null
  return (
    <aside className="inspector" aria-label="Inspector">
      {only ? <One key={only.node.id} id={only.node.id} /> : <Several ids={ids} resolved={resolved} />}
    </aside>
  )
}

const One = ({ id }: { id: string }) => {
  const resolved = useResolved().nodes.get(id)
  const issues = useProblems().filter(issue => issue.node === id)
  if (!resolved) return null
  return (
    <>
      <Head resolved={resolved} />
      {issues.length > 0 && (
        <section className="inspector-section" aria-label="Problems of this layer">
          {issues.map(issue => (
            <IssueNote key={`${issue.code} ${issue.message}`} issue={issue} />
          ))}
        </section>
      )}
      <ParamForm resolved={resolved} />
      <Formulas resolved={resolved} />
      <NodeInsight nodeId={id} />
    </>
  )
}
