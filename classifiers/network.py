"""The encoder as a torch module: embeddings, transformer layers, mean pooling, one linear head for all columns.

Needs the `train` extra; nothing at run time imports this.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from classifiers.linear import COLUMNS
from classifiers.pretrained import Pretrained

_EPSILON = 1e-12


class _Layer(nn.Module):
    def __init__(self, width: int, inner: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.attended = nn.Linear(width, width)
        self.inner = nn.Linear(width, inner)
        self.outer = nn.Linear(inner, width)
        self.norm_attended = nn.LayerNorm(width, eps=_EPSILON)
        self.norm_outer = nn.LayerNorm(width, eps=_EPSILON)
        self.heads = heads
        self.dropout = dropout

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        rows, length, width = states.shape
        shape = (rows, length, self.heads, width // self.heads)
        query = self.query(states).view(shape).transpose(1, 2)
        key = self.key(states).view(shape).transpose(1, 2)
        value = self.value(states).view(shape).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self.attended(mixed.transpose(1, 2).reshape(rows, length, width))
        states = self.norm_attended(states + self._dropped(mixed))
        inner = self.outer(functional.gelu(self.inner(states)))
        result: Tensor = self.norm_outer(states + self._dropped(inner))
        return result

    def _dropped(self, states: Tensor) -> Tensor:
        return functional.dropout(states, self.dropout, self.training)


class Network(nn.Module):
    """`forward(ids, mask)`, both (rows, length) int64 -> logits (rows, COLUMNS), ordered as linear's columns."""

    def __init__(self, start: Pretrained, layers: Sequence[int], dropout: float = 0.1) -> None:
        """`layers`: which of the pretrained layers are kept, lowest first."""
        super().__init__()
        vocabulary, width = start.tensors["words"].shape
        inner = len(start.tensors["0.inner.bias"])
        self.words = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(len(start.tensors["positions"]), width)
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.layers = nn.ModuleList(_Layer(width, inner, start.heads, dropout) for _ in layers)
        self.head = nn.Linear(width, COLUMNS)
        self.dropout = dropout
        given = {
            "words.weight": start.tensors["words"],
            "positions.weight": start.tensors["positions"] + start.tensors["types"][0],
            "norm.weight": start.tensors["norm.weight"],
            "norm.bias": start.tensors["norm.bias"],
        }
        given |= {name: value for name, value in start.tensors.items() if name.startswith("head.")}
        for at, layer in enumerate(layers):
            prefix = f"{layer}."
            for name, value in start.tensors.items():
                if name.startswith(prefix):
                    given[f"layers.{at}.{name.removeprefix(prefix)}"] = value
        state = {name: torch.from_numpy(value.copy()) for name, value in given.items()}
        missing = self.load_state_dict(state, strict=False).missing_keys
        assert all(name.startswith("head.") for name in missing), missing
        if missing:
            nn.init.normal_(self.head.weight, std=0.02)
            nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.norm(self.words(ids) + self.positions(places)[None])
        states = functional.dropout(states, self.dropout, self.training)
        seen = (mask > 0)[:, None, None, :]
        for layer in self.layers:
            states = layer(states, seen)
        weight = mask[:, :, None].to(states.dtype)
        pooled = (states * weight).sum(1) / weight.sum(1)
        pooled = functional.dropout(pooled, self.dropout, self.training)
        logits: Tensor = self.head(pooled)
        return logits
