import { workerStarter } from './ownWorker.ts'
import workerUrl from './trainer.worker.ts?worker&url'

const start = workerStarter(workerUrl)

/** Starts a worker with the engine; its name tells it where the page's files lie. */
export const spawnEngine = (): Worker => start(new URL('.', document.baseURI).href)
