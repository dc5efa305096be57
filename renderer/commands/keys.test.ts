import { describe, expect, it, vi } from 'vitest'
import type { Command } from './define.ts'
import { commandFor, matches, type Press, showKeys } from './keys.ts'

vi.mock('./registry.ts', () => ({ commands: [] }))

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

const command = (id: string, keys: readonly string[], more: Partial<Command> = {}): Command => ({
  id,
  label: id,
  menu: 'Edit',
  order: 1,
  keys,
  enabled: () => true,
  run: () => undefined,
  ...more,
})

describe('a shortcut', () => {
  it('needs exactly its modifiers', () => {
    expect(matches('Ctrl+Z', press('z', { ctrlKey: true }))).toBe(true)
    expect(matches('Ctrl+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(false)
    expect(matches('Ctrl+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(true)
    expect(matches('F', press('f'))).toBe(true)
    expect(matches('F', press('f', { ctrlKey: true }))).toBe(false)
  })

  it('means Cmd on a Mac and never Ctrl there', () => {
    expect(matches('Ctrl+Z', press('z', { metaKey: true }), true)).toBe(true)
    expect(matches('Ctrl+Z', press('z', { ctrlKey: true }), true)).toBe(false)
    expect(showKeys('Ctrl+Shift+Z', true)).toBe('⌘⇧Z')
    expect(showKeys('Ctrl+ArrowDown', false)).toBe('Ctrl+↓')
  })

  it('finds the letter by its place on keyboards that write another script', () => {
    expect(matches('Ctrl+Z', press('я', { code: 'KeyZ', ctrlKey: true }))).toBe(true)
  })

  it('takes a question mark with or without Shift', () => {
    expect(matches('?', press('?', { shiftKey: true }))).toBe(true)
    expect(matches('?', press('?'))).toBe(true)
    expect(matches('Ctrl++', press('+', { ctrlKey: true, shiftKey: true }))).toBe(true)
  })
})

describe('what a key does', () => {
  const undo = command('undo', ['Ctrl+Z'])
  const save = command('save', ['Ctrl+S'], { whileTyping: true })
  const remove = command('delete', ['Delete', 'Backspace'])
  const add = command('add', ['Tab'])
  const list = [undo, save, remove, add]

  it('leaves typing alone, except for commands that ask for it', () => {
    expect(commandFor(press('Backspace'), 'field', list)).toBeUndefined()
    expect(commandFor(press('z', { ctrlKey: true }), 'field', list)).toBeUndefined()
    expect(commandFor(press('s', { ctrlKey: true }), 'field', list)).toBe(save)
  })

  it('deletes with Delete and with Backspace', () => {
    expect(commandFor(press('Delete'), 'canvas', list)).toBe(remove)
    expect(commandFor(press('Backspace'), 'other', list)).toBe(remove)
  })

  it('lets Tab walk through buttons and adds a layer only on the canvas', () => {
    expect(commandFor(press('Tab'), 'canvas', list)).toBe(add)
    expect(commandFor(press('Tab'), 'other', list)).toBeUndefined()
    expect(commandFor(press('Tab', { shiftKey: true }), 'canvas', list)).toBeUndefined()
  })

  it('does nothing under an open dialog and for disabled commands', () => {
    expect(commandFor(press('Delete'), 'overlay', list)).toBeUndefined()
    expect(commandFor(press('z', { ctrlKey: true }), 'canvas', [{ ...undo, enabled: () => false }])).toBeUndefined()
  })
})
