import type { Call } from '../../layers/define.ts'

/** Optimizers with Keras's constants; weight decay is applied apart, so AdamW is Adam here. */
export const TORCH_OPTIMIZERS: Readonly<Record<string, Call>> = {
  sgd: { name: 'torch.optim.SGD', args: {} },
  momentum: { name: 'torch.optim.SGD', args: { momentum: 0.9 } },
  nesterov: { name: 'torch.optim.SGD', args: { momentum: 0.9, nesterov: true } },
  rmsprop: { name: 'RMSprop', args: {} },
  adagrad: { name: 'torch.optim.Adagrad', args: { initial_accumulator_value: 0.1, eps: 1e-7 } },
  adadelta: { name: 'torch.optim.Adadelta', args: { rho: 0.95, eps: 1e-7 } },
  adam: { name: 'torch.optim.Adam', args: { betas: [0.9, 0.999], eps: 1e-7 } },
  adamw: { name: 'torch.optim.Adam', args: { betas: [0.9, 0.999], eps: 1e-7 } },
  adamax: { name: 'torch.optim.Adamax', args: { betas: [0.9, 0.999], eps: 1e-7 } },
  nadam: { name: 'Nadam', args: {} },
}

/** Optimizers that PyTorch computes otherwise than Netloom and Keras, by their class. */
export const OWN_OPTIMIZERS: Readonly<Record<string, string>> = {
  RMSprop: `
class RMSprop(torch.optim.Optimizer):
    """RMSprop as in Netloom and Keras: the small number stands inside the square root."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in (weight for weight in group["params"] if weight.grad is not None):
                mean = self.state[weight].setdefault("mean", torch.zeros_like(weight))
                mean.mul_(0.9).addcmul_(weight.grad, weight.grad, value=0.1)
                weight.addcdiv_(weight.grad, (mean + 1e-7).sqrt(), value=-group["lr"])

`,
  Nadam: `
class Nadam(torch.optim.Optimizer):
    """Nadam as in Netloom and Keras (Dozat 2016); versions of PyTorch differ in how the momentum warms up."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr, "steps": 0, "product": 1.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            now, after = (0.9 * (1 - 0.5 * 0.96 ** (group["steps"] + ahead)) for ahead in (1, 2))
            group["steps"], group["product"] = group["steps"] + 1, group["product"] * now
            for weight in (weight for weight in group["params"] if weight.grad is not None):
                state = self.state[weight]
                mean = state.setdefault("mean", torch.zeros_like(weight)).lerp_(weight.grad, 0.1)
                size = state.setdefault("size", torch.zeros_like(weight)).mul_(0.999).addcmul_(weight.grad, weight.grad, value=0.001)
                divisor = (size / (1 - 0.999 ** group["steps"])).sqrt() + 1e-7
                move = mean * (after / (1 - group["product"] * after)) + weight.grad * ((1 - now) / (1 - group["product"]))
                weight.addcdiv_(move, divisor, value=-group["lr"])

`,
}
