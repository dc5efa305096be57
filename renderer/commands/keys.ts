import type { Command } from './define.ts'
import { commands } from './registry.ts'

/** The part of a keyboard event that decides. */
export interface Press {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** Where the focus is, as far as shortcuts care. */
export type Focus = 'field' | 'overlay' | 'canvas' | 'other'

interface Chord {
  readonly key: string
  readonly ctrl: boolean
  readonly shift: boolean
  readonly alt: boolean
}

const chordOf = (text: string): Chord => {
  const parts = text.endsWith('+') ? [...text.slice(0, -1).split('+').filter(Boolean), '+'] : text.split('+')
  return { key: parts.at(-1) ?? '', ctrl: parts.includes('Ctrl'), shift: parts.includes('Shift'), alt: parts.includes('Alt') }
}

const LETTER = /^[a-z]$/i
/** Characters that some keyboards reach with Shift, so that Shift says nothing. */
const SYMBOL = /^[^a-z0-9\s]$/i

const sameKey = (chord: Chord, press: Press): boolean => {
  if (LETTER.test(chord.key))
    return LETTER.test(press.key) ? press.key.toLowerCase() === chord.key.toLowerCase() : press.code === `Key${chord.key.toUpperCase()}`
  return press.key === chord.key || (/^\d$/.test(chord.key) && press.code === `Digit${chord.key}`)
}

/** Whether a pressed key is this shortcut, e.g. `Ctrl+Shift+Z`; on a Mac Ctrl means Cmd. */
export const matches = (shortcut: string, press: Press, mac = false): boolean => {
  const chord = chordOf(shortcut)
  const ctrl = mac ? press.metaKey : press.ctrlKey
  const other = mac ? press.ctrlKey : press.metaKey
  return (
    sameKey(chord, press) &&
    ctrl === chord.ctrl &&
    !other &&
    press.altKey === chord.alt &&
    (press.shiftKey === chord.shift || (SYMBOL.test(chord.key) && !chord.shift))
  )
}

/** Keys that move the focus or the caret elsewhere; as shortcuts they count on the canvas only. */
const CANVAS_ONLY = new Set(['Tab', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home'])

/** The enabled command that a pressed key means, or undefined. */
export const commandFor = (press: Press, focus: Focus, list: readonly Command[], mac = false): Command | undefined =>
  list.find(
    c =>
      (focus === 'canvas' || focus === 'other' || (focus === 'field' && c.whileTyping)) &&
      (focus === 'canvas' || !CANVAS_ONLY.has(press.key)) &&
      c.keys.some(k => matches(k, press, mac)) &&
      c.enabled(),
  )

const FIELD = 'input:not([type=checkbox]):not([type=range]):not([type=radio]), textarea, select, [contenteditable=true]'

const focusOf = (target: EventTarget | null): Focus => {
  if (!(target instanceof Element)) return 'other'
  if (target.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]')) return 'overlay'
  if (target.closest(FIELD)) return 'field'
  if (target === document.body || target.closest('.canvas')) return 'canvas'
  return 'other'
}

/** True on a Mac, where Cmd takes the place of Ctrl. */
export const isMac = /mac/i.test(globalThis.navigator?.platform ?? '')

/** Writes a shortcut for people: `⌘⇧Z` on a Mac, `Ctrl+Shift+Z` elsewhere. */
export const showKeys = (shortcut: string, mac = isMac): string => {
  const named = shortcut.replace(/Arrow(Up|Down|Left|Right)/, (_, d: string) => ({ Up: '↑', Down: '↓', Left: '←', Right: '→' })[d] ?? d)
  return mac ? named.replaceAll('Ctrl+', '⌘').replaceAll('Shift+', '⇧').replaceAll('Alt+', '⌥') : named
}

/** Listens for the shortcuts of every command; returns how to stop. */
export const startKeys = (): (() => void) => {
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return
    const command = commandFor(event, focusOf(event.target), commands, isMac)
    if (!command) return
    event.preventDefault()
    void command.run()
  }
  window.addEventListener('keydown', listen)
  return () => window.removeEventListener('keydown', listen)
}
