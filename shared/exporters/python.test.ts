import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kerasName, pyString, pyValue, pyVariable } from './python.ts'

const python = spawnSync('python3', ['-c', 'print(1)'], { encoding: 'utf8' }).status === 0

describe('text in generated Python', () => {
  it('stays text, whatever it says', () => {
    expect(pyString('"); import os; os.system("x")#')).toBe('"\\"); import os; os.system(\\"x\\")#"')
    expect(pyString('a\nb\\')).toBe('"a\\nb\\\\"')
    expect(pyString('tab\there\0')).toBe('"tab\\u0009here\\u0000"')
  })

  it('shows letters of any language and escapes what cannot be seen', () => {
    expect(pyString('Größe 層 🎈')).toBe('"Größe 層 🎈"')
    expect(pyString('\u202eevil')).toBe('"\\u202eevil"')
    expect(pyString('half \ud800')).toBe('"half \ufffd"')
  })

  it.skipIf(!python)('is read back by Python as it was written (skipped where there is no Python)', () => {
    const texts = fc
      .sample(fc.string({ unit: 'binary', maxLength: 30 }), { numRuns: 300, seed: 1 })
      .map(t => t.replace(/\p{Cs}/gu, '\ufffd'))
    const program = 'import ast,sys,json; print(json.dumps([ast.literal_eval(s) for s in json.load(sys.stdin)]))'
    const run = spawnSync('python3', ['-c', program], { input: JSON.stringify(texts.map(pyString)), encoding: 'utf8' })
    expect(run.stderr).toBe('')
    expect(JSON.parse(run.stdout)).toEqual(texts)
  })
})

it('writes values as Python does', () => {
  expect(pyValue([5, 5])).toBe('(5, 5)')
  expect(pyValue([784])).toBe('(784,)')
  expect([pyValue(true), pyValue(null), pyValue(1e-7), pyValue(-0.5)]).toEqual(['True', 'None', '1e-7', '-0.5'])
})

it('makes variables that are valid, readable and different', () => {
  const taken = new Set<string>()
  const names = ['Conv 1', 'Conv 1', 'lambda', 'sum', 'Sum', '3rd', 'Größe', '', 'import os', 'model', '層'].map(text =>
    pyVariable(text, taken),
  )
  expect(names).toEqual(['conv_1', 'conv_1_2', 'lambda_', 'sum_', 'sum_2', 'node_3rd', 'gro_e', 'node', 'import_os', 'model_', 'node_2'])
})

it('keeps Keras names apart and free of slashes', () => {
  const taken = new Set<string>()
  expect(['block/conv', 'block_conv', ' '].map(text => kerasName(text, taken))).toEqual(['block_conv', 'block_conv_2', 'layer'])
})
