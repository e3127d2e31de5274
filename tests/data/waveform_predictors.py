#!/usr/bin/env python3
"""Derives the predictor weights of the small waveform codec (src/reading/codec/small/predictor.rs).

usage: IOMT_SHARED=FOLDER waveform_predictors.py [even|odd]      (numpy; two minutes)

Lloyd's algorithm on 1 s blocks: each block goes to the predictor that leaves the least
mean log energy over its 30-sample segments; each predictor is then solved again by least
squares on its blocks, every segment weighted by the inverse of the energy that was left of
it. 26 predictors are found beside the three plain differences, which stay as they are.
The best of three random starts is rounded to 1/32 and sorted by the first weight.

Signals and their shares: MIT-BIH ECG 3 (100 blocks of each channel, spread over the record),
wrist PPG 1, wrist and waist accelerometer 0.5 each, chest ECG at 125 Hz and a bedside monitor 0.3
each (60 blocks of each channel). `even` and `odd` take every other record of each set, to
be measured on the rest.
"""

import os
import sys
from pathlib import Path

import numpy as np

ORDER, FOUND, SEGMENT = 16, 26, 30
SHARE = {"mit": 3, "ppg": 1, "wrist": 0.5, "chest": 0.3, "waist": 0.5, "monitor": 0.3}
DATA = Path(os.environ["IOMT_SHARED"]) / "data"


def format_212(path):
    a, b, c = np.fromfile(path, np.uint8).reshape(-1, 3).astype(np.int32).T
    signed = lambda v: np.where(v > 2047, v - 4096, v)
    return [signed(a | (b & 15) << 8), signed(c | (b >> 4) << 8)]


def records():
    """(set, record number in the set, samples per second, samples) of every channel."""
    for i, name in enumerate((DATA / "ecg/mitdb/RECORDS").read_text().split()):
        for x in format_212(DATA / f"ecg/mitdb/{name}.dat"):
            yield "mit", i, 360, x
    for i in range(12):
        path = DATA / f"biosig/ppg_spc2015/{i + 1:02}.csv"
        columns = np.genfromtxt(path, delimiter=",", skip_header=1).T
        for x in columns[1:3]:
            yield "ppg", i, 125, x * (2 if np.any(x % 1) else 1)
        for x in columns[3:6]:
            yield "wrist", i, 125, x / 0.0078
        yield "chest", i, 125, columns[0] * 2
    for i, path in enumerate(sorted((DATA / "biosig/sisfall").glob("*.i16"))):
        x = np.fromfile(path, "<i2").reshape(-1, 3)
        middle = x[len(x) // 2 : len(x) // 2 + 20_000]
        for axis in middle.T:
            yield "waist", i, 200, axis
    path = DATA / "biosig/bidmc/bidmc_01_Signals.csv"
    for i, x in enumerate(np.genfromtxt(path, delimiter=",", skip_header=1).T[1:6]):
        yield "monitor", i, 125, x * 1023


def segments(x):
    """Covariances of (d[n], d[n-1] … d[n-16]) in each segment of a block, zeros before it."""
    d = np.concatenate([np.zeros(ORDER), np.diff(x, prepend=x[0])])
    v = np.lib.stride_tricks.sliding_window_view(d, ORDER + 1)[:, ::-1]
    count = len(v) // SEGMENT
    v = v[len(v) - count * SEGMENT :].reshape(count, SEGMENT, ORDER + 1)
    return np.einsum("sni,snj->sij", v, v) / SEGMENT


def blocks(parity):
    found, sets = [], []
    for name, number, rate, x in records():
        if parity is not None and number % 2 != parity:
            continue
        x = np.round(x).astype(np.int32)
        available, wanted = len(x) // rate, 100 if name == "mit" else 60
        for b in np.linspace(0, available - 1, min(available, wanted)).astype(int):
            found.append(segments(x[b * rate : (b + 1) * rate]))
            sets.append(name)
    return found, np.array([SHARE[name] / sets.count(name) for name in sets])


def solve(covariance):
    square = covariance[1:, 1:]
    ridge = np.eye(ORDER) * 1e-3 * np.trace(square) / ORDER
    return np.r_[1, -np.linalg.solve(square + ridge, covariance[1:, 0])]


def train(found, share, fixed, seed):
    random = np.random.default_rng(seed)
    pick = lambda: random.choice(len(found), p=share / share.sum())
    power = lambda s: np.trace(s, axis1=1, axis2=2)[:, None, None]
    all_segments, counts = np.concatenate(found), np.array([len(b) for b in found])
    starts, owner = np.r_[0, np.cumsum(counts)[:-1]], np.repeat(np.arange(len(found)), counts)
    filters = np.array([solve((found[i] / (power(found[i]) + 1)).sum(0)) for i in (pick() for _ in range(FOUND))])
    for _ in range(30):
        candidates = np.concatenate([fixed, filters])
        half = np.einsum("ki,sij->ksj", candidates, all_segments, optimize=True)
        energy = np.einsum("ksj,kj->sk", half, candidates)
        cost = np.add.reduceat(0.5 * np.log2(energy + 0.3), starts, axis=0) / counts[:, None]
        best, total = cost.argmin(1), share @ cost.min(1) / share.sum()
        for k in range(FOUND):
            mine = best == k + len(fixed)
            if mine.sum() < 5:
                mine[:] = False
                mine[pick()] = True
            used = mine[owner]
            weight = (share / counts)[owner[used]] / (energy[used, k + len(fixed)] + 0.3)
            filters[k] = solve(np.einsum("s,sij->ij", weight, all_segments[used]))
    return total, filters


def rounded(filters):
    """In units of 1/32, absolute values summing to at most 127, sorted by the first weight."""
    rows = np.round(-filters[:, 1:] * 32).astype(int)
    for row in rows:
        while np.abs(row).sum() > 127:
            largest = np.abs(row).argmax()
            row[largest] -= np.sign(row[largest])
    return rows[np.argsort(rows[:, 0], kind="stable")]


def main():
    parity = {"even": 0, "odd": 1}.get(sys.argv[1]) if len(sys.argv) > 1 else None
    fixed = np.zeros((3, ORDER + 1))
    fixed[:, :3] = [[1, 0, 0], [1, -1, 0], [1, -2, 1]]
    found, share = blocks(parity)
    _, filters = min((train(found, share, fixed, seed) for seed in range(3)), key=lambda r: r[0])
    for row in np.concatenate([np.round(-fixed[:, 1:] * 32).astype(int), rounded(filters)]):
        print("    [" + ", ".join(f"{weight:3}" for weight in row) + "],")


if __name__ == "__main__":
    main()
