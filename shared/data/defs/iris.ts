import { ok } from '../../result.ts'
import { decodeTable } from '../decode/table.ts'
import { defineDataset } from '../define.ts'

const CLASSES = ['setosa', 'versicolor', 'virginica']

/** Iris: four lengths of a flower, three species. */
export const iris = defineDataset({
  id: 'iris',
  title: 'Iris flowers',
  doc: '150 iris flowers of three species, told apart by the length and width of their petals and sepals in centimetres.',
  attribution: 'R. A. Fisher, 1936; UCI Machine Learning Repository, CC BY 4.0',
  origin: 'bundled',
  shape: [4],
  classes: CLASSES,
  count: 150,
  downloads: [],
  async load(ctx) {
    const bytes = await ctx.asset('data/iris.csv')
    if (!bytes.ok) return bytes
    const table = decodeTable(bytes.value, 'iris.csv', { header: true })
    if (!table.ok) return table
    const { values, labels, rows, classes } = table.value
    return ok({
      shape: [4],
      kind: 'table',
      classes,
      features: ['sepal length', 'sepal width', 'petal length', 'petal width'],
      scale: values.reduce((most, value) => Math.max(most, value), 0),
      train: { inputs: values, targets: labels, count: rows },
    })
  },
})
