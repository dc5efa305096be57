import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from '../base64.ts'
import { pageOf, payloadOf } from './page.ts'
import type { PagePayload, Player } from './payload.ts'

const player: Player = { script: 'let a = 1', style: 'p{}', open: () => Promise.reject(new Error('not here')) }

const HOSTILE = '</script><img src=x onerror="alert(1)"></title><!--<script>\u2028"\'&'

const payload = (name: string): PagePayload => ({
  name,
  about: [`About ${name}`],
  input: { kind: 'numbers', numbers: [{ name, low: 0, high: 1 }] },
  scaling: { mean: [0], deviation: [1], scale: 1 },
  classes: [name],
  shape: [1],
  topology: { name },
  weightSpecs: [],
  weights: '',
})

describe('base64', () => {
  it('is what everybody writes and comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), bytes => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes))
      }),
    )
  })
})

describe('a stand-alone page', () => {
  it('keeps hostile names text: no element begins or ends with them', async () => {
    const html = await pageOf(player, payload(HOSTILE))
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(html.match(/<\/script/g)).toHaveLength(2)
    expect(html).not.toMatch(/<img|<!--/)
    expect(payloadOf(html)).toEqual(payload(HOSTILE))
  })

  it('allows its own script and style by their hashes and nothing else', async () => {
    const html = await pageOf(player, payload('n'))
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? []
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(player.script))).toString('base64')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'sha256-${hash}';`)
    expect(policy).not.toMatch(/unsafe|http|\*/)
  })
})
