import { formulasOf } from '../../shared/graph/describe.ts'
import type { ResolvedNode } from '../../shared/graph/resolved.ts'
import type { Formula } from '../../shared/layers/define.ts'
import { dims } from '../../shared/layers/shape.ts'
import { whole } from '../ui/format.ts'

const Line = ({ formula: { expression, result, legend } }: { formula: Formula }) => (
  <div className="formula mono">
    <div>
      {expression}
      {result !== undefined && (
        <>
          {' = '}
          <b>{result}</b>
        </>
      )}
    </div>
    <span>{legend}</span>
  </div>
)

/** The shape and parameter calculations of a layer with its real numbers. */
export const Formulas = ({ resolved }: { resolved: ResolvedNode }) => {
  const { output, parameters, trainable } = resolved
  const all = formulasOf(resolved).filter(f => f.expression !== f.result)
  const ofParameters = all.filter(f => f.about === 'parameters')
  return (
    <>
      <section className="inspector-section" aria-label="Output">
        <h4>
          Output <span className="mono">{output ? dims(output) : 'not known yet'}</span>
        </h4>
        {all
          .filter(f => f.about !== 'parameters')
          .map(f => (
            <Line key={`${f.about} ${f.expression}`} formula={f} />
          ))}
      </section>
      {parameters > 0 && (
        <section className="inspector-section" aria-label="Size">
          <h4>{parameters === 1 ? '1 parameter' : `${whole(parameters)} parameters`}</h4>
          {ofParameters.map(f => (
            <Line key={f.expression} formula={f} />
          ))}
          {trainable < parameters && <p className="formula mono">{whole(trainable)} of them are trained</p>}
        </section>
      )}
    </>
  )
}
