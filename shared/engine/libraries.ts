import type * as h5wasm from 'h5wasm'
import type * as onnxruntime from 'onnxruntime-web'
import type { Player } from '../standalone/payload.ts'

/**
 * Libraries that only some file formats need. The surroundings (the window's worker, the command line) load each when it is first asked for;
 * `shared` knows their types only.
 */
export interface Libraries {
  /** HDF5 reading and writing, ready to use; for Keras files. */
  h5wasm(): Promise<typeof h5wasm>
  /** ONNX Runtime with its wasm backend, ready to make sessions; for proving ONNX exports. */
  onnxruntime(): Promise<typeof onnxruntime>
  /** The program of stand-alone pages. */
  player(): Promise<Player>
  /** resvg with the fonts of the window: makes a PNG of SVG text, `scale` pixels per unit. */
  rasteriser(): Promise<(svg: string, scale: number) => Uint8Array<ArrayBuffer>>
}
