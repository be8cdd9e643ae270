/**
 * Loaded before the program (`--import`): counts the file operations below one folder, over all threads and child processes, and lets one of
 * them fail, be torn, or be the last thing that the process does. The program itself knows nothing of it.
 */
import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { faultVariable, recordBytes, type FaultPlan } from './fault-plan.ts';
import { failure, halve, isWrite } from './torn-writes.ts';

const plan = JSON.parse(process.env[faultVariable] ?? '{}') as FaultPlan;
const real = { ...fs };
const log = real.openSync(plan.log, 'a');
const folders = new Map<number, string>();
const handles = new WeakMap<object, string>();

// Functions of Node are wrapped by name, whatever their signatures are.
type AnyFunction = (...args: unknown[]) => unknown;

/** Of one operation; undefined: it is none of those that fail. */
function meet(operation: string, where: unknown): FaultPlan['mode'] | undefined {
  const place = where instanceof URL || Buffer.isBuffer(where) ? String(where) : where;
  if (typeof place !== 'string' || !path.resolve(place).startsWith(plan.root + path.sep)) return undefined;
  const name = `${operation} ${path.relative(plan.root, path.resolve(place))}`;
  // One append of a fixed length: where it ends tells all threads apart.
  real.writeSync(
    log,
    `${Buffer.from(name)
      .toString('latin1')
      .slice(0, recordBytes - 1)
      .padEnd(recordBytes - 1)}\n`,
    null,
    'latin1',
  );
  const number = Math.floor(real.fstatSync(log).size / recordBytes) - 1;
  if (plan.at === null) return undefined;
  const isFull = plan.mode === 'full' && number > plan.at && /open|write|mkdir|link|copy|append/.test(operation);
  if (number !== plan.at && !isFull) return undefined;
  if (plan.mode === 'kill') die();
  return plan.mode;
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

const isForWriting = (flags: unknown): boolean =>
  typeof flags === 'string' ? /[wa+]/.test(flags) : typeof flags === 'number' && (flags & 3) !== 0;

/** @param placeOf which path an operation changes, of its arguments; undefined: none that counts */
function wrap(
  owner: object,
  name: string,
  placeOf: (self: unknown, args: readonly unknown[]) => unknown,
  kind: 'promise' | 'sync' | 'callback',
): void {
  const table = owner as Record<string, AnyFunction>;
  const original = table[name];
  if (original === undefined) return;
  const operation = name.replace(/Sync$/, '');
  // Data of a write come first for a handle, behind the path or number else.
  const before = kind === 'promise' && owner !== promises ? 0 : 1;
  table[name] = function wrapped(this: unknown, ...args: unknown[]): unknown {
    const mode = meet(operation, placeOf(this, args));
    if (mode === undefined) return original.apply(this, args);
    const torn = (mode === 'torn' || mode === 'torn-kill') && isWrite(operation);
    const half = torn ? [...args.slice(0, before), ...halve(args.slice(before))] : [];
    const error = failure(mode, operation);
    if (kind === 'promise') {
      return (async () => {
        if (torn) await original.apply(this, half);
        if (mode === 'torn-kill') die();
        throw error;
      })();
    }
    if (torn && kind === 'sync') original.apply(this, half);
    if (mode === 'torn-kill') die();
    if (kind === 'sync') throw error;
    process.nextTick(args.at(-1) as (error: Error) => void, error);
    return undefined;
  };
}

const first = (_self: unknown, [place]: readonly unknown[]): unknown => place;
const second = (_self: unknown, [, place]: readonly unknown[]): unknown => place;
const opened = (_self: unknown, [place, flags]: readonly unknown[]): unknown =>
  isForWriting(flags) ? place : undefined;
const ofNumber = (_self: unknown, [file]: readonly unknown[]): unknown =>
  typeof file === 'number' ? folders.get(file) : file;

for (const [owner, kind, end] of [
  [promises, 'promise', ''],
  [fs, 'sync', 'Sync'],
  [fs, 'callback', ''],
] as const) {
  for (const name of ['mkdir', 'rm', 'unlink', 'rmdir', 'truncate']) wrap(owner, name + end, first, kind);
  for (const name of ['rename', 'link', 'symlink', 'copyFile', 'cp']) wrap(owner, name + end, second, kind);
  for (const name of ['writeFile', 'appendFile']) wrap(owner, name + end, ofNumber, kind);
  wrap(owner, `open${end}`, opened, kind);
  if (owner === promises) continue;
  for (const name of ['write', 'writev', 'fsync', 'fdatasync', 'ftruncate']) wrap(owner, name + end, ofNumber, kind);
}

// Numbers and handles are known by the path that they were opened with.
const { openSync, open, closeSync } = fs;
fs.openSync = (...args) => {
  const file = openSync(...args);
  folders.set(file, String(args[0]));
  return file;
};
fs.closeSync = (file) => {
  folders.delete(file);
  closeSync(file);
};
const openCallback: AnyFunction = (...args) => {
  const callback = args.pop() as (error: Error | null, file?: number) => void;
  (open as AnyFunction)(...args, (error: Error | null, file?: number) => {
    if (file !== undefined) folders.set(file, String(args[0]));
    callback(error, file);
  });
};
Object.assign(fs, { open: openCallback });

let isPatched = false;
const { open: openHandle } = promises;
promises.open = async (...args) => {
  const handle: FileHandle = await openHandle(...args);
  handles.set(handle, String(args[0]));
  if (!isPatched) {
    isPatched = true;
    const prototype = Object.getPrototypeOf(handle) as object;
    const placeOf = (self: unknown): unknown => handles.get(self as object);
    for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate']) {
      wrap(prototype, name, placeOf, 'promise');
    }
  }
  return handle;
};
syncBuiltinESMExports();
