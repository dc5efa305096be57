import { expect, type Page, test } from '@playwright/test'

// biome-ignore lint/correctness/noEmptyPattern: the runner wants a pattern here
test.beforeEach(({}, info) => test.skip(info.project.name === 'electron', 'skipped: this is about the browser edition'))

/** Each attack runs from a timer of the page itself: what a test evaluates directly is exempt from the policy and would prove nothing. */
const ATTACKS: Readonly<Record<string, string>> = {
  eval: `eval('1'); done('ran')`,
  'a function from text': `new Function('return 1')(); done('ran')`,
  'a timer with text': `setTimeout('window.hit = 1', 0); setTimeout(() => done(window.hit ? 'ran' : 'blocked'), 200)`,
  'an inline script': `const s = document.createElement('script'); s.append('window.hit = 1'); document.body.append(s); setTimeout(() => done(window.hit ? 'ran' : 'blocked'), 200)`,
  'markup as text': `document.createElement('div').innerHTML = '<img src=x onerror="window.hit=1">'; done('ran')`,
  'a script from elsewhere': `const s = document.createElement('script'); s.onload = () => done('ran'); s.onerror = () => done('blocked'); s.src = 'https://example.org/x.js'; document.body.append(s)`,
  'a worker from a blob': `new Worker(URL.createObjectURL(new Blob(['1']))); done('ran')`,
  'a worker of our own origin that is not the engine': `new Worker('/data/README.md'); done('ran')`,
  'a request to elsewhere': `fetch('https://example.org/').then(() => done('ran'), () => done('blocked'))`,
  'a socket': `document.addEventListener('securitypolicyviolation', () => done('blocked')); const w = new WebSocket('wss://example.org/'); w.onerror = () => setTimeout(() => done('ran'), 200)`,
  'a picture from elsewhere': `const i = new Image(); i.onload = () => done('ran'); i.onerror = () => done('blocked'); i.src = 'https://example.org/x.png'`,
  'a frame from elsewhere': `const f = document.createElement('iframe'); f.src = 'data:text/html,x'; document.addEventListener('securitypolicyviolation', () => done('blocked')); document.body.append(f); setTimeout(() => done('ran'), 1000)`,
  'a base for other addresses': `const b = document.createElement('base'); b.href = 'https://example.org/'; document.head.append(b); done(document.baseURI.startsWith('https://example.org') ? 'ran' : 'blocked')`,
}

/** A small page of our origin; every answer carries the same policy. */
const LIGHT = '/data/README.md'

/** Lets a page try; the code is compiled by the debugger's right, but runs later, by the page's own. */
const attempt = (page: Page, attack: string): Promise<unknown> =>
  page.evaluate(`new Promise(done => setTimeout(() => { try { ${attack} } catch (error) { done('blocked') } }, 0))`)

/** Answers for example.org, so that only the policy stands between the page and it. */
const playElsewhere = async (page: Page): Promise<void> => {
  const headers = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
  const pixel = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64')
  await page.route('https://example.org/**', route =>
    route.request().url().endsWith('.png')
      ? route.fulfill({ body: pixel, contentType: 'image/gif', headers })
      : route.fulfill({ body: '1', contentType: 'text/javascript', headers }),
  )
}

for (const [name, attack] of Object.entries(ATTACKS)) {
  test(`the window refuses ${name}`, async ({ page, baseURL }) => {
    await playElsewhere(page)
    await page.goto(LIGHT)
    expect(await attempt(page, attack)).toBe('blocked')

    // Without the policy the same attack works, so it is the policy that refused it.
    await page.route(baseURL + LIGHT, route => route.fulfill({ body: '<!doctype html><body>', contentType: 'text/html' }))
    await page.goto(LIGHT)
    expect(await attempt(page, attack)).toBe('ran')
  })
}

test('the policy lets the window itself run without a single refusal', async ({ page }) => {
  const refusals: string[] = []
  page.on('console', message => {
    if (/content security policy|trustedtype/i.test(message.text())) refusals.push(message.text())
  })
  await page.goto('/')
  await expect(page.getByRole('button', { name: /LeNet/ }).first()).toBeVisible()
  await page.getByRole('button', { name: /LeNet/ }).first().click()
  await expect(page.locator('.react-flow__node').first()).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await page.waitForTimeout(3000)
  expect(refusals).toEqual([])
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
})
