import { existsSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { type GpuAdapter, type GpuDevice, requestDevice } from '../shared/kernels/webgpu/gpu.ts'
import { fail, ok, type Result, toIssue } from '../shared/result.ts'

/** Where Chromium's packages lie; each brings a Vulkan loader and a driver that computes on the processor. */
const CHROMIUM = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome']
const LOADER = 'libvulkan.so.1'
const DRIVER = 'vk_swiftshader_icd.json'
/** `RTLD_NODELETE`: the loader stays although it is no module of Node. */
const KEEP = 0x1000

/** A WebGPU device in Node, through Google's Dawn (npm package `webgpu`). */
export interface Dawn {
  readonly device: GpuDevice
  /** What the adapter calls itself. */
  readonly name: string
  /** True when it computes on the processor. */
  readonly software: boolean
}

export interface DawnOptions {
  /** `software`: Chromium's SwiftShader even where there is a graphics card. `null`: a backend that computes nothing, to time the processor's part. */
  readonly kind?: 'best' | 'software' | 'null'
  /** Switches of Dawn's own, such as `enable-dawn-features=…`. */
  readonly flags?: readonly string[]
}

interface Adapter extends GpuAdapter {
  readonly info: { readonly vendor: string; readonly description: string; readonly isFallbackAdapter?: boolean }
}

/** The folder of a Vulkan loader with a software driver: beside the given Chromium (Playwright's own has both), else of an installed one. */
export const softwareVulkan = (chromium = process.env.NETLOOM_CHROMIUM, installed: readonly string[] = CHROMIUM): string | null => {
  const beside = chromium && existsSync(chromium) ? [dirname(realpathSync(chromium))] : []
  return [...beside, ...installed].find(folder => existsSync(`${folder}/${LOADER}`) && existsSync(`${folder}/${DRIVER}`)) ?? null
}

/** Makes the Vulkan loader that Chromium brings along known to this process, with its software driver. */
const loadChromiumVulkan = (): boolean => {
  const folder = softwareVulkan()
  if (!folder) return false
  process.env.VK_ICD_FILENAMES = `${folder}/${DRIVER}`
  try {
    process.dlopen({ exports: {} }, `${folder}/${LOADER}`, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | KEEP)
  } catch {
    // Node says that it is none of its modules, but it is loaded, and Dawn finds it by name.
  }
  return true
}

// Dawn works only while its instance is held.
const held: unknown[] = []

const findAdapter = async (flags: string[]): Promise<Adapter | null> => {
  const { create, globals } = (await import('webgpu')) as unknown as {
    create(flags: string[]): { requestAdapter(): Promise<Adapter | null> }
    globals: Record<string, unknown>
  }
  for (const [name, value] of Object.entries(globals)) if (!(name in globalThis)) Object.assign(globalThis, { [name]: value })
  const gpu = create(flags)
  held.push(gpu)
  return gpu.requestAdapter()
}

/** Opens a WebGPU device in Node, or says why there is none. */
export const openDawn = async ({ kind = 'best', flags = [] }: DawnOptions = {}): Promise<Result<Dawn>> => {
  try {
    if (kind === 'software' && process.platform === 'linux') loadChromiumVulkan()
    let adapter = await findAdapter([...flags, ...(kind === 'null' ? ['backend=null'] : [])])
    if (!adapter && kind === 'best' && loadChromiumVulkan()) adapter = await findAdapter([...flags])
    if (!adapter) return fail('gpu/no-adapter', 'WebGPU finds no graphics adapter here, not even a software one.')
    const { vendor, description, isFallbackAdapter = false } = adapter.info
    const name = [vendor, description].filter(Boolean).join(' ') || 'unnamed adapter'
    return ok({ device: await requestDevice(adapter), name, software: isFallbackAdapter || /swiftshader|llvmpipe/i.test(name) })
  } catch (error) {
    return fail('gpu/no-webgpu', `WebGPU cannot be had in Node here: ${toIssue(error).message.slice(0, 200)}`)
  }
}
