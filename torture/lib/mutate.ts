/** Damages bytes as disks, networks and attackers do; the same random numbers damage the same bytes in the same way. */
import type { RandomGenerator } from '../../src/base/random.ts';

const mostChanges = 6;
/** Lengths and offsets at the edges of what fits. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;

type Change = (bytes: Buffer, random: RandomGenerator, other: Uint8Array) => Buffer;

const place = (bytes: Buffer, random: RandomGenerator): number => random.integer(Math.max(1, bytes.length));

/** Headers stand in front: half of the changes are made there. */
const placeInHeader = (bytes: Buffer, random: RandomGenerator): number =>
  random.integer(Math.max(1, Math.min(bytes.length, random.integer(2) === 0 ? 200 : bytes.length)));

function slice(bytes: Buffer, random: RandomGenerator): [from: number, to: number] {
  const from = place(bytes, random);
  return [from, Math.min(bytes.length, from + 1 + random.integer(1 + (bytes.length >> 3)))];
}

const changes: readonly Change[] = [
  function flipBit(bytes, random) {
    const at = placeInHeader(bytes, random);
    if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random.integer(8));
    return bytes;
  },
  function setByte(bytes, random) {
    const at = placeInHeader(bytes, random);
    if (at < bytes.length) bytes[at] = random.integer(256);
    return bytes;
  },
  function setNumber(bytes, random) {
    const size = random.integer(2) === 0 ? 2 : 4;
    const at = placeInHeader(bytes, random);
    if (at + size > bytes.length) return bytes;
    const value = edges[random.integer(edges.length)] as number;
    const cut = size === 2 ? value & 0xffff : value;
    if (random.integer(2) === 0) bytes.writeUIntBE(cut, at, size);
    else bytes.writeUIntLE(cut, at, size);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  function removeSlice(bytes, random) {
    const [from, to] = slice(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeatSlice(bytes, random) {
    const [from, to] = slice(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function insertNoise(bytes, random) {
    const at = place(bytes, random);
    const noise = Buffer.from(Array.from({ length: 1 + random.integer(64) }, () => random.integer(256)));
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  function clearSlice(bytes, random) {
    const [from, to] = slice(bytes, random);
    return bytes.fill(random.integer(2) === 0 ? 0 : 0xff, from, to);
  },
  function splice(bytes, random, other) {
    const at = place(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(other.length, at))]);
  },
];

/** One to six changes, few more often. @param other another sound file, whose parts may be mixed in */
export function mutate(sound: Uint8Array, other: Uint8Array, random: RandomGenerator): Buffer {
  let bytes: Buffer = Buffer.from(sound);
  for (let left = 1 + random.integer(1 + random.integer(mostChanges)); left > 0; left--) {
    bytes = (changes[random.integer(changes.length)] as Change)(bytes, random, other);
  }
  return bytes;
}
