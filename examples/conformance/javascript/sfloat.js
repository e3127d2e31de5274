// A first shim, of one area: SFLOAT and FLOAT of ISO/IEEE 11073-20601.
//
//   cargo run --release --example conformance -- --profile sfloat node examples/conformance/javascript/sfloat.js

import { createInterface } from 'node:readline';

const NOT_HERE = 'this shim has SFLOAT and FLOAT only';
const SPECIAL = ['+inf', 'nan', 'nres', 'reserved', '-inf'];

/** Why there is no result: a class of the specification's list. */
class Refused extends Error {}

/** What is particular to each width: bits of the mantissa, of the exponent, and the first special mantissa. */
const FORMATS = {
  16: { mantissa: 12, exponent: 4, special: 0x7fe },
  32: { mantissa: 24, exponent: 8, special: 0x7ffffe },
};

/** The low bits of a number, read as two's complement. */
function signed(number, bits) {
  const low = number % 2 ** bits;
  return low >= 2 ** (bits - 1) ? low - 2 ** bits : low;
}

function decode(bytes, format) {
  const octets = Buffer.from(bytes, 'hex');
  const code = octets.readUIntLE(0, octets.length);
  const special = SPECIAL[(code % 2 ** format.mantissa) - format.special];
  if (special === 'reserved') throw new Refused('reserved');
  if (special) return special;
  const exponent = signed(Math.floor(code / 2 ** format.mantissa), format.exponent);
  return `${signed(code, format.mantissa)}e${exponent}`;
}

/** The same number with an exponent that the format has, and no more digits; none is lost. */
function fit(mantissa, exponent, format) {
  const most = format.special - 1;
  const [low, high] = [-(2 ** (format.exponent - 1)), 2 ** (format.exponent - 1) - 1];
  if (mantissa === 0) return [0, Math.min(Math.max(exponent, low), high)];
  while (exponent > high) {
    [mantissa, exponent] = [mantissa * 10, exponent - 1];
    if (Math.abs(mantissa) > 2 ** 31) throw new Refused('not_representable');
  }
  while (exponent < low || Math.abs(mantissa) > most) {
    if (mantissa % 10 !== 0 || exponent >= high) throw new Refused('not_representable');
    [mantissa, exponent] = [mantissa / 10, exponent + 1];
  }
  return [mantissa, exponent];
}

function encode(value, width, format) {
  const octets = Buffer.alloc(width / 8);
  const rank = SPECIAL.indexOf(value);
  let code = format.special + rank;
  if (rank < 0) {
    const [mantissa, exponent] = fit(...value.split('e').map(Number), format);
    const wrapped = (number, bits) => (number + 2 ** bits) % 2 ** bits;
    code = wrapped(exponent, format.exponent) * 2 ** format.mantissa + wrapped(mantissa, format.mantissa);
  }
  octets.writeUIntLE(code, 0, octets.length);
  return octets.toString('hex');
}

function sfloat({ width, bytes, value }) {
  const format = FORMATS[width];
  return bytes === undefined ? { bytes: encode(value, width, format) } : { value: decode(bytes, format) };
}

function answer(request) {
  switch (request.op) {
    case 'hello':
      return { result: { protocol: 1, name: 'SFLOAT in JavaScript', version: '1' } };
    case 'sfloat':
      return { result: sfloat(request) };
    default:
      return { unsupported: NOT_HERE };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let said;
  try {
    said = answer(request);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    said = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...said })}\n`);
}
