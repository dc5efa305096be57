import { formatParam, type Param } from '../../shared/layers/params.ts'
import { layers as all } from '../../shared/layers/registry.ts'
import { ok } from '../../shared/result.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { table } from '../table.ts'

const paramsOf = (schema: Readonly<Record<string, Param>>): string =>
  Object.entries(schema)
    .map(([key, param]) => `${key}=${formatParam(param, param.default)}`)
    .join(' ')

/** Lists every kind of layer with its parameters. */
export const layers = defineCommand({
  name: 'layers',
  order: 2,
  summary: 'List the kinds of layers with their parameters.',
  argument: null,
  options: { ...JSON_OPTION },
  run: async ({ json }, _, io) => {
    if (json)
      io.json({
        layers: all.map(({ type, title, category, doc, input, params }) => ({
          type,
          title,
          category,
          doc,
          inputs: input.arity,
          params,
        })),
      })
    else
      io.say(
        table(
          ['type', 'title', 'category', 'parameters with their defaults'],
          all.map(def => [def.type, def.title, def.category, paramsOf(def.params)]),
        ),
      )
    return ok(0)
  },
})
