import { BENCH_NETS, type BenchNet, type Subject, subjectOf } from '../../shared/bench/nets.ts'
import { unwrap } from '../../shared/result.ts'
import { templateOf } from '../../templates/templates.ts'

/** The network of a name, from its template, with samples. */
export const subject = (net: BenchNet): Subject => {
  const template = templateOf(BENCH_NETS[net].template)
  if (!template) throw new Error(`There is no template for ${net}.`)
  return unwrap(subjectOf(net, template.project))
}
