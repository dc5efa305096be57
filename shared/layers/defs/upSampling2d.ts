import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { pairOf, pixelsFrom } from '../lib/backward.ts'
import { unlessDefault } from '../lib/format.ts'
import { channelsFirst, floats, op, x } from '../onnx.ts'
import { p } from '../params.ts'
import { type Axis, moved } from '../plan.ts'
import { dims, sizeOf } from '../shape.ts'

/** Makes an image larger by repeating or blending pixels; tfjs blends from pixel corners, Keras from pixel centres. */
export const upSampling2d = defineLayer({
  type: 'upSampling2d',
  title: 'UpSampling2D',
  category: 'reshape',
  doc: 'Makes an image larger by repeating each pixel, or by blending neighbours.',
  input: inputs.image,
  params: {
    size: p.pair({ label: 'Size', help: 'How many times higher and wider the image becomes.', default: [2, 2] }),
    interpolation: p.choice({
      label: 'Interpolation',
      help: '"nearest" repeats pixels, "bilinear" blends between them.',
      values: ['nearest', 'bilinear'],
      default: 'nearest',
    }),
  },
  differsInKeras: v => (v.interpolation === 'bilinear' ? 'Keras blends from pixel centres and tfjs from pixel corners' : null),
  summary: v => dims(v.size),
  shape: ([h, w, channels], { size: [down, across] }) => ok([h * down, w * across, channels]),
  multiplyAdds: (_input, output, v) => (v.interpolation === 'bilinear' ? 4 * sizeOf(output) : 0),
  formula: ([h, w], [outH, outW], { size: [down, across] }) => [
    { about: 'shape', expression: `${h}·${down}`, result: String(outH), legend: 'height = input · size' },
    { about: 'shape', expression: `${w}·${across}`, result: String(outW), legend: 'width = input · size' },
  ],
  build: (v, { tf, name }) => tf.layers.upSampling2d({ name, size: [...v.size], interpolation: v.interpolation }),
  plan([h, w, channels], { size: [down, across], interpolation }) {
    if (interpolation !== 'nearest') return null
    const rows: readonly Axis[] = [
      [h, w * channels],
      [down, 0],
    ]
    return moved([h, w, channels], [...rows, [w, channels], [across, 0], [channels, 1]])
  },
  backward: pixelsFrom((params, y, x) => {
    const [down, across] = pairOf(params.size)
    return [Math.floor(y / down), Math.floor(x / across)]
  }),
  onnx(_input, { size, interpolation }) {
    const how = interpolation === 'nearest' ? { mode: 'nearest', nearest_mode: 'floor' } : { mode: 'linear' }
    return channelsFirst(op('Resize', [x, null, floats(1, 1, ...size)], { ...how, coordinate_transformation_mode: 'asymmetric' }))
  },
  keras: v => ({
    name: 'layers.UpSampling2D',
    args: { size: v.size, ...unlessDefault({ interpolation: v.interpolation }, { interpolation: 'nearest' }) },
  }),
  pytorch(_input, [outH = 0, outW = 0], v) {
    if (v.interpolation === 'nearest') return { forward: `F.interpolate($1, scale_factor=(${v.size.join(', ')}), mode="nearest")` }
    // Blending from pixel corners: with one more row and column the corners of both grids meet, and the rest is cut off.
    const padded = 'F.pad($1, (0, 1, 0, 1), mode="replicate")'
    return { forward: `F.interpolate(${padded}, size=(${outH + 1}, ${outW + 1}), mode="bilinear", align_corners=True)[:, :, :-1, :-1]` }
  },
  cases: [
    { input: [[7, 7, 16]], params: {} },
    { input: [[3, 5, 2]], params: { size: [2, 3] } },
    { input: [[3, 5, 2]], params: { interpolation: 'bilinear' } },
  ],
})
