/** Random changes to pictures in `train.py`; strengths as in Netloom, random numbers of its own. */
export const AUGMENT_SOURCE = `
def augmented(x, mean, deviation):
    """Pictures [batch, channels, height, width] changed at random, each in its own way."""
    count, channels, height, width = x.shape
    mean, deviation = (torch.as_tensor(v, dtype=x.dtype, device=x.device).view(1, -1, 1, 1) for v in (mean, deviation))
    x = x * deviation + mean  # values 0 to 1

    def within(most):
        return (2 * torch.rand(count, 1, 1, 1, device=x.device) - 1) * most

    def wanted(name):
        return AUGMENT.get(name, 0)

    if wanted("shift") or wanted("rotate") or wanted("scale"):
        turn, zoom = within(math.radians(wanted("rotate"))).flatten(), 1 + within(wanted("scale")).flatten()
        cos, sin = torch.cos(turn) / zoom, torch.sin(turn) / zoom
        across, down = (-within(wanted("shift")).flatten() * 2 / side for side in (width, height))
        rows = [cos, sin * height / width, across, -sin * width / height, cos, down]
        grid = F.affine_grid(torch.stack(rows, dim=1).view(count, 2, 3), list(x.shape), align_corners=False)
        x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    chance = torch.rand(count, 1, 1, 1, device=x.device)
    x = torch.where(chance < wanted("flip"), x.flip(3), x)
    if wanted("blur"):
        sigma = torch.rand(count, 1, device=x.device) * wanted("blur") + 1e-3
        reach = math.ceil(3 * wanted("blur"))
        taps = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=x.device) / sigma) ** 2)
        taps = (taps / taps.sum(dim=1, keepdim=True)).repeat_interleave(channels, dim=0)
        flat = x.reshape(1, count * channels, height, width)
        flat = F.conv2d(F.pad(flat, (reach, reach, 0, 0), mode="replicate"), taps[:, None, None], groups=count * channels)
        flat = F.conv2d(F.pad(flat, (0, 0, reach, reach), mode="replicate"), taps[:, None, :, None], groups=count * channels)
        x = flat.view(count, channels, height, width)
    centre = x.mean(dim=(1, 2, 3), keepdim=True)
    x = centre + (x - centre) * (1 + within(wanted("contrast"))) + within(wanted("brightness"))
    x = (x + wanted("noise") * torch.randn_like(x)).clamp(0, 1) if wanted("contrast") or wanted("brightness") or wanted("noise") else x
    x = torch.where(torch.rand(count, 1, 1, 1, device=x.device) < wanted("invert"), 1 - x, x)
    return (x - mean) / deviation
`

/** Loss, optimizer and the loop over epochs in `train.py`. */
export const LOOP_SOURCE = `
def factor(progress):
    """Share of the learning rate that holds after this share of all steps."""
    return {"constant": 1, "linear": 1 - progress, "cosine": (1 + math.cos(math.pi * progress)) / 2}[SCHEDULE]


def encoded(target):
    """Targets as the loss wants them: classes, a 0 or 1 per sample, a one among zeros, or values."""
    if not CLASSES or LOSS.lower().endswith("categoricalcrossentropy"):
        return target
    return target[:, None].float() if OUTPUTS == 1 else F.one_hot(target, OUTPUTS).float()


def loss_of(output, target):
    if LOSS == "meanSquaredError":
        return F.mse_loss(output, target)
    if LOSS == "binaryCrossentropy":
        return F.binary_cross_entropy_with_logits(output, target) if LOGITS else F.binary_cross_entropy(output.clamp(1e-7, 1 - 1e-7), target)
    if LOGITS:
        return F.cross_entropy(output, target)
    share = output / output.sum(dim=-1, keepdim=True)
    return F.nll_loss(torch.log(share.clamp(1e-7, 1 - 1e-7)), target)


def count_right(output, target):
    if not CLASSES:
        return math.nan
    guess = output.argmax(dim=-1) if OUTPUTS > 1 else (output[:, 0] > (0 if LOGITS else 0.5)).long()
    return float((guess == target).sum())


def run(model, x):
    return model(x, logits=True) if LOGITS else model(x)


def clip(weights):
    if CLIP == "value":
        torch.nn.utils.clip_grad_value_(weights, CLIP_LIMIT)
    elif CLIP == "norm":
        for weight in weights:
            torch.nn.utils.clip_grad_norm_([weight], CLIP_LIMIT)
    elif CLIP == "globalNorm":
        torch.nn.utils.clip_grad_norm_(weights, CLIP_LIMIT)


class Team:
    """The processes that train together; one alone where nothing was started by torchrun."""

    def __init__(self, cpu):
        self.rank, self.size = (int(os.environ.get(name, alone)) for name, alone in (("RANK", 0), ("WORLD_SIZE", 1)))
        gpu = torch.cuda.is_available() and not cpu
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if gpu else torch.device("cpu")
        if gpu:
            torch.cuda.set_device(self.device)
        if self.size > 1:
            dist.init_process_group("nccl" if gpu else "gloo")

    def wrap(self, model):
        if self.size == 1:
            return model
        if self.device.type == "cuda":
            model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
            return torch.nn.parallel.DistributedDataParallel(model, device_ids=[self.device.index])
        return torch.nn.parallel.DistributedDataParallel(model)

    def total(self, *values):
        """Sums over all processes."""
        sums = torch.tensor(values, dtype=torch.float64, device=self.device)
        if self.size > 1:
            dist.all_reduce(sums)
        return sums.tolist()

    def say(self, text):
        if self.rank == 0:
            print(text, flush=True)


def evaluate(team, model, part, batch_size):
    """Mean loss and share of right answers over all processes; None for a part without samples."""
    x, y = part
    if len(x) == 0:
        return None
    loss, right = 0.0, 0.0
    own = range(team.rank, len(x), team.size)
    model.eval()
    with torch.no_grad():
        for start in range(0, len(own), batch_size):
            batch = list(own[start : start + batch_size])
            output, target = run(model, x[batch].to(team.device)), y[batch].to(team.device)
            loss += float(loss_of(output, encoded(target))) * len(batch)
            right += count_right(output, target)
    loss, right = team.total(loss, right)
    return loss / len(x), right / len(x)


def score(found):
    loss, accuracy = found
    return f"loss {loss:.6f}" + ("" if math.isnan(accuracy) else f", accuracy {100 * accuracy:.2f} %")


def train_epoch(team, network, model, optimizer, part, scale, epoch, args):
    """One epoch; every process takes its share of each batch, so that the steps are those of one process alone."""
    x, y = part
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    named = dict(network.named_parameters())
    few = 2 * team.size if any(isinstance(m, torch.nn.modules.batchnorm._BatchNorm) for m in network.modules()) else 1
    order = shuffled(range(len(x)), random_bits(mix_seed(SEED, "shuffle", epoch)))
    batches = math.ceil(len(x) / args.batch_size)
    torch.manual_seed(mix_seed(SEED, "noise", epoch, team.rank))
    model.train()
    loss_sum, right, count = 0.0, 0.0, 0
    for number in range(batches):
        batch = order[number * args.batch_size : (number + 1) * args.batch_size]
        if len(batch) < few:
            continue  # batch normalisation has no variance of one sample
        own = batch[team.rank :: team.size]
        share = len(own) * team.size / len(batch)
        own = own or batch[:1]  # counts nothing, but every process must take the step
        inputs, target = x[own].to(team.device), y[own].to(team.device)
        output = run(model, augmented(inputs, *scale) if AUGMENT else inputs)
        loss = loss_of(output, encoded(target))
        penalty = sum(l1 * named[key].abs().sum() + l2 * named[key].square().sum() for key, l1, l2 in PENALTIES)
        optimizer.zero_grad()
        (loss * share + penalty).backward()
        clip(weights)
        rate = args.learning_rate * factor(((epoch - 1) * batches + number) / (args.epochs * batches))
        with torch.no_grad():
            for weight in weights if WEIGHT_DECAY else ():
                weight.mul_(1 - rate * WEIGHT_DECAY)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        if share > 0:
            loss_sum, right, count = loss_sum + float(loss) * len(own), right + count_right(output, target), count + len(own)
    loss_sum, right, count = team.total(loss_sum, right, count)
    return loss_sum / count, right / count


def replace(path, write):
    """Writes a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    write(part)
    os.replace(part, path)


def write_safetensors(path, tensors):
    header, values, at = {}, [], 0
    for name, tensor in tensors.items():
        data = tensor.detach().cpu().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(data)]}
        values.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(values))


def save(out, network, optimizer, epoch):
    out.mkdir(parents=True, exist_ok=True)
    state = network.state_dict()
    kept = {"model": state, "optimizer": optimizer.state_dict(), "epoch": epoch}
    replace(out / "checkpoint.pt", lambda path: torch.save(kept, path))
    tensors = {key: value for key, value in state.items() if not key.endswith(".num_batches_tracked")}
    replace(out / "model.safetensors", lambda path: write_safetensors(path, tensors))


def begin_afresh(network):
    """New random weights, alike in every process; frozen layers keep theirs."""
    torch.manual_seed(mix_seed(SEED, "init"))
    state = network.state_dict()
    for key, way, size in INITIAL:
        weight = state[key]
        if way == "uniform":
            torch.nn.init.uniform_(weight, -size, size)
        elif way == "normal":
            torch.nn.init.normal_(weight, std=size)
        elif way == "truncated":
            torch.nn.init.trunc_normal_(weight, std=size, a=-2 * size, b=2 * size)
        elif way == "orthogonal":
            torch.nn.init.orthogonal_(weight)
        else:
            weight.fill_(0 if way == "forget" else size)
        if way == "forget":  # the second of the four gates of an LSTM
            weight.chunk(4)[1].fill_(1)


def main(args):
    team = Team(args.cpu)
    train, validation, test, scale = load_data(args.data)
    if len(train[0]) == 0:
        sys.exit(f"{args.data} leaves no samples to train on.")
    network = load_weights(Network(), HERE / "model.safetensors").to(team.device)
    if args.fresh:
        begin_afresh(network)
    model = team.wrap(network)
    network = model.module if team.size > 1 else model
    optimizer = make_optimizer([weight for weight in network.parameters() if weight.requires_grad], args.learning_rate)
    first = 1
    if args.resume:
        kept = torch.load(args.out / "checkpoint.pt", map_location=team.device)
        network.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        first = kept["epoch"] + 1
    team.say(f"{len(train[0])} training, {len(validation[0])} validation, {len(test[0])} test samples; {team.size} process(es) on {team.device.type}")
    for epoch in range(first, min(args.epochs, args.stop_after or args.epochs) + 1):
        began = time.perf_counter()
        found = train_epoch(team, network, model, optimizer, train, scale, epoch, args)
        if not math.isfinite(found[0]):
            sys.exit(f"The loss is {found[0]} in epoch {epoch}: start again with a lower --learning-rate.")
        checked = evaluate(team, network, validation, args.batch_size)
        if team.rank == 0:
            save(args.out, network, optimizer, epoch)
        team.say(f"epoch {epoch}/{args.epochs}: {score(found)}" + (f"; validation {score(checked)}" if checked else "") + f"; {time.perf_counter() - began:.1f} s")
    tested = evaluate(team, network, test, args.batch_size)
    if tested:
        team.say(f"test: {score(tested)}")
    team.say(f"Weights in {args.out / 'model.safetensors'}; open them in Netloom with the project.")
    if team.size > 1:
        dist.barrier()
        dist.destroy_process_group()


def spawn(count):
    """Starts this program once per process on this machine and waits for all of them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count)}
    members = [
        subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)})
        for rank in range(count)
    ]
    try:
        while any(member.poll() is None for member in members):
            if any(member.poll() for member in members):
                break  # the others would wait for it for ever
            time.sleep(0.1)
    finally:
        for member in members:
            member.terminate()
    sys.exit(max(abs(member.wait()) for member in members))


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of IDX files (.gz or not), .npz file, or table (.csv, .tsv)")
    parser.add_argument("--epochs", type=positive, default=EPOCHS)
    parser.add_argument("--batch-size", type=positive, default=BATCH_SIZE, help="samples of one step, over all processes")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--out", type=Path, default=HERE / "trained", help="folder of checkpoint.pt and model.safetensors")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--fresh", action="store_true", help="begin with new random weights")
    parser.add_argument("--stop-after", type=positive, help="stop after this epoch, to go on later with --resume")
    parser.add_argument("--cpu", action="store_true", help="leave graphics cards alone")
    parser.add_argument("--processes", type=positive, help="processes on this machine; without it one per graphics card")
    wanted = parser.parse_args()
    for path, needed in ((wanted.data, True), (wanted.out / "checkpoint.pt", wanted.resume)):
        if needed and not path.exists():
            sys.exit(f"There is no {path}.")
    processes = wanted.processes or (1 if wanted.cpu else max(torch.cuda.device_count(), 1))
    if processes > 1 and "RANK" not in os.environ:
        spawn(processes)
    main(wanted)
`
