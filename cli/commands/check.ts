import { resolve } from '../../shared/graph/resolve.ts'
import type { Resolved, ResolvedNode } from '../../shared/graph/resolved.ts'
import { dims } from '../../shared/layers/shape.ts'
import { type Issue, ok } from '../../shared/result.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import type { Io } from '../io.ts'
import { loadProject } from '../load.ts'
import { table } from '../table.ts'

/** Keras class name of a node's layer; the type as written in the file when this version does not know it. */
const titleOf = ({ def, node }: ResolvedNode): string => def?.title ?? node.type

const activeOf = (resolved: Resolved): ResolvedNode[] =>
  resolved.order.flatMap(id => {
    const entry = resolved.nodes.get(id)
    return entry && !entry.node.bypassed ? [entry] : []
  })

const shortIssue = ({ code, message, node }: Issue): object => ({ code, message, ...(node === undefined ? {} : { node }) })

/** What `check --json` prints; `output` starts with null for the batch, as in Keras. */
const report = (resolved: Resolved): object => ({
  ok: resolved.buildable,
  parameters: resolved.totals.parameters,
  trainable: resolved.totals.trainable,
  multiplyAdds: resolved.totals.multiplyAdds,
  layers: activeOf(resolved).map(entry => ({
    id: entry.node.id,
    name: entry.node.name,
    type: titleOf(entry),
    output: entry.output ? [null, ...entry.output] : null,
    parameters: entry.parameters,
  })),
  issues: resolved.issues.map(shortIssue),
})

const sayResolved = (resolved: Resolved, io: Io): void => {
  const { totals } = resolved
  io.say(
    table(
      ['name', 'type', 'output', 'parameters'],
      activeOf(resolved).map(e => [e.node.name, titleOf(e), e.output ? dims(e.output) : '?', e.parameters]),
    ),
  )
  const number = (n: number): string => n.toLocaleString('en-US')
  io.say('')
  io.say(
    `${number(totals.parameters)} parameters, ${number(totals.trainable)} of them trainable; ${number(totals.multiplyAdds)} multiply-adds per sample.`,
  )
}

/** Tells whether a network is in order, with its shapes and counts. */
export const check = defineCommand({
  name: 'check',
  order: 3,
  summary: 'Check a network: shapes, parameters and problems of every layer.',
  argument: { name: 'file|template', help: 'A .netloom or .netloom.json file, or the id of a template.' },
  options: { ...JSON_OPTION },
  run: async ({ json }, argument, io) => {
    const loaded = await loadProject(argument)
    if (!loaded.ok) {
      if (json) io.json({ ok: false, parameters: 0, trainable: 0, multiplyAdds: 0, layers: [], issues: loaded.issues.map(shortIssue) })
      return loaded
    }
    const resolved = resolve(loaded.value.project)
    if (json) io.json(report(resolved))
    else sayResolved(resolved, io)
    for (const { severity, message } of resolved.issues) io.note(`${severity === 'error' ? 'Problem' : 'Note'}: ${message}`)
    return ok(resolved.buildable ? 0 : 1)
  },
})
