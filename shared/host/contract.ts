import type { Download } from '../data/define.ts'
import type { ExportedFile } from '../engine/protocol.ts'
import type { Result } from '../result.ts'

/** What surrounds the window. */
export interface HostInfo {
  readonly edition: 'desktop' | 'browser'
  readonly platform: 'linux' | 'mac' | 'windows' | 'other'
  readonly version: string
}

/** A file the user opened. `token` stands for its place; the window never sees or sends a path. */
export interface OpenedFile {
  readonly token: string
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What a save needs. `token` null asks the user where. */
export interface SaveRequest {
  readonly token: string | null
  readonly suggestedName: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Where a save went. `durable` is false for a browser download, which cannot be written again in place. */
export interface SavedFile {
  readonly token: string
  readonly name: string
  readonly durable: boolean
}

export interface RecentFile {
  readonly token: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly when: number
}

/** A working state kept beside the user's files, so that a crash loses nothing. */
export interface Recovery {
  readonly id: string
  readonly name: string
  readonly when: number
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The file it was opened from, if any. */
  readonly token: string | null
}

/** A menu as data: the window sends it, built from its commands; the desktop shows it. */
export interface MenuItem {
  /** Command id; null draws a separator. */
  readonly command: string | null
  readonly label: string
  /** e.g. `Ctrl+S`; the desktop writes Cmd on a Mac. */
  readonly keys: string
  readonly enabled: boolean
}
export interface MenuGroup {
  readonly label: string
  readonly items: readonly MenuItem[]
}

/** What the window asks of its surroundings; each call is answered by a Result, never by an exception. */
export interface HostApi {
  info(): Promise<Result<HostInfo>>
  /** Shows an open dialog; null when the user cancels. */
  openProject(): Promise<Result<OpenedFile | null>>
  openRecent(token: string): Promise<Result<OpenedFile>>
  recentFiles(): Promise<Result<readonly RecentFile[]>>
  /** Writes wholly or not at all; null when the user cancels. */
  saveProject(request: SaveRequest): Promise<Result<SavedFile | null>>
  /** Writes exported files where the user says; null when the user cancels. Returns where they went, in words. */
  saveExport(suggestedName: string, files: readonly ExportedFile[]): Promise<Result<string | null>>
  /** Lets the user choose data files (IDX); null when the user cancels. */
  openData(): Promise<Result<{ readonly label: string; readonly files: readonly ExportedFile[] } | null>>
  /** Lets the user choose the files of a foreign model (e.g. model.json with its weights); null when the user cancels. */
  openModel(): Promise<Result<readonly ExportedFile[] | null>>
  /** Fetches a catalogue file, checks it, caches it; progress arrives as `download` events. */
  download(request: Download): Promise<Result<Uint8Array<ArrayBuffer>>>
  cancelDownload(name: string): Promise<Result<null>>
  /** Keeps the working state; replaces the one with the same id. */
  writeRecovery(recovery: Recovery): Promise<Result<null>>
  /** Working states left over from windows that did not close in order, newest first. */
  recoveries(): Promise<Result<readonly Recovery[]>>
  clearRecovery(id: string): Promise<Result<null>>
  readSettings(): Promise<Result<Readonly<Record<string, unknown>>>>
  writeSettings(settings: Readonly<Record<string, unknown>>): Promise<Result<null>>
  /** Shown in the title bar and asked about before closing. */
  setDocument(state: { readonly name: string; readonly dirty: boolean }): Promise<Result<null>>
  setMenu(menu: readonly MenuGroup[]): Promise<Result<null>>
}

/** What the surroundings tell the window. */
export interface HostEvents {
  menuCommand: { readonly command: string }
  fileOpened: OpenedFile
  download: { readonly name: string; readonly done: number; readonly total: number }
}

/** The host as the window holds it: calls, and a way to listen that returns how to stop. */
export interface Host extends HostApi {
  on<K extends keyof HostEvents>(event: K, listener: (payload: HostEvents[K]) => void): () => void
}
