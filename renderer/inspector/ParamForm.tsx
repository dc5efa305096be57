import type { ResolvedNode } from '../../shared/graph/resolved.ts'
import type { Param } from '../../shared/layers/params.ts'
import { ParamRow } from './ParamRow.tsx'

/** The form of a layer's parameters, derived from its definition; advanced ones stand behind "More". */
export const ParamForm = ({ resolved: { node, def, params } }: { resolved: ResolvedNode }) => {
  const all = Object.entries((def?.params ?? {}) as Readonly<Record<string, Param>>)
  const main = all.filter(([, param]) => !param.advanced)
  const advanced = all.filter(([, param]) => param.advanced)
  const row = ([name, param]: readonly [string, Param]) => (
    <ParamRow key={`${node.id}/${name}`} node={node.id} name={name} param={param} value={params[name]} />
  )
  if (!all.length) return null
  return (
    <section className="inspector-section" aria-label="Parameters">
      <h4>Parameters</h4>
      {main.map(row)}
      {advanced.length > 0 && (
        <details className="inspector-more">
          <summary>More</summary>
          {advanced.map(row)}
        </details>
      )}
    </section>
  )
}
