const due = new Set<() => void>()

const flush = (): void => {
  const jobs = [...due]
  due.clear()
  for (const job of jobs) job()
}

/** Runs a paint job on the next frame, once, however often it is asked for; all jobs share one frame. */
export const onNextFrame = (job: () => void): void => {
  if (due.size === 0) requestAnimationFrame(flush)
  due.add(job)
}

/** Takes back a job that waits. */
export const dropFrame = (job: () => void): void => {
  due.delete(job)
}
