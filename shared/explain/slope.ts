/** Slope of an activation where its output is y; those that cannot be read back from y count as open above zero and shut below. */
export const slopeAt = (activation: unknown, y: number): number => {
  switch (activation) {
    case 'relu':
    case 'gelu':
    case 'swish':
    case 'mish':
      return y > 0 ? 1 : 0
    case 'relu6':
      return y > 0 && y < 6 ? 1 : 0
    case 'elu':
      return y > 0 ? 1 : y + 1
    case 'selu':
      return y > 0 ? 1.0507 : y + 1.7581
    case 'sigmoid':
      return y * (1 - y)
    case 'hardSigmoid':
      return y > 0 && y < 1 ? 0.2 : 0
    case 'tanh':
      return 1 - y * y
    case 'softplus':
      return 1 - Math.exp(-y)
    case 'softsign':
      return (1 - Math.abs(y)) ** 2
    default:
      return 1
  }
}
