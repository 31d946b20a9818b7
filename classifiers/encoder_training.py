"""Fine-tunes the encoder on labelled posts: seeded, on CPU, a checkpoint every epoch.

rows -> texts, some of them dressed or short of a word -> pieces -> batches of like length -> AdamW -> checkpoint

Needs the `train` extra; nothing at run time imports this.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, distributed, multiprocessing, nn
from torch.nn import functional

from classifiers import dress, fitting
from classifiers.encoder import LONGEST
from classifiers.labelled import Row
from classifiers.linear import CONTEXTS, F32, URGENT
from classifiers.marks import with_marks
from classifiers.network import Network
from classifiers.normalise import normalise_text
from classifiers.pretrained import PAD, Pretrained

#: Dresses that outlive the normaliser, so that a copy differs from its original; marks are lost most often.
_DRESSES: Final = (*["no_diacritics"] * 4, *["some_diacritics"] * 2, "leet", "spaces", "teencode", "dots")


@dataclass(frozen=True)
class Plan:
    """How to train. `rate` is the top layer's learning rate; each layer below learns `decay` as fast, and
    the `frozen` lowest layers not at all, the embeddings `words` times as fast as the top layer. Workers of one
    thread each, which meet once a batch: on shared cores the threads of one process wait for each other at every
    operation. `dressed` is the share of texts that an epoch shows in a dress drawn by lot, `twice` the share of
    those that get a second one; `lost` is the chance of a word to be left out of a text that gets none.
    A checkpoint is written each `every` steps too.
    """

    layers: tuple[int, ...] = tuple(range(12))
    frozen: int = 0
    epochs: int = 10
    batch: int = 32
    rate: float = 2e-4
    head_rate: float = 4e-4
    decay: float = 0.9
    warm_up: float = 0.08
    dressed: float = 0.35
    twice: float = 0.0
    lost: float = 0.0
    words: float = 0.0
    every: int = 200
    workers: int = 2
    seed: int = 0


#: How to go on from an encoder that knows most of these posts: slower, and seldom shown one as it was written. A
#: second pass over what it knows gained nothing; new posts are shown thrice in the one (`release.FRESH`).
FURTHER: Final = Plan(
    epochs=1, rate=1e-4, head_rate=2e-4, warm_up=0.06, dressed=0.5, twice=0.3, lost=0.04, words=0.3
)


def pieces_of(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Ids of normalised texts, read as at run time: at most LONGEST each, lost marks put back."""
    tokenizer.enable_truncation(LONGEST)
    return [encoded.ids for encoded in tokenizer.encode_batch([with_marks(text) for text in texts])]


def padded(pieces: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """(ids, mask), both (rows, longest) int64."""
    ids = torch.full((len(pieces), max(map(len, pieces))), PAD, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for at, each in enumerate(pieces):
        ids[at, : len(each)] = torch.tensor(each)
        mask[at, : len(each)] = 1
    return ids, mask


def batches(lengths: Sequence[int], size: int, draw: random.Random) -> Iterator[list[int]]:
    """Rows in batches of like length, in random order."""
    order = list(range(len(lengths)))
    draw.shuffle(order)
    batches: list[list[int]] = []
    for first in range(0, len(order), size * 40):
        pool = sorted(order[first : first + size * 40], key=lengths.__getitem__)
        batches += [pool[at : at + size] for at in range(0, len(pool), size)]
    draw.shuffle(batches)
    yield from batches


def _loss(logits: Tensor, targets: Tensor) -> Tensor:
    count = len(CONTEXTS)
    context = functional.cross_entropy(logits[:, :count], targets[:, :count].argmax(1), label_smoothing=0.03)
    categories = functional.binary_cross_entropy_with_logits(
        logits[:, count:URGENT], targets[:, count:URGENT]
    )
    flagged = 1 - targets[:, CONTEXTS.index(CONTEXTS[-1])]
    urgency = functional.binary_cross_entropy_with_logits(
        logits[:, URGENT], targets[:, URGENT], reduction="none"
    )
    return context + 5 * categories + 0.3 * (urgency * flagged).sum() / flagged.sum().clamp(min=1)


def _groups(network: Network, plan: Plan) -> list[dict[str, object]]:
    """Parameters with their learning rates: heads fastest, lower layers slower, the rest fixed."""
    depth = len(plan.layers)
    rates: dict[float, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if name.startswith("head."):
            rate = plan.head_rate
        elif name.startswith("layers.") and int(name.split(".")[1]) >= plan.frozen:
            rate = plan.rate * plan.decay ** (depth - 1 - int(name.split(".")[1]))
        elif name.startswith(("words.", "positions.", "norm.")) and plan.words:
            rate = plan.rate * plan.words
        else:
            parameter.requires_grad_(False)
            continue
        rates.setdefault(rate, []).append(parameter)
    return [{"params": parameters, "lr": rate, "peak": rate} for rate, parameters in rates.items()]


def logits_of(network: Network, tokenizer: Tokenizer, texts: Sequence[str], batch: int = 32) -> F32:
    """Logits of normalised texts, (texts, COLUMNS)."""
    pieces = pieces_of(tokenizer, texts)
    order = sorted(range(len(pieces)), key=lambda at: len(pieces[at]))
    result = np.zeros((len(texts), URGENT + 1), dtype=np.float32)
    network.eval()
    with torch.no_grad():
        for first in range(0, len(order), batch):
            rows = order[first : first + batch]
            result[rows] = network(*padded([pieces[at] for at in rows])).float().numpy()
    return result


def fine_tune(
    start: Pretrained,
    rows: Sequence[Row],
    plan: Plan,
    folder: Path,
    say: Callable[[str], None] = lambda line: None,
    after: Path | None = None,
) -> Network:
    """Train on `rows`; `folder` gets `epoch-N.pt` after each. The same rows and plan give the same network.

    `after`: a checkpoint to go on from, with a learning rate that rises and falls anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as meeting:
        place = f"file://{meeting}/meeting"
        if plan.workers == 1:
            _work(0, start, rows, plan, folder, place, say, after)
        else:
            multiprocessing.spawn(_work, (start, rows, plan, folder, place, say, after), nprocs=plan.workers)
    return restored(start, plan, folder / f"epoch-{plan.epochs}.pt")


def restored(start: Pretrained, plan: Plan, checkpoint: Path) -> Network:
    """The network of a checkpoint."""
    network = Network(start, plan.layers)
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    network.eval()
    return network


def _work(
    rank: int,
    start: Pretrained,
    rows: Sequence[Row],
    plan: Plan,
    folder: Path,
    place: str,
    say: Callable[[str], None],
    after: Path | None,
) -> None:
    """One of `plan.workers` processes; each takes its part of every batch, gradients are averaged."""
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    distributed.init_process_group("gloo", init_method=place, rank=rank, world_size=plan.workers)
    try:
        _train(rank, start, rows, plan, folder, say, after)
    finally:
        distributed.destroy_process_group()


def _worn(text: str, plan: Plan, draw: random.Random) -> str:
    if draw.random() < plan.dressed:
        text = dress.DRESSES[draw.choice(_DRESSES)](text, draw)
        return dress.DRESSES[draw.choice(_DRESSES)](text, draw) if draw.random() < plan.twice else text
    if plan.lost:
        words = text.split(" ")
        return " ".join(word for word in words if draw.random() >= plan.lost) or text
    return text


def _average(parameters: Sequence[nn.Parameter], workers: int) -> None:
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= workers
    at = 0
    for gradient in gradients:
        gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
        at += gradient.numel()


def _train(
    rank: int,
    start: Pretrained,
    rows: Sequence[Row],
    plan: Plan,
    folder: Path,
    say: Callable[[str], None],
    after: Path | None,
) -> None:
    draw = random.Random(plan.seed)  # noqa: S311 (repeatable, not secret)
    tokenizer = Tokenizer.from_str(start.tokenizer)
    network = Network(start, plan.layers) if after is None else restored(start, plan, after)
    torch.manual_seed(plan.seed + rank)
    targets = torch.from_numpy(fitting.targets_of(rows))
    optimizer = torch.optim.AdamW(_groups(network, plan), weight_decay=0.01, fused=True)
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    each_epoch = -(-len(rows) // plan.batch)
    total = plan.epochs * each_epoch
    warm = max(1, int(total * plan.warm_up))
    done, began, running = 0, time.monotonic(), 0.0
    halves = torch.cpu._is_avx512_bf16_supported()  # imitated elsewhere, at four times the cost of 32 bits
    for epoch in range(plan.epochs):
        pieces = pieces_of(tokenizer, [normalise_text(_worn(row.text, plan, draw)) for row in rows])
        network.train()
        for batch in batches([len(each) for each in pieces], plan.batch, draw):
            factor = min((done + 1) / warm, max(0.02, (total - done) / max(1, total - warm)))
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            mine = batch[rank :: plan.workers] or batch[:1]
            ids, mask = padded([pieces[at] for at in mine])
            with torch.autocast("cpu", torch.bfloat16, enabled=halves):
                logits = network(ids, mask)
            loss = _loss(logits.float(), targets[mine])
            loss.backward()
            _average(learning, plan.workers)
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            done += 1
            running += loss.item()
            if rank == 0 and done % 25 == 0:
                say(f"step {done} of {total}, loss {running / 25:.3f}, {time.monotonic() - began:.0f} s")
                running = 0.0
            if rank == 0 and done % plan.every == 0:
                torch.save(network.state_dict(), folder / "latest.pt")
        if rank == 0:
            torch.save(network.state_dict(), folder / f"epoch-{epoch + 1}.pt")
