/** New names for what must not be known: the same key makes the same of the same, and without the key nobody gets back. */
import { createHmac } from 'node:crypto';

/** @returns `2.25.` and a random UUID's number (PS3.5 B.2) */
export function replaceUid(uid: string, key: Uint8Array): string {
  const digest = createHmac('sha256', key).update(`uid ${uid}`).digest().subarray(0, 16);
  // Of version 8, variant 1: a number that a program made by a rule of its own (RFC 9562).
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${digest.toString('hex')}`)}`;
}

/** Of 16 hexadecimal digits. */
export function replacePatientId(id: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(`patient ${id}`).digest('hex').slice(0, 16);
}
