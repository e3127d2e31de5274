"""Codec 1 (page "small"): fixed predictors on differences, adaptive Rice code.

    predicted   [step] mode (5), start (3), first, residual x (count - 1)
    residual    q zeros, 1, remainder (k)       0 <= q < 16
                16 zeros, value (w)              the escape
"""

from . import blocks
from .bits import BitReader, BitWriter
from .errors import Refused
from .octets import folded, unfolded
from .predictors import expected

BITS_OF_START = 3
ESCAPE = 16


class Predictor:
    """p[n] = x[n-1] + floor((weights on the differences + 16) / 32)."""

    def __init__(self, mode, first):
        self.mode, self.sample, self.differences = mode, first, [0] * 16

    def next(self):
        return self.sample + (expected(self.mode, self.differences) + 16 >> 5)

    def follow(self, sample):
        self.differences = [sample - self.sample] + self.differences[:15]
        self.sample = sample


class Rice:
    """Two sums follow the size of the residuals."""

    def __init__(self, start):
        self.fast, self.slow = 4 * 4 ** start, 32 * 4 ** start

    def parameter(self):
        return (25 * self.fast + self.slow >> 8).bit_length()

    def follow(self, value, k):
        value = min(value, ESCAPE << k)
        self.fast += value - (self.fast >> 2)
        self.slow += value - (self.slow >> 5)


def decode(count, block):
    source = BitReader(block)
    samples = _decode(count, source) if count else []
    source.finish()
    return samples


def _decode(count, source):
    mode, step = blocks.read_header(source)
    width = blocks.SAMPLE_BITS - step
    if mode == blocks.FLAT:
        return [blocks.read_first(source, width)] * count
    samples = blocks.read_packed(source, width, count) if mode == blocks.PACKED else _predicted(source, mode, width, count)
    return blocks.check_samples(samples, step)


def _predicted(source, mode, width, count):
    rice = Rice(source.bits(BITS_OF_START))
    samples = [blocks.read_first(source, width)]
    predictor = Predictor(mode, samples[0])
    for _ in range(count - 1):
        k = rice.parameter()
        value = _read_residual(source, k, width)
        rice.follow(value, k)
        sample = blocks.wrapped(predictor.next() + unfolded(value), width)
        predictor.follow(sample)
        samples.append(sample)
    return samples


def _read_residual(source, k, width):
    zeros = 0
    while zeros < ESCAPE and source.bit() == 0:
        zeros += 1
    if zeros == ESCAPE:
        value = source.bits(width)
        if value >> k < ESCAPE:
            raise Refused("canonical")
        return value
    value = zeros << k | source.bits(k)
    if value >> width:
        raise Refused("range")
    return value


def encode(samples):
    def predicted(samples, step, mode):
        return min((_encode(samples, step, mode, start) for start in range(8)), key=len)
    return blocks.encode(samples, predicted)


def _encode(samples, step, mode, start):
    width, writer, rice, predictor = blocks.SAMPLE_BITS - step, BitWriter(), Rice(start), Predictor(mode, samples[0])
    blocks.write_header(writer, mode, step)
    writer.bits(start, BITS_OF_START)
    blocks.write_first(writer, samples[0])
    for sample in samples[1:]:
        k, value = rice.parameter(), folded(blocks.wrapped(sample - predictor.next(), width))
        if value >> k < ESCAPE:
            writer.bits(1, (value >> k) + 1)
            writer.bits(value & (1 << k) - 1, k)
        else:
            writer.bits(0, ESCAPE)
            writer.bits(value, width)
        rice.follow(value, k)
        predictor.follow(sample)
    return writer.finish()
