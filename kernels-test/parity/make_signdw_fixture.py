"""Writes what PyTorch's own transformer computes in the shape of the SignDW Transformer, for kernels-test/fixtures_signdw.test.ts to hold ours against.

    python3 kernels-test/parity/make_signdw_fixture.py

needs PyTorch (made with 2.13 on a CPU) and nothing else. Heads of odd width, few layers in and many out, z-scores, a vocabulary that was cut and sentences
that were; weights, poses and sentences are random or invented. Names of tensors are those of the published state dict.
"""

import json
import math
import re
import struct
from collections import Counter
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
PAD, UNK, BOS, EOS = range(4)
SIZES = {"hidden_dim": 20, "num_heads": 4, "encoder_layers": 1, "decoder_layers": 3, "ff_dim": 28, "max_text_len": 11, "max_pose_frames": 12}
NUMBERS, BATCH, MOST, STEPS = 30, 2, 22, 10
TEXTS = [
    "The rain, it stays; the wind doesn't.",
    "Sun!",
    "Heute kommt Regen, morgen kommt die Sonne, sagt der Mann im Norden.",
    "今日は雨です。",
    "Rain again, and the wind?",
    "The sun stays, the rain goes; is it 21 degrees in the north today, or not?",
]
FRAMES = [12, 9, 10, 12, 1, 11]


class SignDw(nn.Module):
    def __init__(self, words, numbers):
        super().__init__()
        width, heads, hidden = SIZES["hidden_dim"], SIZES["num_heads"], SIZES["ff_dim"]
        kind = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
        self.token_embed = nn.Embedding(words, width)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(width, heads, hidden, **kind), SIZES["encoder_layers"], enable_nested_tensor=False
        )
        self.target_embed = nn.Linear(numbers + 1, width)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(width, heads, hidden, **kind), SIZES["decoder_layers"])
        self.output_norm = nn.LayerNorm(width)
        self.pose_head = nn.Linear(width, numbers)
        self.length_head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width // 2), nn.GELU(), nn.Linear(width // 2, 1))

    def positions(self, x):
        width = x.shape[2]
        angle = torch.arange(x.shape[1])[:, None] * 10_000 ** (-torch.arange(0, width, 2) / width)
        return x + torch.stack([angle.sin(), angle.cos()], dim=-1).reshape(1, x.shape[1], width).to(x)

    def encode(self, ids):
        blank = ids == PAD
        memory = self.encoder(self.positions(self.token_embed(ids) * math.sqrt(SIZES["hidden_dim"])), src_key_padding_mask=blank)
        valid = (~blank).to(memory)[:, :, None]
        pooled = (memory * valid).sum(1) / valid.sum(1).clamp(min=1)
        return memory, blank, torch.sigmoid(self.length_head(pooled))[:, 0]

    def decode(self, given, memory, blank):
        future = torch.ones(given.shape[1], given.shape[1], dtype=torch.bool).triu(1)
        y = self.decoder(self.positions(self.target_embed(given)), memory, tgt_mask=future, memory_key_padding_mask=blank)
        return self.pose_head(self.output_norm(y))

    def forward(self, ids, poses):
        memory, blank, length = self.encode(ids)
        given = torch.cat([torch.zeros_like(poses[:, :1]), poses[:, :-1]], dim=1)
        return memory, self.decode(given, memory, blank), length


def tokens(text):
    return re.findall(r"[\w']+|[^\w\s]", text.lower())


def vocabulary():
    counts = Counter(token for text in TEXTS for token in tokens(text))
    return ["<pad>", "<unk>", "<bos>", "<eos>", *sorted(counts, key=lambda token: (-counts[token], token))][:MOST]


def batches(vocab):
    """Sentences and z-scored poses, padded: frames behind a clip's end are zeros that were z-scored too, their counter is 0."""
    most, longest = SIZES["max_text_len"], SIZES["max_pose_frames"]
    raw = [0.5 + 0.2 * torch.randn(1, NUMBERS) + 0.05 * torch.randn(n, NUMBERS).cumsum(0) for n in FRAMES]
    mean, std = torch.cat(raw).mean(0), torch.cat(raw).var(0, unbiased=False).clamp(min=1e-6).sqrt()
    made = []
    for first in range(0, len(TEXTS), BATCH):
        ids = torch.full((BATCH, most), PAD)
        poses = torch.zeros(BATCH, longest, NUMBERS + 1)
        poses[:, :, :NUMBERS] = -mean / std
        texts, clips, frames = (of[first : first + BATCH] for of in (TEXTS, raw, FRAMES))
        lengths = []
        for row, text in zip(ids, texts):
            sentence = [BOS, *(vocab.index(token) if token in vocab else UNK for token in tokens(text)), EOS][:most]
            row[: len(sentence)] = torch.tensor(sentence)
            lengths.append(len(sentence))
        for row, clip, n in zip(poses, clips, frames):
            row[:n, :NUMBERS] = (clip - mean) / std
            row[:n, NUMBERS] = (torch.arange(n) + 1) / n
        mask = (torch.arange(longest)[None] < torch.tensor(frames)[:, None]).float()
        target = torch.tensor(frames) / longest
        made.append({"text_ids": ids, "text_len": torch.tensor(lengths), "poses": poses, "pose_mask": mask, "pose_len": torch.tensor(frames), "length_target": target})
    return made, {"norm.mean": mean, "norm.std": std}


def losses(model, batch):
    memory, pred, length = model(batch["text_ids"], batch["poses"])
    errors = (pred - batch["poses"][:, :, :NUMBERS]) ** 2 * batch["pose_mask"][:, :, None]
    pose = errors.sum() / (batch["pose_mask"].sum().clamp(min=1) * NUMBERS)
    of_length = ((length - batch["length_target"]) ** 2).mean()
    return (pose + 0.1 * of_length, pose, of_length), (memory, torch.cat([pred, batch["poses"][:, :, NUMBERS:]], dim=2), length)


def freely(model, batch, kept=10):
    memory, blank, length = model.encode(batch["text_ids"])
    longest = SIZES["max_pose_frames"]
    given = torch.zeros(BATCH, 1, NUMBERS + 1)
    for i in range(longest):
        frame = model.decode(given, memory, blank)[:, -1:]
        given = torch.cat([given, torch.cat([frame, torch.full((BATCH, 1, 1), (i + 1) / longest)], dim=2)], dim=1)
    frames = torch.round(length * longest).long().clamp(8, longest)
    return {"infer.pred": given[:, 1 : kept + 1], "infer.length_pred": length, "infer.frames": frames}


def start(model):
    """As the published code begins; then vectors that matter, and lengths that differ."""
    with torch.no_grad():
        for p in model.parameters():
            if p.ndim > 1:
                nn.init.xavier_uniform_(p)
            else:
                p.add_(0.1 * torch.randn_like(p))
        model.length_head[3].weight.mul_(3)


def train(model, made):
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=STEPS, eta_min=1e-5)
    steps = []
    for step in range(STEPS):
        optimiser.zero_grad()
        (loss, pose, length), _ = losses(model, made[step % len(made)])
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        steps.append([loss.item(), pose.item(), length.item(), norm.item(), optimiser.param_groups[0]["lr"]])
        optimiser.step()
        schedule.step()
    after = dict(model.named_parameters())
    names = ["token_embed.weight", "encoder.layers.0.self_attn.in_proj_weight", "decoder.layers.2.multihead_attn.in_proj_weight", "pose_head.bias"]
    kept = {f"train.w10.{name}": after[name] for name in names}
    kept["train.w10.target_embed.weight.cols3_9"] = after["target_embed.weight"][:, 3:9]
    return {"train.steps": torch.tensor(steps), **kept}


def save(name, tensors, about):
    codes = {torch.float32: ("F32", "f"), torch.int32: ("I32", "i")}
    header, data = {"__metadata__": {key: json.dumps(value, ensure_ascii=False) for key, value in about.items()}}, b""
    for key, tensor in tensors.items():
        tensor = tensor.detach().int() if tensor.dtype == torch.int64 else tensor.detach()
        dtype, code = codes[tensor.dtype]
        flat = tensor.reshape(-1).tolist()
        header[key] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + 4 * len(flat)]}
        data += struct.pack(f"<{len(flat)}{code}", *flat)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + data)
    print(name, 8 + len(text) + len(data), "bytes")


torch.set_num_threads(1)
torch.manual_seed(29)
vocab = vocabulary()
made, norm = batches(vocab)
model = SignDw(len(vocab), NUMBERS)
start(model)
kept = {f"w.{name}": p.detach().clone() for name, p in model.named_parameters()}
kept.update({f"in.{b}.{name}": tensor for b, batch in enumerate(made) for name, tensor in batch.items()})
terms, outputs = losses(model, made[0])
terms[0].backward()
kept.update({f"g.{name}": p.grad.clone() for name, p in model.named_parameters()})
squares = sum((p.grad**2).sum() for p in model.parameters())
kept.update(dict(zip(["out.memory", "out.pred", "out.length_pred"], outputs)))
kept.update({"out.loss_terms": torch.stack(terms), "out.grad_norm": squares.sqrt()[None]})
model.eval()
with torch.no_grad():
    kept.update(freely(model, made[0]))
    kept["eval.metrics"] = torch.stack([torch.stack(losses(model, batch)[0][1:]) for batch in made]).mean(0)
model.train()
kept.update(train(model, made))
about = {
    "sizes": {**SIZES, "vocab_size": len(vocab), "batches": len(made), "params": sum(p.numel() for p in model.parameters())},
    "vocab": vocab,
    "texts": TEXTS,
    "optimiser": {"lr": 3e-4, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01, "grad_clip_norm": 1.0, "steps": STEPS},
}
save("signdw.safetensors", {**kept, **norm}, about)
