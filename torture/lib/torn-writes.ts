/** What a disk that fails or fills does to one operation. */
import type { FaultPlan } from './fault-plan.ts';

/** As the system words it. */
export function failure(mode: FaultPlan['mode'], operation: string): Error {
  const code = mode === 'fault' ? 'EIO' : 'ENOSPC';
  return Object.assign(new Error(`${code}: made to fail, ${operation}`), {
    code,
    errno: code === 'EIO' ? -5 : -28,
    syscall: operation,
  });
}

/** The first half of what is to be written: the arguments of a write, with less. */
export function halve(args: readonly unknown[]): unknown[] {
  const [data, offset, length, ...rest] = args;
  if (typeof data === 'string') return [data.slice(0, data.length / 2), ...args.slice(1)];
  if (!ArrayBuffer.isView(data)) return [...args];
  const from = typeof offset === 'number' ? offset : 0;
  const count = typeof length === 'number' ? length : data.byteLength - from;
  return typeof offset === 'number'
    ? [data, from, Math.floor(count / 2), ...rest]
    : [new Uint8Array(data.buffer, data.byteOffset, data.byteLength >> 1), ...args.slice(1)];
}

/** Whether an operation has data that can be torn. */
export const isWrite = (operation: string): boolean => /^(write|append)/.test(operation);
