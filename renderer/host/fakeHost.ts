import type { ExportedFile } from '../../shared/engine/protocol.ts'
import { hostCalls } from '../../shared/host/calls.ts'
import type { Host, HostApi, HostEvents, MenuGroup, RecentFile, Recovery } from '../../shared/host/contract.ts'
import { fail, type Issue, ok, type Result } from '../../shared/result.ts'
import { makeEvents } from './events.ts'

/** What a test sees of the fake host and decides for its user. */
export interface FakeSurroundings {
  /** Files by name; a token is `fake-` and the name. */
  readonly disk: Map<string, Uint8Array<ArrayBuffer>>
  /** Name that the user chooses in the next dialogs, first one first; null cancels, as does an empty list. */
  readonly choices: (string | null)[]
  /** Data files that the user chooses next. */
  dataFiles: readonly ExportedFile[] | null
  /** Files of a model that the user chooses next. */
  modelFiles: readonly ExportedFile[] | null
  /** What the network would give, by SHA-256. */
  readonly network: Map<string, Uint8Array<ArrayBuffer>>
  readonly recoveries: Map<string, Recovery>
  readonly recent: RecentFile[]
  settings: Readonly<Record<string, unknown>>
  document: { readonly name: string; readonly dirty: boolean }
  menu: readonly MenuGroup[]
  /** Lets the next such call fail. */
  failNext(call: keyof HostApi, issue: Issue): void
  emit<K extends keyof HostEvents>(event: K, payload: HostEvents[K]): void
}

const tokenOf = (name: string): string => `fake-${name}`

/** A host in memory, for tests; pass the surroundings of another one to stand for a restart. */
export const makeFakeHost = (before?: FakeSurroundings): { host: Host; around: FakeSurroundings } => {
  const { on, emit } = makeEvents()
  const failures = new Map<keyof HostApi, Issue>()
  const around: FakeSurroundings = {
    disk: before?.disk ?? new Map(),
    choices: before?.choices ?? [],
    dataFiles: before?.dataFiles ?? null,
    modelFiles: before?.modelFiles ?? null,
    network: before?.network ?? new Map(),
    recoveries: before?.recoveries ?? new Map(),
    recent: before?.recent ?? [],
    settings: before?.settings ?? {},
    document: { name: '', dirty: false },
    menu: [],
    failNext: (call, issue) => void failures.set(call, issue),
    emit,
  }
  const calls = { ...fakeFiles(around), ...fakeRest(around, emit) }
  return { host: { on, ...mayFail(calls, failures) }, around }
}

/** Answers with the planned failure, once, where there is one. */
const mayFail = (calls: HostApi, failures: Map<keyof HostApi, Issue>): HostApi => {
  const guarded = hostCalls.map(name => {
    const call = async (...args: readonly unknown[]): Promise<unknown> => {
      const planned = failures.get(name)
      failures.delete(name)
      return planned ? { ok: false, issues: [planned] } : Reflect.apply(calls[name], calls, args)
    }
    return [name, call] as const
  })
  return Object.fromEntries(guarded) as unknown as HostApi
}

const fakeFiles = (
  around: FakeSurroundings,
): Pick<HostApi, 'openProject' | 'openRecent' | 'recentFiles' | 'saveProject' | 'saveExport' | 'openData' | 'openModel'> => {
  const know = (name: string): void => {
    const old = around.recent.findIndex(r => r.name === name)
    if (old >= 0) around.recent.splice(old, 1)
    around.recent.unshift({ token: tokenOf(name), name, when: Date.now() })
  }
  const open = async (name: string) => {
    const bytes = around.disk.get(name)
    if (!bytes) return fail('file/not-found', `${name} could not be read: it does not exist. Choose another one.`)
    know(name)
    return ok({ token: tokenOf(name), name, bytes: bytes.slice() })
  }
  return {
    openProject: async () => {
      const name = around.choices.shift()
      return name ? open(name) : ok(null)
    },
    openRecent: token => open(token.slice(5)),
    recentFiles: async () => ok([...around.recent]),
    saveProject: async ({ token, bytes }) => {
      const name = token === null ? around.choices.shift() : token.slice(5)
      if (!name) return ok(null)
      around.disk.set(name, bytes.slice())
      know(name)
      return ok({ token: tokenOf(name), name, durable: true })
    },
    saveExport: async (_suggested, files) => {
      const name = around.choices.shift()
      if (!name) return ok(null)
      for (const { path, bytes } of files) around.disk.set(files.length === 1 ? name : `${name}/${path}`, bytes.slice())
      return ok(name)
    },
    openModel: async () => ok(around.modelFiles),
    openData: async () => ok(around.dataFiles && { label: 'local files', files: around.dataFiles }),
  }
}

const fakeRest = (
  around: FakeSurroundings,
  emit: FakeSurroundings['emit'],
): Omit<HostApi, 'openProject' | 'openRecent' | 'recentFiles' | 'saveProject' | 'saveExport' | 'openData' | 'openModel'> => {
  const done = (): Promise<Result<null>> => Promise.resolve(ok(null))
  return {
    info: async () => ok({ edition: 'browser', platform: 'linux', version: 'test' }),
    download: async ({ name, sha256, bytes }) => {
      const file = around.network.get(sha256)
      if (!file)
        return fail('download/unreachable', `${name} could not be fetched: no connection. You can choose the files from your disk instead.`)
      emit('download', { name, done: bytes, total: bytes })
      return ok(file.slice())
    },
    cancelDownload: done,
    writeRecovery: recovery => {
      around.recoveries.set(recovery.id, { ...recovery, bytes: recovery.bytes.slice() })
      return done()
    },
    recoveries: async () => ok([...around.recoveries.values()].sort((a, b) => b.when - a.when)),
    clearRecovery: id => {
      around.recoveries.delete(id)
      return done()
    },
    readSettings: async () => ok(around.settings),
    writeSettings: settings => {
      around.settings = settings
      return done()
    },
    setDocument: state => {
      around.document = state
      return done()
    },
    setMenu: menu => {
      around.menu = menu
      return done()
    },
  }
}
