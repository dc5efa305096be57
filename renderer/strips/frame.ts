/** Longest that paint jobs go on in one frame, ms; what is left waits for the next, so that no frame is late because of pictures. */
const BUDGET = 6

const due = new Set<() => void>()
let asked = false

const ask = (): void => {
  if (asked) return
  asked = true
  requestAnimationFrame(flush)
}

const flush = (): void => {
  asked = false
  const end = performance.now() + BUDGET
  for (const job of [...due]) {
    due.delete(job)
    job()
    if (performance.now() >= end) break
  }
  if (due.size > 0) ask()
}

/** Runs a paint job on the next frame, once, however often it is asked for; jobs share a frame as long as its time allows. */
export const onNextFrame = (job: () => void): void => {
  due.add(job)
  ask()
}

/** Takes back a job that waits. */
export const dropFrame = (job: () => void): void => {
  due.delete(job)
}
