import { describe, expect, it } from 'vitest'
import { ok } from '../shared/result.ts'
import { parse } from './args.ts'
import { defineCommand, JSON_OPTION } from './command.ts'

const bake = defineCommand({
  name: 'bake',
  order: 1,
  summary: 'Bake.',
  argument: { name: 'cake', help: 'Which cake.' },
  options: {
    eggs: { kind: 'int', min: 0, max: 12, help: 'How many eggs.' },
    sugar: { kind: 'float', min: 0, max: 1, help: 'How sweet.' },
    oven: { kind: 'choice', values: ['gas', 'wood'], help: 'Which oven.' },
    out: { kind: 'text', hint: 'FILE', help: 'Where it goes.', required: true },
    ...JSON_OPTION,
  },
  run: async () => ok(0),
})

const told = (...args: string[]): string => {
  const parsed = parse(bake, args)
  return parsed.ok ? 'accepted' : parsed.issues[0].message
}

describe('a command line', () => {
  it('becomes values of the declared kinds', () => {
    const parsed = parse(bake, ['sponge', '--eggs', '3', '--sugar=2e-1', '--oven', 'wood', '--out', 'x'])
    expect(parsed).toEqual(ok({ help: false, argument: 'sponge', values: { eggs: 3, sugar: 0.2, oven: 'wood', out: 'x', json: false } }))
  })

  it('leaves out what was not said', () => {
    const parsed = parse(bake, ['sponge', '--out', 'x', '--json'])
    expect(parsed.ok && parsed.value.values).toEqual({ out: 'x', json: true })
  })

  it.each([
    [['s', '--out', 'x', '--eggs', '1.5'], '--eggs must be a whole number from 0 to 12, but is "1.5".'],
    [['s', '--out', 'x', '--eggs=-1'], '--eggs must be a whole number from 0 to 12, but is "-1".'],
    [['s', '--out', 'x', '--sugar', 'NaN'], '--sugar must be a number from 0 to 1, but is "NaN".'],
    [['s', '--out', 'x', '--sugar='], '--sugar must be a number from 0 to 1, but is "".'],
    [['s', '--out', 'x', '--oven', 'sun'], '--oven must be one of gas, wood, but is "sun".'],
    [['s'], 'netloom bake needs --out: Where it goes.'],
    [['--out', 'x'], 'netloom bake needs cake: Which cake.'],
    [['s', 't', '--out', 'x'], 'netloom bake does not take "t".'],
  ])('%j is refused in words', (args, message) => expect(told(...args)).toBe(message))

  it.each([[['s', '--spoon']], [['s', '--out']], [['s', '--json=yes', '--out', 'x']]])('%j is refused in one sentence', args => {
    expect(told(...args)).toMatch(/^[^.]*(--spoon|--out|--json)[^.]*\.$/)
  })

  it('asks for help before anything else is checked', () => {
    const parsed = parse(bake, ['--help'])
    expect(parsed.ok && parsed.value.help).toBe(true)
  })
})
