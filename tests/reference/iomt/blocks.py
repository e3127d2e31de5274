"""What both sample codecs have in common (page "small"): step, flat line, packed block; a predicted block is each one's own.

    flat line   mode = 31 (5), first
    packed      [step] mode = 29 (5), size (5), value (size) x count
    predicted   [step] mode = 0..28 (5), then as the codec says
    step        30 (5), s (5)                    s = 1..23; left out where s = 0
    first       size (5), value without its leading one (size - 1; nothing for size 0)
"""

from .bits import BitWriter
from .errors import Refused
from .octets import folded, unfolded

SAMPLE_BITS = 24
PREDICTORS, PACKED, STEPPED, FLAT = 29, 29, 30, 31
BITS_OF_MODE = BITS_OF_SIZE = 5


def wrapped(value, width):
    """Modulo 2^width, as a number from -2^(width-1) on."""
    half = 1 << width - 1
    return (value + half) % (1 << width) - half


def read_header(source):
    """(mode, step)."""
    mode = source.bits(BITS_OF_MODE)
    if mode != STEPPED:
        return mode, 0
    step = source.bits(BITS_OF_SIZE)
    mode = source.bits(BITS_OF_MODE)
    if not 1 <= step < SAMPLE_BITS or mode in (STEPPED, FLAT):
        raise Refused("canonical")
    return mode, step


def read_first(source, width):
    size = read_size(source, width)
    return unfolded(1 << size - 1 | source.bits(size - 1)) if size else 0


def read_size(source, width):
    size = source.bits(BITS_OF_SIZE)
    if size > width:
        raise Refused("range")
    return size


def read_packed(source, width, count):
    size = read_size(source, width)
    values = [source.bits(size) for _ in range(count)]
    if max(values).bit_length() != size:
        raise Refused("canonical")
    return list(map(unfolded, values))


def check_samples(samples, step):
    """Equal samples are a flat line; a larger step would have done (page "small", what a decoder refuses)."""
    if all(sample == samples[0] for sample in samples):
        raise Refused("canonical")
    if not any(sample & 1 for sample in samples):
        raise Refused("canonical")
    return [sample << step for sample in samples]


def step_of(samples):
    bits = 0
    for sample in samples:
        bits |= sample
    return (bits & -bits).bit_length() - 1


def write_header(writer, mode, step):
    if step:
        writer.bits(STEPPED, BITS_OF_MODE)
        writer.bits(step, BITS_OF_SIZE)
    writer.bits(mode, BITS_OF_MODE)


def write_first(writer, sample):
    value = folded(sample)
    size = value.bit_length()
    writer.bits(size, BITS_OF_SIZE)
    if size:
        writer.bits(value - (1 << size - 1), size - 1)


def flat_line(sample):
    writer = BitWriter()
    writer.bits(FLAT, BITS_OF_MODE)
    write_first(writer, sample)
    return writer.finish()


def packed(samples, step):
    """`samples` are divided by 2^step already."""
    writer, values = BitWriter(), list(map(folded, samples))
    size = max(values).bit_length()
    write_header(writer, PACKED, step)
    writer.bits(size, BITS_OF_SIZE)
    for value in values:
        writer.bits(value, size)
    return writer.finish()


def encode(samples, predicted):
    """The shortest of the forms; `predicted` makes one of a mode."""
    if not all(-(1 << SAMPLE_BITS - 1) <= sample < 1 << SAMPLE_BITS - 1 for sample in samples):
        raise Refused("out_of_range")
    if not samples:
        return b""
    if all(sample == samples[0] for sample in samples):
        return flat_line(samples[0])
    step = step_of(samples)
    samples = [sample >> step for sample in samples]
    blocks = [packed(samples, step)] + [predicted(samples, step, mode) for mode in (0, 1, 2, 25)]
    return min(blocks, key=len)
