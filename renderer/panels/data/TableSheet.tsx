import { figure } from '../../ui/format.ts'
import type { SheetProps } from './DataPanel.tsx'

/** Rows of a table with their class. */
export const TableSheet = ({ summary, sheet, picked, onPick }: SheetProps) => {
  const width = summary.features.length
  return (
    <table className="table-sheet">
      <thead>
        <tr>
          <th>Sample</th>
          {summary.features.map(name => (
            <th key={name}>{name}</th>
          ))}
          <th>Class</th>
        </tr>
      </thead>
      <tbody className="mono">
        {sheet.indices.map((index, i) => (
          <tr key={index} aria-current={index === picked || undefined}>
            <td>
              <button type="button" onClick={() => onPick(index)}>
                {index}
              </button>
            </td>
            {summary.features.map((name, k) => (
              <td key={name}>{figure(sheet.inputs[i * width + k] ?? Number.NaN)}</td>
            ))}
            <td>{summary.classes[sheet.targets[i] ?? -1] ?? figure(sheet.targets[i] ?? Number.NaN)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
