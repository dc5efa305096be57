import { rangeOf } from '../../strips/colormaps.ts'
import type { SheetProps } from './DataPanel.tsx'

/** Colours of the classes, in order; more classes start over. */
export const CLASS_COLOURS: readonly string[] = [
  'var(--cat-convolution)',
  'var(--cat-activation)',
  'var(--cat-pooling)',
  'var(--cat-regularisation)',
  'var(--cat-dense)',
  'var(--cat-merge)',
]

/** Points in the plane, coloured by class. */
export const PointSheet = ({ summary, sheet, picked, onPick }: SheetProps) => {
  const reach = Math.max(Math.abs(rangeOf(sheet.inputs).low), Math.abs(rangeOf(sheet.inputs).high), 1e-9) * 1.05
  return (
    <div className="points">
      <svg viewBox={`${-reach} ${-reach} ${2 * reach} ${2 * reach}`} role="img" aria-label={`${sheet.indices.length} points`}>
        {sheet.indices.map((index, i) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: a point is a place to click
          <circle
            key={index}
            cx={sheet.inputs[i * 2] ?? 0}
            cy={-(sheet.inputs[i * 2 + 1] ?? 0)}
            r={reach * (index === picked ? 0.035 : 0.014)}
            fill={CLASS_COLOURS[(sheet.targets[i] ?? 0) % CLASS_COLOURS.length]}
            stroke={index === picked ? 'var(--text-1)' : 'none'}
            strokeWidth={reach * 0.006}
            onClick={() => onPick(index)}
          />
        ))}
      </svg>
      <ul>
        {summary.classes.map((name, i) => (
          <li key={name} className="row">
            <i style={{ background: CLASS_COLOURS[i % CLASS_COLOURS.length] }} /> {name}
          </li>
        ))}
      </ul>
    </div>
  )
}
