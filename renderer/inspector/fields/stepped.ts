import type { FloatParam, IntParam } from '../../../shared/layers/params.ts'

/** Parameters that hold one number. */
export type NumberParam = IntParam | FloatParam

/** The number some steps away, inside the limits and without the dust of binary fractions. */
export const stepped = (param: NumberParam, value: number, by: number): number => {
  const size = param.kind === 'int' ? 1 : param.step
  const next = Number((value + by * size).toFixed(10))
  return Math.min(param.max, Math.max(param.min, next))
}
