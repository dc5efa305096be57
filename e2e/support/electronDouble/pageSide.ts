import { type Codec, makeCodec } from './codec.ts'

/** Name of the way out of the page; every frame has it, as a page with a stolen preload script would. */
export const OUT = '__electronDoubleOut'
/** Name of the way into the page. */
export const IN = '__electronDoubleIn'

type Listener = (event: object, ...args: unknown[]) => void
interface Electron {
  ipcRenderer: object
  contextBridge: object
}

/**
 * Electron as a sandboxed preload script sees it. Runs inside the page before the page's own scripts, so it refers to nothing outside
 * itself. Unlike in Electron the preload script shares the page's world; what crosses the bridge is copied all the same.
 */
const pageElectron = (codec: Codec, out: (text: string) => Promise<string>, into: string): Electron => {
  const listeners = new Map<string, Set<Listener>>()
  Object.defineProperty(window, into, {
    value: (channel: string, text: string) => {
      for (const listener of listeners.get(channel) ?? []) listener({}, ...(codec.decode(text) as unknown[]))
    },
  })
  const ipcRenderer = {
    invoke: async (channel: string, ...args: unknown[]) => {
      const answer = codec.decode(await out(codec.encode({ channel, args }))) as { error?: string; value?: unknown }
      if (answer.error !== undefined) throw new Error(`Error invoking remote method '${channel}': ${answer.error}`)
      return answer.value
    },
    on: (channel: string, listener: Listener) => {
      const known = listeners.get(channel) ?? new Set()
      listeners.set(channel, known.add(listener))
    },
  }
  const cross = (value: unknown): unknown => {
    if (typeof value === 'function') return (...args: unknown[]) => cross(value(...args.map(cross)))
    if (value instanceof Promise) return value.then(cross)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(cross)
    if (ArrayBuffer.isView(value)) return structuredClone(value)
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cross(inner)])))
  }
  const contextBridge = {
    exposeInMainWorld: (name: string, api: unknown) => {
      if (name in window) throw new Error(`Cannot bind an API on top of an existing property on the window object: ${name}`)
      Object.defineProperty(window, name, { value: cross(api), enumerable: true })
    },
  }
  return { ipcRenderer, contextBridge }
}

/** The script that runs a built preload script in top frames of `origin`. */
export const preloadScript = (preload: string, origin: string): string => `(() => {
  if (window !== window.top || location.origin !== ${JSON.stringify(origin)}) return
  const electron = (${pageElectron.toString()})((${makeCodec.toString()})(), text => window.${OUT}(text), ${JSON.stringify(IN)})
  const module = { exports: {} }
  const require = name => {
    if (name === 'electron') return electron
    throw new Error('module not found: ' + name)
  }
  ;((require, module, exports) => {
${preload}
  })(require, module, module.exports)
})()`
