import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { Issue } from '../../../shared/result.ts'
import { goTo } from '../../canvas/actions.ts'
import { Fixes } from '../../inspector/Issues.tsx'
import { useProblems } from '../../store/problems.ts'
import { useResolved } from '../../store/projectStore.ts'
import './problems.css'

/** The problems of the network; a click goes to the layer, a button repairs. */
export const Problems = () => {
  const { nodes } = useResolved()
  const issues = useProblems()
  if (!nodes.size) return <p className="empty">The problems of the network will stand here. Add layers to begin.</p>
  if (!issues.length) return <p className="empty">No problems: this network can be built and trained.</p>
  return (
    <ul className="problems">
      {issues.map((issue, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two problems of one layer may read the same
        <Row key={`${i} ${issue.code} ${issue.node ?? ''}`} issue={issue} name={nodes.get(issue.node ?? '')?.node.name} />
      ))}
    </ul>
  )
}

const Row = ({ issue, name }: { issue: Issue; name: string | undefined }) => {
  const { node } = issue
  return (
    <li className={`problem ${issue.severity}`}>
      <button type="button" disabled={node === undefined || name === undefined} onClick={() => node !== undefined && goTo(node)}>
        {issue.severity === 'error' ? <CircleAlert size={14} aria-label="Error" /> : <TriangleAlert size={14} aria-label="Warning" />}
        <span className="mono">{name ?? 'network'}</span>
        <span>{issue.message}</span>
      </button>
      <Fixes issue={issue} />
    </li>
  )
}
