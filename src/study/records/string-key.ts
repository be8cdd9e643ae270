/** A string as integers that name a stream of random numbers, so that what is drawn for a patient depends on the patient alone. */
import { createHash } from 'node:crypto';

/** 64 bits, so that no two of a million patients share a stream. */
export function toStreamKey(text: string): readonly [number, number] {
  const digest = createHash('sha256').update(text).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
