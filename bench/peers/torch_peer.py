# PyTorch, on the CPU as Debian's python3-torch has it or newer, or on CUDA; speaks what peer.ts speaks. Its own fused calls where it has them.
#
#   torch_peer.py [cuda] [tf32] [bf16 | f16] [compile] [graphs]
#
# tf32: products of float32 rounded to TF32; without it they stay float32. bf16, f16: autocast. compile: torch.compile. graphs: the work recorded
# as one CUDA graph, a whole training step with its update, and replayed.

import json
import math
import os
import sys
import time

replies = os.fdopen(3, "w")


def reply(message):
    replies.write(json.dumps(message) + "\n")
    replies.flush()


try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as error:
    reply({"unable": f"{error}; on Debian: python3-torch, python3-numpy and libopenblas0"})
    sys.exit()

SAMPLE_S = 0.25
MOST_TIMES = 256
MODES = ("cuda", "tf32", "bf16", "f16", "compile", "graphs")
# Largest relative error of one rounding.
ROUNDING = {"tf32": 2**-11, "bf16": 2**-8, "f16": 2**-11}
# Runs before a graph is recorded, as CUDA's lazily made libraries want.
GRAPH_WARMUPS = 3
CHECKED_STEPS = 3
SAMPLED = 256
WORD_SEED, GLOSS_SEED = 2, 3
START_ID, END_ID = 2, 3
FIRST_GLOSS_CLASS = 3
BATCH_NORM = {"momentum": 0.1, "eps": 1e-5}


def mixed(count, seed):
    """The integers of `mixed` in tasks.ts for elements 0 to count - 1, in uint32."""
    h = np.arange(count, dtype=np.uint32) + np.uint32(seed * 0x9E3779B1 & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def noise(spec):
    """The array of an input's spec."""
    uniform = mixed(math.prod(spec["shape"]), spec["seed"]).astype(np.float64) / 2**31 - 1
    values = (spec["offset"] + spec["scale"] * uniform).astype(np.float32)
    return torch.from_numpy(values.reshape(spec["shape"]))


def drawn(shape, seed, first, end):
    """drawnIds of tasks.ts."""
    ids = first + mixed(math.prod(shape), seed) % np.uint32(end - first)
    return torch.from_numpy(ids.astype(np.int64)).reshape(shape)


def sampled(result):
    flat = result.detach().contiguous().reshape(-1)
    return [float(flat[i * flat.numel() // SAMPLED]) for i in range(SAMPLED)]


def attend(q, k, v, causal=False):
    """Attention over [B, H, T, D/H]."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
    if causal:
        unseen = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(unseen, -math.inf)
    return torch.matmul(torch.softmax(scores, -1), v)


class Layers:
    """Pre-norm layers over parameters by path, as src/model/layers.ts has them."""

    def __init__(self, parameters, sizes):
        self.p = parameters
        self.heads = int(sizes["heads"])
        self.epsilon = sizes["normEpsilon"]

    def project(self, name, x):
        return F.linear(x, self.p[f"{name}/weight"], self.p.get(f"{name}/bias"))

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.p[f"{name}/gamma"], self.p[f"{name}/beta"], self.epsilon)

    def attention(self, name, x, memory=None, causal=False):
        rested = self.norm(f"{name}/norm", x)
        seen = rested if memory is None else memory
        q, k, v = (
            self.project(f"{name}/{part}", source).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part, source in (("query", rested), ("key", seen), ("value", seen))
        )
        return x + self.project(f"{name}/out", attend(q, k, v, causal).transpose(1, 2).flatten(-2))

    def embed(self, name, x, running):
        """softsign(BN(x)) over all rows of [B, T, D], by the statistics of the batch."""
        gamma, beta = self.p[f"{name}/norm/gamma"], self.p[f"{name}/norm/beta"]
        normed = F.batch_norm(x.flatten(0, 1), *running, gamma, beta, training=True, **BATCH_NORM)
        return F.softsign(normed).unflatten(0, x.shape[:2])

    def feed_forward(self, name, x):
        return x + self.project(f"{name}/narrow", F.relu(self.project(f"{name}/wide", self.norm(f"{name}/norm", x))))


class Unable(Exception):
    """Says why a mode or a task has no figure."""


class Mode:
    """On what and how the work is done."""

    def __init__(self, names):
        unknown = [name for name in names if name not in MODES]
        if unknown:
            raise Unable(f"no mode {unknown[0]}; there are {', '.join(MODES)}")
        self.names = names
        self.cuda, self.compiles, self.graphs = (name in names for name in ("cuda", "compile", "graphs"))
        self.half = torch.bfloat16 if "bf16" in names else torch.float16 if "f16" in names else None
        if self.cuda and not torch.cuda.is_available():
            raise Unable(f"torch {torch.__version__} finds no CUDA device")
        if self.graphs and not self.cuda:
            raise Unable("CUDA graphs want cuda")
        if self.compiles and not hasattr(torch, "compile"):
            raise Unable(f"torch {torch.__version__} has no torch.compile, which came with 2.0")
        self.type = "cuda" if self.cuda else "cpu"
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = "tf32" in names

    @property
    def device(self):
        return torch.cuda.get_device_name() if self.cuda else f"CPU, {os.cpu_count()} cores"

    @property
    def rounding(self):
        return max((ROUNDING[name] for name in self.names if name in ROUNDING), default=None)

    def placed(self, array):
        return array.to(self.type)

    def compiled(self, work):
        return torch.compile(work) if self.compiles else work

    def autocast(self):
        return torch.autocast(self.type, dtype=self.half or torch.bfloat16, enabled=self.half is not None)

    def recorded(self, work, restart=lambda: None):
        """`work`, as one CUDA graph where the mode says so; `restart` undoes what warming up did."""
        if not self.graphs:
            return work
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(GRAPH_WARMUPS):
                work()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = work()
        restart()

        def replay():
            graph.replay()
            return result

        return replay

    def finish(self):
        """Waits for the device."""
        if self.cuda:
            torch.cuda.synchronize()


class Chain:
    """`link` on the result of the one before, `chain` times."""

    def __init__(self, mode, first, link, chain, last=lambda x: x):
        def whole():
            x = first
            for _ in range(chain):
                x = link(x)
            return x

        def once():
            with torch.no_grad(), mode.autocast():
                return compiled()

        compiled = mode.compiled(whole)
        self.mode, self.last, self.once = mode, last, mode.recorded(once)

    def result(self):
        return sampled(self.last(self.once()))

    def run(self, times):
        for _ in range(times):
            self.once()
        self.mode.finish()


class AdamW:
    """The optimiser alone, `chain` steps on one array."""

    def __init__(self, mode, task, inputs):
        weight = torch.nn.Parameter(inputs["w"])
        weight.grad = inputs["g"]
        update = optimiser(mode, [weight], [], task["sizes"])

        def once():
            for _ in range(task["chain"]):
                update.step()
            return weight

        self.mode, self.once = mode, mode.recorded(once, Restart([weight], update))

    def result(self):
        return sampled(self.once())

    def run(self, times):
        for _ in range(times):
            self.once()
        self.mode.finish()


class Training:
    """A training step; the first losses are its result."""

    def __init__(self, mode, task, inputs, loss):
        parameters = {name: torch.nn.Parameter(value) for name, value in inputs.items() if "/" in name}
        matrices = [p for p in parameters.values() if p.dim() > 1]
        vectors = [p for p in parameters.values() if p.dim() == 1]
        update = optimiser(mode, matrices, vectors, task["sizes"])
        clip = task["sizes"].get("clip", 0)
        compiled = mode.compiled(lambda: loss(parameters))

        def step():
            update.zero_grad(set_to_none=True)
            with mode.autocast():
                value = compiled()
            value.backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(parameters.values(), clip)
            update.step()
            return value.detach()

        self.step = mode.recorded(step, Restart([*matrices, *vectors], update))

    def result(self):
        return [self.step().item() for _ in range(CHECKED_STEPS)]

    def run(self, times):
        """Each step's loss is waited for, as in training."""
        for _ in range(times):
            self.step().item()


class Restart:
    """Puts parameters and an optimiser's state back to the start, in place: a graph keeps their addresses."""

    def __init__(self, parameters, update):
        self.parameters, self.update = parameters, update
        self.first = [parameter.detach().clone() for parameter in parameters]

    def __call__(self):
        with torch.no_grad():
            for parameter, first in zip(self.parameters, self.first):
                parameter.copy_(first)
            for state in self.update.state.values():
                for value in state.values():
                    value.zero_()


def optimiser(mode, matrices, vectors, sizes):
    """AdamW that decays matrices; where the sizes say `coupled`, Adam whose decay is in the gradient, of all parameters."""
    coupled = sizes.get("coupled", 0)
    kind = torch.optim.Adam if coupled else torch.optim.AdamW
    groups = [{"params": matrices, "weight_decay": sizes["decay"]}, {"params": vectors, "weight_decay": sizes["decay"] if coupled else 0.0}]
    settings = {"lr": sizes["rate"], "betas": (sizes["beta1"], sizes["beta2"]), "eps": sizes["epsilon"]}
    if mode.graphs:
        settings["capturable"] = True
    groups = [group for group in groups if group["params"]]
    for best in ({"fused": True}, {"foreach": True}):
        try:
            return kind(groups, **settings, **best)
        except (RuntimeError, TypeError):
            continue
    return kind(groups, **settings)


def encoder_loss(inputs, sizes):
    def loss(parameters):
        layers = Layers(parameters, sizes)
        x = inputs["x"]
        for i in range(int(sizes["layers"])):
            x = layers.feed_forward(f"encoder.{i}/feed_forward", layers.attention(f"encoder.{i}/self", x))
        return F.mse_loss(layers.norm("encoder/norm", x), inputs["goal"])

    return loss


def positions(count, width):
    """positionTable of src/ops/positions.ts."""
    angle = np.arange(count)[:, None] * np.exp(-math.log(10000) * np.arange(0, width, 2) / width)
    return torch.from_numpy(np.stack([np.sin(angle), np.cos(angle)], -1).reshape(count, width).astype(np.float32))


def pt_base_loss(mode, inputs, sizes):
    """The batch of ours_steps.ts: every clip and sentence of full length, frames shifted by a start frame of zeros."""
    batch, length, tokens, words = (int(sizes[name]) for name in ("batch", "frames", "tokens", "words"))
    ids = drawn((batch, tokens - 1), WORD_SEED, END_ID + 1, words)
    ids = mode.placed(torch.cat([ids, torch.full((batch, 1), END_ID)], 1))
    counter = mode.placed(torch.arange(length + 1, dtype=torch.float32)[None, :, None].expand(batch, -1, -1) / length)
    joints = inputs["joints"]
    shifted = torch.cat([torch.zeros_like(joints[:, :1]), joints[:, :-1]], 1)
    frames = torch.cat([shifted, counter[:, :-1]], -1)
    goal = torch.cat([joints, counter[:, 1:]], -1)
    table = mode.placed(positions(max(length, tokens), int(sizes["width"])))

    def loss(parameters):
        layers = Layers(parameters, sizes)
        memory = F.embedding(ids, parameters["tokens/table"]) + table[:tokens]
        for i in range(int(sizes["encoderLayers"])):
            memory = layers.feed_forward(f"encoder.{i}/feed_forward", layers.attention(f"encoder.{i}/self", memory))
        memory = layers.norm("encoder/norm", memory)
        x = layers.project("frames", frames) + table[:length]
        for i in range(int(sizes["decoderLayers"])):
            x = layers.attention(f"decoder.{i}/self", x, causal=True)
            x = layers.attention(f"decoder.{i}/cross", x, memory)
            x = layers.feed_forward(f"decoder.{i}/feed_forward", x)
        return F.mse_loss(layers.project("pose", layers.norm("decoder/norm", x)), goal)

    return loss


def judge_loss(mode, inputs, sizes):
    """The batch of judge_step.ts: every clip, its glosses and its sentence of full length."""
    batch, length, words, glosses = (int(sizes[name]) for name in ("batch", "frames", "words", "glosses"))
    classes, vocabulary, width = (int(sizes[name]) for name in ("glossClasses", "vocabulary", "width"))
    labels = mode.placed(drawn((batch, glosses), GLOSS_SEED, FIRST_GLOSS_CLASS, classes))
    spoken = drawn((batch, words), WORD_SEED, END_ID + 1, vocabulary)
    given = mode.placed(torch.cat([torch.full((batch, 1), START_ID), spoken], 1))
    goal = mode.placed(torch.cat([spoken, torch.full((batch, 1), END_ID)], 1)).flatten()
    frame_lengths, label_lengths = torch.full((batch,), length), torch.full((batch,), glosses)
    table = mode.placed(positions(max(length, words + 1), width))
    running = {name: tuple(mode.placed(make(width)) for make in (torch.zeros, torch.ones)) for name in ("frames", "words")}

    def loss(parameters):
        layers = Layers(parameters, sizes)
        memory = layers.embed("frames", layers.project("frames", inputs["frames"]), running["frames"]) + table[:length]
        for i in range(int(sizes["encoderLayers"])):
            memory = layers.feed_forward(f"encoder.{i}/feed_forward", layers.attention(f"encoder.{i}/self", memory))
        memory = layers.norm("encoder/norm", memory)
        signed = F.log_softmax(layers.project("gloss", memory), -1).transpose(0, 1)
        # 'mean' is each clip's loss by its labels, averaged over clips.
        recognition = F.ctc_loss(signed, labels, frame_lengths, label_lengths, blank=0, reduction="mean", zero_infinity=True)
        x = layers.embed("words", F.embedding(given, parameters["words/table"]), running["words"]) + table[: words + 1]
        for i in range(int(sizes["decoderLayers"])):
            x = layers.attention(f"decoder.{i}/self", x, causal=True)
            x = layers.attention(f"decoder.{i}/cross", x, memory)
            x = layers.feed_forward(f"decoder.{i}/feed_forward", x)
        logits = layers.project("words/out", layers.norm("decoder/norm", x)).flatten(0, 1)
        translation = F.cross_entropy(logits, goal, reduction="sum") / batch
        return sizes["recognition"] * recognition + sizes["translation"] * translation

    return loss


def prepare(mode, task):
    inputs = {name: mode.placed(noise(spec)) for name, spec in task["inputs"].items()}
    kind, sizes, chain = task["kind"], task["sizes"], task["chain"]
    if kind == "linear_half" and mode.half is None:
        raise Unable("this mode computes in float32")
    if kind.endswith("_step") and mode.half is torch.float16:
        raise Unable("training with float16 wants scaled losses; bf16 does not")
    if kind in ("linear", "linear_half"):
        return Chain(mode, inputs["x"], lambda x: F.linear(x, inputs["w"], inputs["b"]), chain)
    if kind == "layer_norm":
        width = inputs["x"].shape[-1:]
        return Chain(mode, inputs["x"], lambda x: F.layer_norm(x, width, inputs["gamma"], inputs["beta"], sizes["normEpsilon"]), chain)
    if kind == "attention":
        # Heads first, turned once outside what is timed.
        q, k, v = (inputs[name].unflatten(-1, (int(sizes["heads"]), -1)).transpose(1, 2).contiguous() for name in "qkv")
        return Chain(mode, q, lambda x: attend(x, k, v), chain, lambda x: x.transpose(1, 2))
    if kind == "adamw":
        return AdamW(mode, task, inputs)
    if kind == "encoder_step":
        return Training(mode, task, inputs, encoder_loss(inputs, sizes))
    loss = judge_loss if kind == "judge_step" else pt_base_loss
    return Training(mode, task, inputs, loss(mode, inputs, sizes))


def spent(work, times):
    began = time.perf_counter()
    work.run(times)
    return time.perf_counter() - began


def settle(mode, work):
    """Warms up, takes the number of threads that is fastest on a CPU, and finds how many runs make a sample."""
    spent(work, 1)
    best = {}
    for threads in {torch.get_num_threads()} if mode.cuda else {1, os.cpu_count()}:
        torch.set_num_threads(threads)
        best[threads] = min(spent(work, 1) for _ in range(2))
    threads = min(best, key=best.get)
    torch.set_num_threads(threads)
    waiting = "synchronised" if mode.cuda else f"{threads} thread{'' if threads == 1 else 's'}"
    return max(1, min(MOST_TIMES, round(SAMPLE_S / best[threads]))), waiting


def serve(mode):
    versions = {"torch": torch.__version__, "python": sys.version.split()[0]}
    reply({"device": mode.device, "versions": versions, **({"rounding": mode.rounding} if mode.rounding else {})})
    work, times, chain, waiting = None, 1, 1, ""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                work, chain = prepare(mode, request["prepare"]), request["prepare"]["chain"]
                result = work.result()
                times, waiting = settle(mode, work)
                reply({"result": result})
            else:
                reply({"ms": 1000 * spent(work, times) / times / chain, "times": times, "waiting": waiting})
        except Unable as error:
            reply({"unable": str(error)})
        except Exception as error:
            reply({"unable": f"{type(error).__name__}: {error}".split("\n")[0]})


try:
    serve(Mode(sys.argv[1:]))
except Unable as error:
    reply({"unable": str(error)})
