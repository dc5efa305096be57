import { ACTIVATIONS } from '../../layers/lib/activations.ts'
import { torchActivated } from '../../layers/lib/torch.ts'
import { pyString } from '../python.ts'

/** Activations by name, for cells that take one. */
const table = (): string =>
  ['ACTIVATIONS = {', ...ACTIVATIONS.map(name => `    ${pyString(name)}: lambda x: ${torchActivated(name, 'x', [])},`), '}'].join('\n')

const CELL = `
class Cell(nn.Module):
    """What recurrent layers share whose activations or gates PyTorch's own do not know: [batch, steps, features] to [batch, steps, units]."""

    gates = 1

    def __init__(self, input_size, hidden_size, bias=True, activation="tanh", recurrent_activation="sigmoid"):
        super().__init__()
        self.activation, self.gate = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]
        self.weight_ih = nn.Parameter(torch.empty(self.gates * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(self.gates * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(self.gates * hidden_size)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)

    def forward(self, x):
        steps = F.linear(x, self.weight_ih, self.bias)
        state = [x.new_zeros(x.shape[0], self.weight_hh.shape[1])] * 2
        outputs = []
        for step in steps.unbind(dim=1):
            state = self.advance(step, *state)
            outputs.append(state[0])
        return torch.stack(outputs, dim=1), state
`

const CELLS: Readonly<Record<string, string>> = {
  SimpleRNN: `
class SimpleRNN(Cell):
    def advance(self, x, h, _):
        h = self.activation(x + h @ self.weight_hh.T)
        return h, h
`,
  LSTM: `
class LSTM(Cell):
    gates = 4

    def advance(self, x, h, c):
        i, f, g, o = (x + h @ self.weight_hh.T).chunk(4, dim=-1)
        c = self.gate(f) * c + self.gate(i) * self.activation(g)
        return self.gate(o) * self.activation(c), c
`,
  GRU: `
class GRU(Cell):
    """The reset gate acts before the recurrent weights; that of torch.nn.GRU acts after them."""

    gates = 3

    def advance(self, x, h, _):
        update, reset, new = self.weight_hh.chunk(3)
        x_z, x_r, x_n = x.chunk(3, dim=-1)
        z = self.gate(x_z + h @ update.T)
        r = self.gate(x_r + h @ reset.T)
        h = z * h + (1 - z) * self.activation(x_n + (r * h) @ new.T)
        return h, h
`,
}

/** Classes that modules of these names need, as source; empty when PyTorch has them all. */
export const cellSource = (names: ReadonlySet<string>): string => {
  const wanted = Object.keys(CELLS).filter(name => names.has(name))
  return wanted.length === 0 ? '' : [table(), CELL, ...wanted.map(name => CELLS[name])].join('\n')
}

/** What follows the network in `model.py`: reading weights, predicting, checking. */
export const AFTER = `
def read_safetensors(path):
    """Tensors by name; reads the file itself where the safetensors package is missing."""
    try:
        from safetensors.torch import load_file

        return load_file(str(path))
    except ImportError:
        pass
    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    kinds = {"F32": torch.float32, "I64": torch.int64}
    return {
        name: torch.frombuffer(bytearray(data[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]]), dtype=kinds[entry["dtype"]])
        .reshape(entry["shape"])
        for name, entry in header.items()
    }


def load_weights(model, path):
    """Puts the weights of a file into the model; every one must fit."""
    missing, unexpected = model.load_state_dict(read_safetensors(path), strict=False)
    wrong = [key for key in missing + unexpected if not key.endswith(".num_batches_tracked")]
    if wrong:
        raise ValueError(f"{path} does not fit this network: {', '.join(wrong)}")
    return model


def load_model(path=HERE / "model.safetensors"):
    """The network with its weights, ready to predict."""
    return load_weights(Network(), path).eval()


def predict_nhwc(model, *inputs):
    """Outputs as a list of tensors; images go in and come out as [batch, height, width, channels], as in Netloom and Keras."""
    device = next(model.parameters(), torch.empty(0)).device
    tensors = [torch.as_tensor(x, dtype=torch.float32, device=device) for x in inputs]
    with torch.no_grad():
        outputs = model.eval()(*(x.permute(0, 3, 1, 2) if x.dim() == 4 else x for x in tensors))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return [y.permute(0, 2, 3, 1) if y.dim() == 4 else y for y in outputs]


def verify(model, probe=HERE / "probe.safetensors"):
    """Largest difference to what Netloom computed for the samples in probe.safetensors, as a share of the largest output where that is above 1."""
    tensors = read_safetensors(probe)
    inputs = [tensors[f"input_{i}"] for i in range(sum(name.startswith("input_") for name in tensors))]
    pairs = [(y.cpu(), tensors[f"output_{i}"]) for i, y in enumerate(predict_nhwc(model, *inputs))]
    return max(float((y - wanted).abs().max() / wanted.abs().max().clamp(min=1)) for y, wanted in pairs)


if __name__ == "__main__":
    network = load_model()
    if sys.argv[1:] == ["--verify"]:
        difference = verify(network)
        print(f"Largest difference to Netloom: {difference:.1e}")
        sys.exit(0 if difference <= 1e-4 else 1)
    print(network)
`
