import workerUrl from './trainer.worker.ts?worker&url'

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

const allow = (url: string): string => {
  if (url !== workerUrl) throw new TypeError('Only the engine may run as a worker.')
  return url
}

const policy = (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy('app-worker', { createScriptURL: allow })

/** Starts a worker with the engine; its name tells it where the page's files lie. */
export const spawnEngine = (): Worker =>
  new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: 'module', name: new URL('.', document.baseURI).href })
