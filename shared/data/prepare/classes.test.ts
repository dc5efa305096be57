import { describe, expect, it } from 'vitest'
import { unwrap } from '../../result.ts'
import { choose, load } from '../data.testkit.ts'
import { prepare } from '../prepare.ts'
import { classesText, keptClasses, parseClasses } from './classes.ts'

describe('a choice of classes', () => {
  it('is written in ranges, names and numbers', () => {
    expect(parseClasses(' 0-4 ')).toEqual(['0', '1', '2', '3', '4'])
    expect(parseClasses('5,7, 8-9')).toEqual(['5', '7', '8', '9'])
    expect(parseClasses('setosa, virginica')).toEqual(['setosa', 'virginica'])
    expect(parseClasses('4-0')).toEqual(['4-0'])
    expect(parseClasses('')).toEqual([])
    for (const text of ['0-4', '5,7', '5,7-9', 'setosa,virginica', '', '08,09,10,11', '8,09,10', '8-11,012'])
      expect(classesText(parseClasses(text))).toBe(text)
  })

  it('takes names first, then numbers, and refuses what is not there', () => {
    const names = ['setosa', 'versicolor', 'virginica']
    expect(unwrap(keptClasses(names, ['2', 'setosa']))).toEqual(['virginica', 'setosa'])
    const sentence = (wanted: readonly string[], of = names) => {
      const found = keptClasses(of, wanted)
      return found.ok ? '' : found.issues[0].message
    }
    expect(sentence(['tulip', '0'])).toBe('This data has no class “tulip”; its classes are setosa, versicolor, virginica.')
    expect(sentence(['1', '3'])).toContain('no class “3”')
    expect(sentence(['0', 'setosa'])).toBe('The class “setosa” is chosen twice: name it once.')
    expect(sentence(['0'])).toContain('nothing to tell apart')
    expect(sentence(['0', '1'], [])).toContain('numbers to predict')
  })

  it('keeps only their samples, labelled from 0, in every part', async () => {
    const raw = await load('digits')
    const data = unwrap(await prepare(raw, choose({ classes: parseClasses('5-9') })))
    expect(data.classes).toEqual(['5', '6', '7', '8', '9'])
    const fives = Array.from(raw.train.targets).filter(t => t >= 5).length
    expect(data.train.count + data.validation.count + data.test.count).toBe(fives)
    for (const part of [data.train, data.validation, data.test]) expect(new Set(part.targets)).toEqual(new Set([0, 1, 2, 3, 4]))
    expect(data.train.inputs.length).toBe(data.train.count * 64)
    const all = unwrap(await prepare(raw, choose()))
    expect(data.hash).not.toBe(all.hash)
    const first = all.train.targets.findIndex(t => t >= 5)
    const same = all.train.inputs.slice(first * 64, first * 64 + 64)
    const rows = Array.from({ length: data.train.count }, (_, i) => data.train.inputs.slice(i * 64, i * 64 + 64).join())
    const anywhere = [
      ...rows,
      ...[data.validation, data.test].flatMap(p => Array.from({ length: p.count }, (_, i) => p.inputs.slice(i * 64, i * 64 + 64).join())),
    ]
    expect(anywhere).toContain(same.join())
  })

  it('leaves so many of each class to train on, the same for the same seed, and validation and test as they are', async () => {
    const raw = await load('digits')
    const full = unwrap(await prepare(raw, choose()))
    const few = unwrap(await prepare(raw, choose({ perClass: 7 })))
    expect(Array.from({ length: 10 }, (_, c) => few.train.targets.filter(t => t === c).length)).toEqual(new Array(10).fill(7))
    expect(few.test.targets).toEqual(full.test.targets)
    expect(few.validation.targets).toEqual(full.validation.targets)
    expect(unwrap(await prepare(raw, choose({ perClass: 7 }))).hash).toBe(few.hash)
    expect(unwrap(await prepare(raw, choose({ perClass: 7, limit: 30 }))).train.count).toBe(30)
    const wrong = await prepare(raw, choose({ perClass: -1 }))
    expect(wrong.ok ? '' : wrong.issues[0].message).toContain('limit per class is -1')
  })
})
