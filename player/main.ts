import { PAYLOAD_ID, type PageNetwork, type PagePayload } from '../shared/standalone/payload.ts'
import { answers } from './answers.ts'
import { images } from './images.ts'
import { open } from './network.ts'
import { numbers } from './numbers.ts'

/** The page's network, for those who open this program without a page. */
export { open } from './network.ts'

/** Follows the system's choice of dark or light. */
const followTheme = (): void => {
  const light = matchMedia('(prefers-color-scheme: light)')
  const apply = (): void => {
    document.documentElement.dataset.theme = light.matches ? 'light' : 'dark'
  }
  light.addEventListener('change', apply)
  apply()
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Asks about the newest input only: while one answer is worked out, later ones wait and all but the last are dropped. */
const asker = (network: PageNetwork, show: (output: Float32Array | null) => void, say: (sentence: string) => void) => {
  let next: ArrayLike<number> | null | undefined
  let busy = false
  const work = async (): Promise<void> => {
    busy = true
    while (next !== undefined) {
      const raw = next
      next = undefined
      try {
        show(raw ? await network.answer(raw) : null)
      } catch (error) {
        say(`The network could not answer: ${reasonOf(error)}`)
      }
      // The pen moves on between two answers.
      await new Promise(resolve => setTimeout(resolve))
    }
    busy = false
  }
  return (raw: ArrayLike<number> | null): void => {
    next = raw && Float64Array.from(raw)
    if (!busy) void work()
  }
}

const start = async (payload: PagePayload, stage: HTMLElement, say: (sentence: string) => void): Promise<void> => {
  const network = await open(payload)
  const shown = answers(payload)
  const ask = asker(network, shown.show, say)
  const { input } = payload
  stage.replaceChildren(input.kind === 'image' ? images(input, payload, ask, say) : numbers(input.numbers, ask), shown.element)
  say('')
}

/** Brings the page to life that this program lies in; does nothing where there is none. */
const main = (): void => {
  const held = document.getElementById(PAYLOAD_ID)?.textContent
  const stage = document.getElementById('stage')
  const status = document.getElementById('status')
  if (!held || !stage || !status) return
  followTheme()
  const say = (sentence: string): void => {
    status.textContent = sentence
  }
  start(JSON.parse(held) as PagePayload, stage, say).catch((error: unknown) => say(`The network could not be loaded: ${reasonOf(error)}`))
}

if (typeof document !== 'undefined') main()
