import type { Resolved, ResolvedNode } from '../../graph/resolved.ts'
import type { WeightSpec } from '../../layers/define.ts'
import type { Shape } from '../../layers/shape.ts'
import type { TorchForm, TorchWeight } from '../../layers/torch.ts'
import { fail, ok, type Result } from '../../result.ts'
import { activeNodes, called } from '../guard.ts'
import { pyVariable } from '../python.ts'

/** One node on its way into a PyTorch module. */
export interface TorchLayer {
  readonly id: string
  readonly entry: ResolvedNode
  /** Its variable in `forward` and, where it has modules, its attribute. */
  readonly name: string
  readonly form: TorchForm
}

/** Where one weight of the network lies in the state dict. */
export interface TorchSlot {
  /** Key in the state dict, e.g. `conv_1.weight`. */
  readonly key: string
  /** Name here, `<node>/<weight>`. */
  readonly name: string
  readonly node: string
  readonly spec: WeightSpec
  readonly weight: TorchWeight
}

/** Attributes of `nn.Module` and names the generated program uses itself, which no layer may take. */
const TAKEN = `self logits torch nn f add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
  extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers
  named_children named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook
  register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook register_module
  register_parameter register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train training
  type xpu zero_grad`.split(/\s+/)

const formOf = (resolved: Resolved, id: string, entry: ResolvedNode): Result<TorchForm> => {
  const accepted = entry.def?.input.accept(entry.inputs)
  if (accepted?.ok && entry.def?.pytorch && entry.output) return ok(entry.def.pytorch(accepted.value, entry.output, entry.params))
  const type = entry.def?.title ?? entry.node.type
  return fail('export/no-pytorch', `PyTorch has no layer like ${type}, so ${called(resolved, id)} cannot be exported; replace it first.`, {
    node: id,
  })
}

/** Every node with its name and form in PyTorch, in topological order, or the first layer that has none. */
export const torchLayers = (resolved: Resolved): Result<readonly TorchLayer[]> => {
  const taken = new Set(TAKEN)
  const layers: TorchLayer[] = []
  for (const id of activeNodes(resolved)) {
    const entry = resolved.nodes.get(id)
    if (!entry) continue
    const form = formOf(resolved, id, entry)
    if (!form.ok) return form
    layers.push({ id, entry, name: pyVariable(entry.node.name || id, taken), form: form.value })
  }
  return ok(layers)
}

/** Every weight of these layers, in the order of the network. */
export const torchSlots = (layers: readonly TorchLayer[]): readonly TorchSlot[] =>
  layers.flatMap(({ id, entry, name, form }) =>
    entry.weights.flatMap(spec => {
      const weight = form.weights?.[spec.name]
      return weight ? [{ key: `${name}${weight.key}`, name: `${id}/${spec.name}`, node: id, spec, weight }] : []
    }),
  )

/** Keys of parameters that only PyTorch has and that stay zero, with their shapes. */
export const torchZeros = (layers: readonly TorchLayer[]): ReadonlyMap<string, Shape> =>
  new Map(layers.flatMap(({ name, form }) => Object.entries(form.zeros ?? {}).map(([key, shape]) => [`${name}${key}`, shape] as const)))
