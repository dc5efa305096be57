/** Reading and preparing data in `train.py`: the same parts, the same order and the same scaling as in Netloom, from the same seeds. */
export const DATA_SOURCE = `
MASK = 0xFFFFFFFF


def splitmix(seed):
    state = seed & MASK
    while True:
        state = (state + 0x9E3779B9) & MASK
        z = ((state ^ (state >> 16)) * 0x21F0AAAD) & MASK
        z = ((z ^ (z >> 15)) * 0x735A2D97) & MASK
        yield z ^ (z >> 15)


def mix_seed(seed, *parts):
    """A seed for one purpose, the same as Netloom derives."""
    value = 0x811C9DC5
    for char in "".join(f"{'s' if isinstance(part, str) else 'n'}{part};" for part in (seed, *parts)):
        value = ((value ^ ord(char)) * 0x01000193) & MASK
    return next(splitmix(value))


def random_bits(seed):
    """sfc32: 32 random bits at a time."""
    fill = splitmix(mix_seed(seed))
    a, b, c, counter = next(fill), next(fill), next(fill), 1
    for i in itertools.count():
        out = (a + b + counter) & MASK
        counter = (counter + 1) & MASK
        a, b, c = b ^ (b >> 9), (c + (c << 3)) & MASK, (((c << 21) | (c >> 11)) + out) & MASK
        if i >= 12:
            yield out


def shuffled(values, bits):
    values = list(values)
    for i in range(len(values) - 1, 0, -1):
        limit = 2**32 - 2**32 % (i + 1)
        j = next(bit for bit in bits if bit < limit) % (i + 1)
        values[i], values[j] = values[j], values[i]
    return values


def take(targets, indices, share, keep, seed):
    """Takes a share of every class at random; what rounding leaves is carried on."""
    groups = {}
    for index in indices:
        groups.setdefault(int(targets[index]) if CLASSES else 0, []).append(int(index))
    bits, taken, rest, carry = random_bits(seed), [], [], 0.0
    for _, group in sorted(groups.items()):
        group = shuffled(group, bits)
        carry += len(group) * share
        count = min(max(math.floor(carry + 0.5), 0), max(len(group) - keep, 0))
        carry -= count
        taken += group[:count]
        rest += group[count:]
    return np.array(sorted(taken), dtype=np.int64), np.array(sorted(rest), dtype=np.int64)


IDX = re.compile(r"(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\\.gz)?$", re.IGNORECASE)


def read_idx(folder):
    """The IDX files of a folder, as MNIST has them, with or without .gz."""
    found = {}
    for path in sorted(folder.iterdir()):
        name = IDX.match(path.name)
        if name:
            data = path.read_bytes()
            data = gzip.decompress(data) if data[:2] == b"\\x1f\\x8b" else data
            shape = np.frombuffer(data, ">u4", data[3], 4).astype(int)
            found[name[1].lower(), name[2].lower()] = np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)
    parts = [(found[split, "images"][..., None], found[split, "labels"]) for split in ("train", "t10k") if (split, "images") in found]
    if ("train", "images") not in found:
        sys.exit(f"{folder} holds no train-images-idx3-ubyte (or .gz).")
    return parts, 255


def read_npz(path):
    """Arrays x_train, y_train and, if there are any, x_test, y_test; or x and y."""
    arrays = np.load(path, allow_pickle=False)
    names = [(x, y) for x, y in (("x_train", "y_train"), ("x", "y"), ("x_test", "y_test")) if x in arrays]
    parts = [(arrays[x], arrays[y]) for x, y in names]
    scale = 255 if parts[0][0].dtype == np.uint8 else float(max(x.max() for x, _ in parts))
    return parts, scale


def is_number(cell):
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def read_table(path):
    """Numbers separated by commas (or tabs), with the class in the last column, or the numbers to predict in the last columns."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file, delimiter="\\t" if path.suffix == ".tsv" else ",") if row]
    if rows[0][0] == str(len(rows) - 1) or not all(is_number(cell) for cell in rows[0][: None if not CLASSES else -1]):
        rows = rows[1:]  # a line of names, or "rows,columns,class,..."
    wide = 1 if CLASSES else OUTPUTS
    x = np.array([[float(cell) for cell in row[:-wide]] for row in rows])
    labels = [row[-wide:] for row in rows]
    if CLASSES and not all(is_number(cell) for (cell,) in labels):
        names = sorted({cell for (cell,) in labels})
        y = np.array([names.index(cell) for (cell,) in labels])
    else:
        y = np.array([[float(cell) for cell in row] for row in labels])
    return [(x, y)], float(x.max())


def usable(deviation):
    return np.where(deviation > 1e-12, deviation, 1.0)


def scaling(x, scale):
    """Mean and deviation per channel or column, from the training samples only."""
    rows = x.reshape(-1, x.shape[-1]).astype(np.float64)
    zero, one = np.zeros(x.shape[-1]), np.ones(x.shape[-1])
    if NORMALISE == "none":
        return zero, one
    if NORMALISE == "standard":
        mean = rows.mean(axis=0)
        return mean, usable(np.sqrt(((rows - mean) ** 2).mean(axis=0)))
    if len(INPUT) == 3:
        return zero, one * scale
    return rows.min(axis=0), usable(rows.max(axis=0) - rows.min(axis=0))


def checked(x, y, path):
    size = math.prod(INPUT)
    if x.size != len(x) * size:
        sys.exit(f"{path} holds samples of {' x '.join(map(str, x.shape[1:]))}, but the network takes {' x '.join(map(str, INPUT))}.")
    if not CLASSES:
        y = y.reshape(len(x), -1).astype(np.float32)
        if y.shape[1] != OUTPUTS:
            sys.exit(f"{path} has {y.shape[1]} numbers to predict, but the network gives {OUTPUTS}.")
        return x.reshape(len(x), *INPUT), y
    y = y.reshape(-1).astype(np.int64)
    if len(y) != len(x) or y.min() < 0 or y.max() >= CLASSES:
        sys.exit(f"{path} needs one class from 0 to {CLASSES - 1} for each of its {len(x)} samples.")
    return x.reshape(len(x), *INPUT), y


def load_data(path):
    """The parts train, validation and test as (inputs, targets), normalised, images as [count, channels, height, width]; and the scaling."""
    read = read_idx if path.is_dir() else read_npz if path.suffix == ".npz" else read_table
    parts, scale = read(path)
    parts = [checked(x, y, path) for x, y in parts]
    x, y = parts[0]
    everything = np.arange(len(x))
    own_test = len(parts) > 1
    test, rest = ([], everything) if own_test else take(y, everything, TEST, 1, mix_seed(DATA_SEED, "test"))
    share = min(VALIDATION * len(x) / len(rest), 1)
    validation, train = take(y, rest, share, 1, mix_seed(DATA_SEED, "validation"))
    if 0 < LIMIT < len(train):
        train, _ = take(y, train, LIMIT / len(train), 0, mix_seed(DATA_SEED, "limit"))
    mean, deviation = scaling(x[train], scale)

    def part(x, y):
        x = torch.from_numpy(((x - mean) / deviation).astype(np.float32))
        return x.permute(0, 3, 1, 2).contiguous() if x.dim() == 4 else x, torch.from_numpy(y)

    tested = part(*parts[1]) if own_test else part(x[test], y[test])
    return part(x[train], y[train]), part(x[validation], y[validation]), tested, (mean / scale, deviation / scale)
`
