type Size = readonly [height: number, width: number, channels: number]

/** Most canvas pixels per picture pixel along one side that are averaged. */
const FINEST = 16

const canvasOf = (width: number, height: number): CanvasRenderingContext2D | null => {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas.getContext('2d', { willReadFrequently: true })
}

/** The middle of a picture that has the proportions of the input, drawn on white, `fine` times as large as the input. */
const cropped = (image: ImageBitmap, [height, width]: Size): { data: Uint8ClampedArray; fine: number } | null => {
  const scale = Math.min(image.width / width, image.height / height)
  const fine = Math.min(FINEST, Math.max(1, Math.floor(scale)))
  const context = canvasOf(width * fine, height * fine)
  if (!context) return null
  const [w, hgt] = [width * scale, height * scale]
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width * fine, height * fine)
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, (image.width - w) / 2, (image.height - hgt) / 2, w, hgt, 0, 0, width * fine, height * fine)
  return { data: context.getImageData(0, 0, width * fine, height * fine).data, fine }
}

/** Raw values `[height, width, channels]` of a picture file: cropped to the middle, averaged down, brightness where there is one channel. */
export const readPicture = async (file: Blob, size: Size, scale: number): Promise<Float32Array | null> => {
  const image = await createImageBitmap(file).catch(() => null)
  const found = image && cropped(image, size)
  image?.close()
  if (!found) return null
  const [height, width, channels] = size
  const { data, fine } = found
  const raw = new Float32Array(height * width * channels)
  for (let y = 0; y < height * fine; y++) {
    for (let x = 0; x < width * fine; x++) {
      const at = (y * width * fine + x) * 4
      const [r, g, b] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
      const colours = channels === 1 ? [0.299 * r + 0.587 * g + 0.114 * b] : [r, g, b]
      const pixel = (Math.floor(y / fine) * width + Math.floor(x / fine)) * channels
      for (let c = 0; c < channels; c++) raw[pixel + c] = (raw[pixel + c] ?? 0) + ((colours[c] ?? 0) / 255 / (fine * fine)) * scale
    }
  }
  return raw
}

/** Paints raw values as the picture that the network sees, one canvas pixel per value. */
export const paintRaw = (canvas: HTMLCanvasElement, raw: Float32Array, [height, width, channels]: Size, scale: number): void => {
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (!context) return
  const image = context.createImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[i * 4 + c] = ((raw[i * channels + (channels === 1 ? 0 : c)] ?? 0) / scale) * 255
    image.data[i * 4 + 3] = 255
  }
  context.putImageData(image, 0, 0)
}
