"""Writes what an outside framework computes, for kernels-test/fixtures*.test.ts to hold ours against.

    python3 kernels-test/parity/make_fixture.py

needs PyTorch (made with 1.13 on a CPU) and nothing else. Two models out of torch's own parts, with the tensor names that the published Progressive
Transformers code gives its state dict: one from tokens to frames, one from tokens to tokens. Weights, motions and sentences are random, from a fixed seed.
"""

import json
import struct
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

PAD, START, END = 1, 2, 3
FIRST_WORD = 4
FRAME = 151
HERE = Path(__file__).parent


class PositionalEncoding(nn.Module):
    """Sines on even columns, cosines on odd ones, base 10,000."""

    def __init__(self, width, longest=32):
        super().__init__()
        angle = torch.arange(longest)[:, None] * 10_000 ** (-torch.arange(0, width, 2) / width)
        self.register_buffer("pe", torch.stack([angle.sin(), angle.cos()], dim=-1).reshape(1, longest, width), persistent=False)

    def forward(self, x):
        return x + self.pe[:, : x.shape[1]]


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        for part in ("k", "v", "q", "output"):
            setattr(self, f"{part}_layer", nn.Linear(width, width))

    def forward(self, query, memory, lengths, causal=False):
        steps, keys = query.shape[1], memory.shape[1]
        # True hides, as torch has it.
        padding = torch.arange(keys)[None] >= lengths[:, None]
        future = torch.ones(steps, keys, dtype=torch.bool).triu(1) if causal else None
        mixed, _ = F.multi_head_attention_forward(
            query.transpose(0, 1),
            memory.transpose(0, 1),
            memory.transpose(0, 1),
            query.shape[2],
            self.heads,
            in_proj_weight=None,
            in_proj_bias=torch.cat([self.q_layer.bias, self.k_layer.bias, self.v_layer.bias]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=self.output_layer.weight,
            out_proj_bias=self.output_layer.bias,
            key_padding_mask=padding,
            need_weights=False,
            attn_mask=future,
            use_separate_proj_weight=True,
            q_proj_weight=self.q_layer.weight,
            k_proj_weight=self.k_layer.weight,
            v_proj_weight=self.v_layer.weight,
        )
        return mixed.transpose(0, 1)


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.layer_norm = nn.LayerNorm(width, eps=1e-6)
        self.pwff_layer = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(0), nn.Linear(hidden, width), nn.Dropout(0))

    def forward(self, x):
        return x + self.pwff_layer(self.layer_norm(x))


class EncoderLayer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.layer_norm = nn.LayerNorm(width, eps=1e-6)
        self.src_src_att = Attention(width, heads)
        self.feed_forward = FeedForward(width, hidden)

    def forward(self, x, lengths):
        rested = self.layer_norm(x)
        return self.feed_forward(x + self.src_src_att(rested, rested, lengths))


class DecoderLayer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.trg_trg_att = Attention(width, heads)
        self.src_trg_att = Attention(width, heads)
        self.feed_forward = FeedForward(width, hidden)
        self.x_layer_norm = nn.LayerNorm(width, eps=1e-6)
        self.dec_layer_norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x, lengths, memory, memory_lengths):
        rested = self.x_layer_norm(x)
        x = x + self.trg_trg_att(rested, rested, lengths, causal=True)
        return self.feed_forward(x + self.src_trg_att(self.dec_layer_norm(x), memory, memory_lengths))


class Encoder(nn.Module):
    def __init__(self, width, heads, hidden, layers):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(width, heads, hidden) for _ in range(layers))
        self.layer_norm = nn.LayerNorm(width, eps=1e-6)
        self.pe = PositionalEncoding(width)

    def forward(self, x, lengths):
        x = self.pe(x)
        for layer in self.layers:
            x = layer(x, lengths)
        return self.layer_norm(x)


class Decoder(nn.Module):
    def __init__(self, width, heads, hidden, layers, outputs):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(width, heads, hidden) for _ in range(layers))
        self.layer_norm = nn.LayerNorm(width, eps=1e-6)
        self.pe = PositionalEncoding(width)
        self.output_layer = nn.Linear(width, outputs, bias=False)

    def forward(self, x, lengths, memory, memory_lengths):
        x = self.pe(x)
        for layer in self.layers:
            x = layer(x, lengths, memory, memory_lengths)
        return self.output_layer(self.layer_norm(x))


class Embeddings(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.lut = nn.Embedding(words, width, padding_idx=PAD)

    def forward(self, ids):
        return self.lut(ids)


class Model(nn.Module):
    """`target` embeds what the decoder is given: frames, or tokens of `outputs` classes."""

    def __init__(self, target, words, outputs, width, heads, hidden, encoder_layers, decoder_layers):
        super().__init__()
        self.src_embed = Embeddings(words, width)
        self.trg_embed = target
        self.encoder = Encoder(width, heads, hidden, encoder_layers)
        self.decoder = Decoder(width, heads, hidden, decoder_layers, outputs)

    def forward(self, src, src_lengths, given, lengths):
        memory = self.encoder(self.src_embed(src), src_lengths)
        return self.decoder(self.trg_embed(given), lengths, memory, src_lengths)


def sentences(lengths, words):
    """Random ids closed with </s> and padded."""
    ids = torch.full((len(lengths), max(lengths)), PAD)
    for row, length in zip(ids, lengths):
        row[: length - 1] = torch.randint(FIRST_WORD, words, (length - 1,))
        row[length - 1] = END
    return ids


def train(model, outputs_of, loss_of, optimiser, clip, steps=10):
    """Weights before step 0, outputs and gradients of step 0, and the losses and gradient norms of all steps."""
    kept = {f"weight.{name}": p.detach().clone() for name, p in model.named_parameters()}
    losses, norms = [], []
    for step in range(steps):
        optimiser.zero_grad()
        out = outputs_of()
        loss = loss_of(out)
        loss.backward()
        if step == 0:
            kept["out"] = out.detach().clone()
            kept.update({f"grad.{name}": p.grad.clone() for name, p in model.named_parameters()})
        losses.append(loss.item())
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), clip).item())
        optimiser.step()
    return {**kept, "losses": torch.tensor(losses, dtype=torch.float64), "grad_norms": torch.tensor(norms, dtype=torch.float64)}


def spread_out(model):
    """Biases and norms that matter: torch begins them as zeros and ones, with which a swapped or missing one would not be seen."""
    with torch.no_grad():
        for p in model.parameters():
            if p.ndim == 1:
                p.add_(0.1 * torch.randn_like(p))


def save(name, tensors, about):
    codes = {torch.float32: ("F32", "f"), torch.float64: ("F64", "d"), torch.int32: ("I32", "i")}
    # Widest first, so that every tensor stays aligned.
    order = sorted(tensors.items(), key=lambda item: -item[1].element_size())
    header, data = {"__metadata__": {key: str(value) for key, value in about.items()}}, b""
    for key, tensor in order:
        dtype, code = codes[tensor.dtype]
        flat = tensor.reshape(-1).tolist()
        header[key] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + tensor.element_size() * len(flat)]}
        data += struct.pack(f"<{len(flat)}{code}", *flat)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + data)
    print(name, 8 + len(text) + len(data), "bytes")


def text_to_pose():
    torch.manual_seed(27)
    about = {"heads": 3, "lr": 1e-3, "clip": 0.12}
    words, width, lengths, src_lengths = 13, 24, [11, 7, 9], [4, 7, 2]
    target = nn.Linear(FRAME, width)
    model = Model(target, words, FRAME, width, about["heads"], hidden=20, encoder_layers=2, decoder_layers=1)
    spread_out(model)
    src = sentences(src_lengths, words)
    # Joints that drift, and the counter; zeros behind a clip's end.
    trg = torch.zeros(len(lengths), max(lengths), FRAME)
    for clip, length in zip(trg, lengths):
        clip[:length] = 0.3 * torch.randn(1, FRAME) + 0.05 * torch.randn(length, FRAME).cumsum(0)
        clip[:length, -1] = torch.arange(length) / length
    given, goal = trg[:, :-1], trg[:, 1:]
    steps = torch.tensor(lengths) - 1
    counts = torch.arange(goal.shape[1])[None] < steps[:, None]

    def loss_of(out):
        errors = ((out - goal) ** 2) * counts[:, :, None]
        return errors.sum() / goal.numel() / len(lengths)

    optimiser = torch.optim.Adam(model.parameters(), lr=about["lr"], betas=(0.9, 0.999), eps=1e-8)
    run = train(model, lambda: model(src, torch.tensor(src_lengths), given, steps), loss_of, optimiser, about["clip"])
    batch = {"src": src, "src_lengths": torch.tensor(src_lengths), "trg_lengths": torch.tensor(lengths)}
    save("progressive.safetensors", {**run, "trg": trg, **{key: ids.int() for key, ids in batch.items()}}, about)


def text_to_gloss():
    torch.manual_seed(28)
    about = {"heads": 2, "lr": 3e-3, "clip": 0.5, "smoothing": 0.1, "weight_decay": 0.05}
    words, glosses, width, lengths, src_lengths = 11, 9, 16, [3, 5, 4], [5, 3, 8]
    model = Model(Embeddings(glosses, width), words, glosses, width, about["heads"], hidden=28, encoder_layers=1, decoder_layers=2)
    spread_out(model)
    src, goal = sentences(src_lengths, words), sentences(lengths, glosses)
    given = torch.cat([torch.full((len(lengths), 1), START), goal[:, :-1]], dim=1)
    # What the decoder is given behind a sentence's end is padding too.
    given[torch.arange(goal.shape[1])[None] >= torch.tensor(lengths)[:, None]] = PAD

    def loss_of(out):
        return F.cross_entropy(out.transpose(1, 2), goal, ignore_index=PAD, label_smoothing=about["smoothing"])

    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": matrices, "weight_decay": about["weight_decay"]}, {"params": vectors, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=about["lr"], betas=(0.9, 0.999), eps=1e-8)
    steps = torch.tensor(lengths)
    run = train(model, lambda: model(src, torch.tensor(src_lengths), given, steps), loss_of, optimiser, about["clip"])
    batch = {"src": src, "src_lengths": torch.tensor(src_lengths), "gloss": goal, "gloss_lengths": steps}
    save("gloss.safetensors", {**run, **{key: ids.int() for key, ids in batch.items()}}, about)


torch.set_num_threads(1)
text_to_pose()
text_to_gloss()
