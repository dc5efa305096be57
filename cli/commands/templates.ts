import { resolve } from '../../shared/graph/resolve.ts'
import { ok } from '../../shared/result.ts'
import { templates as all } from '../../templates/templates.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { table } from '../table.ts'

/** Lists the networks that come with Netloom. */
export const templates = defineCommand({
  name: 'templates',
  order: 1,
  summary: 'List the networks that come with Netloom.',
  argument: null,
  options: { ...JSON_OPTION },
  run: async ({ json }, _, io) => {
    const rows = all.map(({ id, title, description, project }) => {
      const { totals } = resolve(project)
      return { id, title, description, layers: totals.layers, parameters: totals.parameters, data: project.data.source }
    })
    if (json) io.json({ templates: rows })
    else
      io.say(
        table(
          ['id', 'title', 'layers', 'parameters', 'data'],
          rows.map(r => [r.id, r.title, r.layers, r.parameters, r.data]),
        ),
      )
    return ok(0)
  },
})
