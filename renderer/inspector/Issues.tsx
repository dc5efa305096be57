import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { Issue } from '../../shared/result.ts'
import { repair } from '../canvas/actions.ts'

/** One problem with its repairs as buttons. */
export const IssueNote = ({ issue }: { issue: Issue }) => (
  <div className={`issue ${issue.severity}`}>
    {issue.severity === 'error' ? <CircleAlert size={14} aria-label="Error" /> : <TriangleAlert size={14} aria-label="Warning" />}
    <div>
      <p>{issue.message}</p>
      <Fixes issue={issue} />
    </div>
  </div>
)

/** The repairs of a problem. */
export const Fixes = ({ issue }: { issue: Issue }) =>
  issue.fixes?.length ? (
    <div className="issue-fixes">
      {issue.fixes.map(fix => (
        <button key={fix.label} type="button" className="button small" onClick={() => repair(fix)}>
          {fix.label}
        </button>
      ))}
    </div>
  ) : null
