/** Runs `work` with the newest argument only: one at a time; arguments that wait are replaced by newer ones. */
export const latest = <A>(work: (argument: A) => Promise<void>): ((argument: A) => void) => {
  let busy = false
  let waiting: { readonly argument: A } | null = null
  const run = async (): Promise<void> => {
    busy = true
    while (waiting) {
      const { argument } = waiting
      waiting = null
      await work(argument)
    }
    busy = false
  }
  return argument => {
    waiting = { argument }
    if (!busy) void run()
  }
}

/** Runs `work` once things have been quiet for `wait` ms. */
export const quiet = (wait: number, work: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(work, wait)
  }
}
