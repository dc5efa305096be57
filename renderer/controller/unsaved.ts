import { createStore } from 'zustand/vanilla'

export type UnsavedAnswer = 'save' | 'discard' | 'cancel'

/** The open question about unsaved work; name null when there is none. */
export const unsavedQuestion = createStore<{ readonly name: string | null; readonly answer: (answer: UnsavedAnswer) => void }>(() => ({
  name: null,
  answer: () => undefined,
}))

/** Asks the user; resolves with the answer. */
export const askUnsaved = (name: string): Promise<UnsavedAnswer> => new Promise(answer => unsavedQuestion.setState({ name, answer }))

/** Called by the dialog. */
export const answerUnsaved = (answer: UnsavedAnswer): void => {
  const { answer: reply } = unsavedQuestion.getState()
  unsavedQuestion.setState({ name: null, answer: () => undefined })
  reply(answer)
}
