import { readFileSync } from 'node:fs'
import { expect, test } from './app.ts'

test('an ONNX file is proven in the window, and rounded weights say what they cost', async ({ app }, info) => {
  const { page } = app
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  await app.openTemplate('lenet')
  await app.mode('Deploy')
  const onnx = app.exporter('ONNX')
  const write = async (name: string): Promise<Buffer> => readFileSync(await app.exporting('ONNX', info.outputPath(name)))
  const runtime = () => asked.filter(url => /ort-wasm.*\.wasm$/.test(url)).length

  expect(runtime()).toBe(0)
  const exact = await write('exact.onnx')
  await expect(onnx.getByText(/onnxruntime-web .* max \|Δ\| (0|\de-([6-9]|1\d)), same class 32\/32$/)).toBeVisible()
  expect(exact.includes('Netloom')).toBe(true)
  expect(runtime()).toBe(1)

  await onnx.getByRole('button', { name: 'ONNX', exact: true }).click()
  await onnx.getByRole('button', { name: 'int8' }).click()
  const bytes = await write('bytes.onnx')
  await expect(onnx.getByText(/Accuracy on \d+ held-out samples: .* before rounding, .* after$/)).toBeVisible()
  expect(bytes.length).toBeLessThan(0.3 * exact.length)
  expect(runtime()).toBe(1)
})
