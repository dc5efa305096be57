import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.mock('../host/pickHost.ts', async () => ({ host: (await import('../host/fakeHost.ts')).makeFakeHost().host }))

import type { ExportedFile, ImportAnswer } from '../../shared/engine/protocol.ts'
import { blankProject, type ProjectFile } from '../../shared/graph/document.ts'
import { issue, ok, type Result } from '../../shared/result.ts'
import { templates } from '../../templates/templates.ts'
import { notesStore } from '../store/notesStore.ts'
import { load, projectStore } from '../store/projectStore.ts'
import { uiStore } from '../store/uiStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { openBytes, openFiles } from './files.ts'
import { setReader } from './imports.ts'
import { hasUnsavedWork } from './work.ts'

const lenet = templates.find(t => t.id === 'lenet')?.project as ProjectFile
const file = (path: string, text = 'x'): ExportedFile => ({ path, bytes: new TextEncoder().encode(text) })
const note = issue('import/placeholder', 'A layer is kept as a placeholder.', { severity: 'warning' })
const network: ImportAnswer = {
  format: 'TensorFlow.js',
  project: { ...blankProject('theirs'), graph: lenet.graph },
  weights: [{ name: 'conv_1/bias', shape: [1], values: Float32Array.of(7) }],
  notes: [note],
}

let asked: (readonly string[])[] = []
let ended = 0
const reading = (answer: Result<ImportAnswer> | Error): void =>
  setReader(async () => ({
    call: async (_, { files }) => {
      asked.push(files.map(f => f.path))
      if (answer instanceof Error) throw answer
      return answer
    },
    restart: () => {
      ended++
    },
  }))

beforeEach(() => {
  asked = []
  ended = 0
  load(lenet, null)
  weightsStore.setState({ weights: null, saved: null })
  notesStore.setState({ notes: [] })
  uiStore.setState({ toast: null, panel: 'curves' })
})

describe('files of other programs', () => {
  it('are read together by a worker of their own; network, weights and notes are shown, and stand in no file yet', async () => {
    reading(ok(network))
    await openFiles([file('model.json', '{}'), file('weights.bin')])
    expect(asked).toEqual([['model.json', 'weights.bin']])
    expect(ended).toBe(1)
    expect(projectStore.getState()).toMatchObject({ project: network.project, file: null })
    expect(weightsStore.getState().weights).toBe(network.weights)
    expect(notesStore.getState().notes).toEqual([note])
    expect(uiStore.getState()).toMatchObject({ panel: 'problems', toast: { tone: 'good' } })
    expect(hasUnsavedWork()).toBe(true)
  })

  it('that are refused leave the open work as it is', async () => {
    reading({ ok: false, issues: [issue('import/cycle', 'The layers form a loop.')] })
    expect(await openBytes({ token: 't', name: 'a.h5', bytes: file('a.h5').bytes })).toBe(false)
    expect(projectStore.getState().project).toBe(lenet)
    expect(uiStore.getState().toast).toMatchObject({ text: 'a.h5 cannot be opened: The layers form a loop.', tone: 'bad' })
    expect(ended).toBe(1)
  })

  it('on which the reader hangs are given up in words about the file', async () => {
    reading({ ok: false, issues: [issue('engine/hung', 'The engine gave no sign of life for 5 s.')] })
    await openFiles([file('a.keras')])
    expect(uiStore.getState().toast?.text).toBe(
      'a.keras cannot be opened: Reading a.keras was given up, because the reader hung or broke on it: the file is probably damaged.',
    )
    expect(projectStore.getState().project).toBe(lenet)
  })

  it('are told from Netloom\u2019s own by their bytes, not by a name alone', async () => {
    reading(ok(network))
    const own = { token: 't', name: 'mine.json', bytes: new TextEncoder().encode(JSON.stringify({ ...lenet, name: 'mine' })) }
    expect(await openBytes(own)).toBe(true)
    expect(asked).toEqual([])
    expect(projectStore.getState().project.name).toBe('mine')
    expect(notesStore.getState().notes).toEqual([])
  })
})
