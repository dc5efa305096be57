// Runs a program, a list of jobs in memory, on any number of threads. A job is cut into chunks; threads take chunks from one ticket; whoever
// finishes the last chunk of a job opens the next. No thread is waited for unless it holds a chunk, so a thread that sleeps costs nothing.
import { Ptr } from './base'
import { dispatch } from './dispatch.gen'

/** Bytes of a job: op, units, units per chunk, unused, then up to 28 arguments. */
export const JOB_BYTES: i32 = 128

/** Control words, each on a cache line of its own: chunks left << 32 | job, and the number of finished chunks. */
const TICKET: Ptr = 64
const FINISHED: Ptr = 128
/** Program address, index behind its last job, generation (counts programs), done flag, stop flag, workers that are ready. */
const PROGRAM: Ptr = 192
const END: Ptr = 196
const GENERATION: Ptr = 200
const DONE: Ptr = 204
const STOP: Ptr = 208
const READY: Ptr = 212
/** Scratch memory: address and bytes per thread. */
const SCRATCH: Ptr = 216
const SCRATCH_BYTES: Ptr = 220

/** Looks for work before a worker goes to sleep, and before the caller lets others have the processor. */
const PATIENCE: i32 = 100000
const LIMIT: i32 = 20000

@inline function jobAt(index: i32): Ptr { return <Ptr>load<i32>(PROGRAM) + <Ptr>(index * JOB_BYTES) }
@inline function chunksOf(job: Ptr): i32 {
  const grain = load<i32>(job, 8)
  return (load<i32>(job, 4) + grain - 1) / grain
}

/** Opens job `index`, or ends the program. */
function open(index: i32): void {
  atomic.store<i32>(FINISHED, 0)
  if (index >= load<i32>(END)) atomic.store<i32>(DONE, 1)
  else atomic.store<i64>(TICKET, (<i64>chunksOf(jobAt(index)) << 32) | <i64>index)
}

/** Takes a chunk and computes it; false when there is none to take. */
function takeChunk(scratch: Ptr): bool {
  if (atomic.load<i64>(TICKET) >> 32 <= 0) return false
  const ticket = atomic.sub<i64>(TICKET, <i64>1 << 32), left = <i32>(ticket >> 32), index = <i32>ticket
  if (left <= 0) return false
  const job = jobAt(index), units = load<i32>(job, 4), grain = load<i32>(job, 8), chunks = chunksOf(job), lo = (chunks - left) * grain
  dispatch(load<i32>(job), lo, min(lo + grain, units), scratch, job + 16)
  if (atomic.add<i32>(FINISHED, 1) + 1 == chunks) open(index + 1)
  return true
}

@inline function scratchOf(thread: i32): Ptr { return <Ptr>load<i32>(SCRATCH) + <Ptr>thread * <Ptr>load<i32>(SCRATCH_BYTES) }

/** Runs the jobs [from, end) of the program at `program` to their end; false when others hold the last chunks for long: wait a little, then call `resume`. */
export function run(program: Ptr, from: i32, end: i32): bool {
  store<i32>(PROGRAM, <i32>program)
  store<i32>(END, end)
  atomic.store<i32>(DONE, 0)
  open(from)
  if (atomic.load<i32>(READY) > 0) {
    atomic.add<i32>(GENERATION, 1)
    atomic.notify(GENERATION, -1)
  }
  return resume()
}

/** Goes on helping with the running program. */
export function resume(): bool {
  const scratch = scratchOf(0)
  let idle = 0
  while (!atomic.load<i32>(DONE)) {
    if (takeChunk(scratch)) idle = 0
    else if (++idle > LIMIT) return false
  }
  return true
}

/**
 * Helps with programs as worker number `thread`. Returns when there has been nothing to take for a while: the generation to wait for the end of, or -1 when
 * told to stop. (The waiting itself is left to JavaScript: on V8 11 the instruction for it loses local variables.)
 */
export function serve(thread: i32): i32 {
  const scratch = scratchOf(thread)
  for (let idle = 0; !atomic.load<i32>(STOP); ) {
    const generation = atomic.load<i32>(GENERATION)
    if (takeChunk(scratch)) idle = 0
    else if (++idle > PATIENCE) return generation
  }
  return -1
}
