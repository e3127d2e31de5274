"""Codec 2 (page "large"): a fixed and an adaptive forecast, mixed; range coder. A flat line and a packed block are codec 1's.

    predicted   [step] mode (5), start (5), first, residual x (count - 1)
    residual    symbol (share), low (q)
                escape (share), sized, low (q)
"""

from . import blocks
from .adaptive import Adaptive, saturated
from .bits import BitReader
from .errors import Refused
from .predictors import expected
from .ranges import RangeReader, RangeWriter
from .student import below

BITS_OF_START = 5
SYMBOLS = range(-128, 128)
ONE = 1 << 15


class Scale:
    """How far a forecast is off."""

    def __init__(self, start):
        self.fast, self.slow = 4 << start, 32 << start

    def now(self):
        return (35 * self.fast + 3 * self.slow >> 8) + 4

    def follow(self, error):
        error = min(abs(error), 16 * self.now())
        self.fast += error - (self.fast >> 2)
        self.slow += error - (self.slow >> 5)


class Model:
    """Where the next difference may lie, in shares of 2^16."""

    def __init__(self, mode, start, first):
        self.mode, self.sample, self.differences = mode, first, [0] * 16
        self.adaptive, self.scales, self.weight = Adaptive(start), (Scale(start), Scale(start)), ONE // 2
        self._forecast()

    def _forecast(self):
        self.fixed = expected(self.mode, self.differences)
        self.means = (self.fixed, self.fixed + self.adaptive.expected())
        self.sigmas = tuple(scale.now() for scale in self.scales)
        better = int(self.weight > ONE // 2)
        self.centre = self.means[better] + 16 >> 5
        self.low_bits = max((self.sigmas[better] >> 5).bit_length() - 4, 0)

    def _below(self, symbol):
        bound = 32 * (self.centre + (symbol << self.low_bits)) - 16
        return [below(bound - mean, sigma) for mean, sigma in zip(self.means, self.sigmas)]

    def bound(self, symbol):
        """B(k)."""
        fixed, adaptive = self._below(symbol)
        mixed = (ONE - self.weight) * fixed + self.weight * adaptive >> 14
        return (mixed * 65264 >> 16) + symbol + 136

    def follow(self, sample, symbol=None):
        """Learns the sample; `symbol` is None behind an escape."""
        difference = sample - self.sample
        if symbol is not None:
            self._weigh(symbol)
        for scale, mean in zip(self.scales, self.means):
            scale.follow(32 * difference - mean)
        self.adaptive.follow(saturated(32 * difference - self.fixed))
        self.differences = [difference] + self.differences[:15]
        self.sample = sample
        self._forecast()

    def _weigh(self, symbol):
        likely = [end - start + 1 for start, end in zip(self._below(symbol), self._below(symbol + 1))]
        x, y = (ONE - self.weight) * likely[0], self.weight * likely[1]
        shift = max((x + y).bit_length() - 16, 0)
        weight = (y >> shift << 15) // (x + y >> shift)
        self.weight = weight - (weight >> 5) + 512


def decode(count, block):
    if count == 0:
        if block:
            raise Refused("trailing")
        return []
    source = RangeReader(block)
    mode, step = blocks.read_header(source)
    width = blocks.SAMPLE_BITS - step
    if mode in (blocks.FLAT, blocks.PACKED):
        return _bitwise(count, block)
    start = source.bits(BITS_OF_START)
    samples = [blocks.read_first(source, width)]
    model = Model(mode, start, samples[0])
    for _ in range(count - 1):
        sample, symbol = _read_sample(source, model, width)
        model.follow(sample, symbol)
        samples.append(sample)
    source.finish()
    return blocks.check_samples(samples, step)


def _bitwise(count, block):
    source = BitReader(block)
    mode, step = blocks.read_header(source)
    width = blocks.SAMPLE_BITS - step
    if mode == blocks.FLAT:
        samples = [blocks.read_first(source, width)] * count
    else:
        samples = blocks.check_samples(blocks.read_packed(source, width, count), step)
    source.finish()
    return samples


def _read_sample(source, model, width):
    place, symbol = source.place(), None
    if place < model.bound(SYMBOLS.start):
        source.share(0, model.bound(SYMBOLS.start))
        high = SYMBOLS.start - 1 - _read_sized(source)
    elif place >= model.bound(SYMBOLS.stop):
        source.share(model.bound(SYMBOLS.stop), 1 << 16)
        high = SYMBOLS.stop + _read_sized(source)
    else:
        symbol = high = _find(model, place)
        source.share(model.bound(symbol), model.bound(symbol + 1))
    residual = (high << model.low_bits) + source.bits(model.low_bits)
    if not -(1 << width - 1) <= residual < 1 << width - 1:
        raise Refused("range")
    return blocks.wrapped(model.sample + model.centre + residual, width), symbol


def _find(model, place):
    low, high = SYMBOLS.start, SYMBOLS.stop
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if place >= model.bound(middle) else (low, middle)
    return low


def _read_sized(source):
    size = source.bits(blocks.BITS_OF_SIZE)
    return 1 << size - 1 | source.bits(size - 1) if size else 0


def encode(samples):
    def predicted(samples, step, mode):
        return min((_encode(samples, step, mode, start) for start in (4, 8)), key=len)
    return blocks.encode(samples, predicted)


def _encode(samples, step, mode, start):
    width, writer = blocks.SAMPLE_BITS - step, RangeWriter()
    blocks.write_header(writer, mode, step)
    writer.bits(start, BITS_OF_START)
    blocks.write_first(writer, samples[0])
    model = Model(mode, start, samples[0])
    for sample in samples[1:]:
        residual = blocks.wrapped(sample - model.sample - model.centre, width)
        high = residual >> model.low_bits
        if high in SYMBOLS:
            writer.share(model.bound(high), model.bound(high + 1))
        else:
            _write_escape(writer, model, high)
        writer.bits(residual & (1 << model.low_bits) - 1, model.low_bits)
        model.follow(sample, high if high in SYMBOLS else None)
    return writer.finish()


def _write_escape(writer, model, high):
    if high < SYMBOLS.start:
        writer.share(0, model.bound(SYMBOLS.start))
        value = SYMBOLS.start - 1 - high
    else:
        writer.share(model.bound(SYMBOLS.stop), 1 << 16)
        value = high - SYMBOLS.stop
    size = value.bit_length()
    writer.bits(size, blocks.BITS_OF_SIZE)
    if size:
        writer.bits(value - (1 << size - 1), size - 1)
