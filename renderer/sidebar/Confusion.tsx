import { metrics, precisions, recalls } from '../../shared/engine/metrics.ts'
import { percent, whole } from '../ui/format.ts'

/** Largest table whose cells still hold a number. */
const READABLE = 12

/** Rows are the true classes, columns what the network said; right answers are green, mistakes orange. */
export const Confusion = ({ counts, classes }: { counts: readonly (readonly number[])[]; classes: readonly string[] }) => {
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)))
  const numbers = counts.length <= READABLE
  return (
    <div className="confusion">
      <p className="muted">True class in rows, answer in columns</p>
      <table>
        <thead>
          <tr>
            <th />
            {counts.map((_, j) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a class is its index
              <th key={j} title={classes[j]}>
                {numbers ? (classes[j] ?? String(j)).slice(0, 3) : ''}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a class is its index
            <tr key={i}>
              <th title={classes[i]}>{numbers ? (classes[i] ?? String(i)).slice(0, 3) : ''}</th>
              {row.map((count, j) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: a class is its index
                  key={j}
                  style={{ '--share': i === j ? count / Math.max(1, ...row) : Math.sqrt(count / most) } as React.CSSProperties}
                  className={i === j ? 'right' : undefined}
                  title={`${classes[i] ?? i} taken for ${classes[j] ?? j}: ${whole(count)}`}
                >
                  {numbers && count > 0 ? count : ''}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <PerClass counts={counts} classes={classes} />
    </div>
  )
}

/** Precision and recall of every class. */
const PerClass = ({ counts, classes }: { counts: readonly (readonly number[])[]; classes: readonly string[] }) => {
  const [precision, recall] = [precisions(counts), recalls(counts)]
  return (
    <details className="side-more">
      <summary>Precision and recall by class</summary>
      <table className="per-class">
        <thead>
          <tr>
            <th>Class</th>
            <th title={metrics.precision.doc}>Precision</th>
            <th title={metrics.recall.doc}>Recall</th>
          </tr>
        </thead>
        <tbody>
          {counts.map((_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a class is its index
            <tr key={i}>
              <th>{classes[i] ?? i}</th>
              <td className="mono">{percent(precision[i] ?? Number.NaN)}</td>
              <td className="mono">{percent(recall[i] ?? Number.NaN)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
