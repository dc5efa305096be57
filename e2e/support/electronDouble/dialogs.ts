/** What the user answers: a path or several, the label of a button, or null to cancel. */
export type Answer = string | readonly string[] | null

/** One question that the app asked. */
export interface Asked {
  readonly kind: 'open' | 'save' | 'message'
  readonly options: Readonly<Record<string, unknown>>
}

/** Dialogs that wait, as real ones do, until the test answers; answers given early are taken in order. */
export const makeDialogs = () => {
  const early: Answer[] = []
  const waiting: ((answer: Answer) => void)[] = []
  const asked: Asked[] = []
  const ask = (kind: Asked['kind'], args: readonly unknown[]): Promise<Answer> => {
    asked.push({ kind, options: (args.at(-1) ?? {}) as Asked['options'] })
    const ready = early.shift()
    return ready === undefined ? new Promise(done => waiting.push(done)) : Promise.resolve(ready)
  }
  const dialog = {
    showOpenDialog: async (...args: unknown[]) => {
      const answer = await ask('open', args)
      const filePaths = answer === null ? [] : typeof answer === 'string' ? [answer] : [...answer]
      return { canceled: answer === null, filePaths }
    },
    showSaveDialog: async (...args: unknown[]) => {
      const answer = await ask('save', args)
      return { canceled: answer === null, filePath: typeof answer === 'string' ? answer : '' }
    },
    showMessageBox: async (...args: unknown[]) => {
      const answer = await ask('message', args)
      const { buttons = [], cancelId = 0 } = (args.at(-1) ?? {}) as { buttons?: readonly string[]; cancelId?: number }
      const response = answer === null ? cancelId : buttons.indexOf(String(answer))
      if (response < 0) throw new Error(`The question has no button "${answer}", only ${buttons.join(', ')}.`)
      return { response, checkboxChecked: false }
    },
  }
  const answer = (given: Answer): void => {
    const next = waiting.shift()
    if (next) next(given)
    else early.push(given)
  }
  return { dialog, asked, answer }
}
