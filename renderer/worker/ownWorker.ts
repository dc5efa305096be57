interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

/** Makes what starts a worker from one file of our own and nothing else; once per window or worker, since the policy's name can be taken once. */
export const workerStarter = (file: string): ((name?: string) => Worker) => {
  const createScriptURL = (url: string): string => {
    if (url !== file) throw new TypeError('Only a worker of Netloom may run.')
    return url
  }
  const policy = (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy('app-worker', { createScriptURL })
  return (name = '') => new Worker(policy?.createScriptURL(file) ?? file, { type: 'module', name })
}
