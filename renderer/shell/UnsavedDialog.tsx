import { Dialog } from 'radix-ui'
import { useStore } from 'zustand'
import { answerUnsaved, unsavedQuestion } from '../controller/unsaved.ts'

/** Asks what to do with unsaved work before another document takes its place. */
export const UnsavedDialog = () => {
  const question = useStore(unsavedQuestion, s => s.name)
  return (
    <Dialog.Root open={question !== null} onOpenChange={open => !open && answerUnsaved('cancel')}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-back" />
        <Dialog.Content className="dialog">
          <Dialog.Title asChild>
            <h2>Save the changes to {question}?</h2>
          </Dialog.Title>
          <Dialog.Description>Without saving, the changes since the last save are lost.</Dialog.Description>
          <div className="row">
            <button type="button" className="button quiet danger" onClick={() => answerUnsaved('discard')}>
              Don't save
            </button>
            <button type="button" className="button" onClick={() => answerUnsaved('cancel')}>
              Cancel
            </button>
            <button type="button" className="button primary" onClick={() => answerUnsaved('save')}>
              Save
            </button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
