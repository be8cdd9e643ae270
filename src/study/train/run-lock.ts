/**
 * One training at a time in a run folder: a second one would remove the checkpoint that the first is writing. The lock is a fence too: who
 * lost it writes nothing more.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { budgets } from '../../base/budgets.ts';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { toDiskError } from '../../base/files/disk-error.ts';

/** Who holds the folder. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** distinguishes the process from a later one of the same number; null where the system does not tell */
  readonly processStart: string | null;
  /** the process that started it; null: not written down */
  readonly parent: number | null;
  /** of the training, ISO 8601 */
  readonly since: string;
}

export interface TakeLockOptions {
  /**
   * Whether a training whose own parent died may be asked to write its checkpoint and stop, so that this one goes on from there. Such
   * a training has nobody left who waits for it.
   */
  readonly takeOver?: boolean | undefined;
  /** Something the user should know while this waits. */
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

const lockName = '.lock';
/** Beside the lock: somebody asks its holder to stop. */
const requestOf = (file: string): string => `${file}-request`;
const watchMs = 1000;
const refreshMs = 30_000;
const abandonedAfterMs = 4 * refreshMs;
/** How long many trainings that begin at once may take to agree on one, and after which a removal that never ended is forgotten. */
const patienceMs = 10_000;

export class RunLock {
  readonly #file: string;
  readonly #folder: string;
  readonly #text: string;
  readonly #parent = process.ppid;
  readonly #stop = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  #loss: PneumoscopeError | undefined;

  private constructor(file: string, folder: string, text: string) {
    this.#file = file;
    this.#folder = folder;
    this.#text = text;
    const touch = (): void => void utimes(file, new Date(), new Date()).catch(() => undefined);
    const look = (): void => void this.#look().catch(() => undefined);
    this.#timers = [setInterval(touch, refreshMs).unref(), setInterval(look, watchMs).unref()];
  }

  /**
   * Takes the folder, also over from a process that died; of another machine that shares the disk, one whose lock was not
   * refreshed for two minutes.
   *
   * @param folder exists
   * @throws PneumoscopeError E_USAGE when a training is at work there; E_DISK
   */
  static async take(folder: string, options: TakeLockOptions = {}): Promise<RunLock> {
    const file = path.join(folder, lockName);
    const own: Holder = {
      host: hostname(),
      pid: process.pid,
      processStart: readProcess(process.pid)?.start ?? null,
      parent: process.ppid,
      since: new Date().toISOString(),
    };
    // The random part tells apart two trainings of one process.
    const text = `${JSON.stringify({ ...own, key: randomBytes(8).toString('hex') })}\n`;
    for (const deadline = Date.now() + 2 * patienceMs; Date.now() < deadline;) {
      try {
        // Not by a rename: that would take the lock away from who has it.
        await writeFile(file, text, { flag: 'wx' });
        await rm(requestOf(file), { force: true });
        return new RunLock(file, folder, text);
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw toDiskError(error, folder);
      }
      await removeIfStale(file, folder, options);
    }
    throw new PneumoscopeError('E_USAGE', `Several trainings want the run folder ${folder}; choose another --out`);
  }

  /** Aborted when the training should stop: the lock was lost, or its successor asks for the folder. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Why nothing may be written any more; undefined while the lock is held. */
  get loss(): PneumoscopeError | undefined {
    return this.#loss;
  }

  /**
   * To be called before anything is written into the folder. A lock that somebody deleted, and nobody took, is put back.
   *
   * @throws PneumoscopeError E_CHECKPOINT when another training has the folder
   */
  async requireHeld(): Promise<void> {
    if (this.#loss !== undefined) throw this.#loss;
    const found = await this.#findOther();
    if (found === undefined) return;
    const holder = parse(found);
    const who = holder === undefined ? '' : ` (process ${holder.pid}, begun ${holder.since})`;
    this.#loss = new PneumoscopeError(
      'E_CHECKPOINT',
      `The run folder ${this.#folder} belongs to another training now${who}: this one stopped and wrote nothing more; let that one end`,
    );
    this.#stop.abort(this.#loss);
    throw this.#loss;
  }

  async release(): Promise<void> {
    this.#timers.forEach((timer) => clearInterval(timer));
    if ((await readText(this.#file)) === this.#text) await rm(this.#file, { force: true }).catch(() => undefined);
  }

  /** The text of another's lock. What a disk cannot tell this moment counts as our own: the next write will fail by itself. */
  async #findOther(): Promise<string | undefined> {
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const text = await readFile(this.#file, 'utf8');
        return text === this.#text ? undefined : text;
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOENT') return undefined;
      }
      try {
        await writeFile(this.#file, this.#text, { flag: 'wx' });
        return undefined;
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') return undefined;
      }
    }
    return undefined;
  }

  async #look(): Promise<void> {
    await this.requireHeld();
    if (this.signal.aborted || process.ppid === this.#parent) return;
    if ((await readText(requestOf(this.#file))) === undefined) return;
    const sentence = 'Stopped. Another process asked for the run folder and goes on from here';
    this.#stop.abort(new PneumoscopeError('E_INTERRUPTED', sentence));
  }
}

async function removeIfStale(file: string, folder: string, options: TakeLockOptions): Promise<void> {
  if (!(await isStale(file, folder, options))) return;
  // One removes at a time, and looks again: else it could remove the lock of one who has just taken over.
  const removal = `${file}-removal`;
  try {
    await writeFile(removal, '', { flag: 'wx' });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw toDiskError(error, folder);
    const begun = await stat(removal).catch(() => undefined);
    if (begun !== undefined && Date.now() - begun.mtimeMs > patienceMs) await rm(removal, { force: true });
    else await wait(20);
    return;
  }
  try {
    if (await isStale(file, folder, {})) await rm(file, { force: true });
  } finally {
    await rm(removal, { force: true });
  }
}

/** @throws PneumoscopeError E_USAGE when its holder is at work and goes on */
async function isStale(file: string, folder: string, options: TakeLockOptions): Promise<boolean> {
  let text = await readText(file);
  if (text === undefined) return false;
  if (parse(text) === undefined) {
    // Perhaps it is being written this moment; a process that was killed then never ends the line.
    await wait(100);
    text = await readText(file);
    if (text === undefined) return false;
  }
  const holder = parse(text);
  if (holder === undefined || !(await isAtWork(holder, file))) return true;
  if (options.takeOver !== true || !isOrphan(holder)) refuse(holder, file, folder);
  await askToStop(holder, text, { file, folder, onWarning: options.onWarning });
  return false;
}

/** On this machine, and whoever started it is no more. */
function isOrphan({ host, pid, parent }: Holder): boolean {
  if (host !== hostname() || parent === null) return false;
  const found = readProcess(pid);
  return found === undefined ? !isAlive(parent) : found.parent !== parent;
}

/**
 * Waits until the holder has written its checkpoint and let go of the folder.
 *
 * @throws PneumoscopeError E_USAGE when it does not
 */
async function askToStop(
  holder: Holder,
  text: string,
  { file, folder, onWarning }: { readonly file: string; readonly folder: string } & TakeLockOptions,
): Promise<void> {
  onWarning?.(
    `Process ${holder.pid} still trains in ${folder}, but who started it is no more: it is asked to write its checkpoint and stop`,
  );
  const request = requestOf(file);
  try {
    await writeFile(request, `${process.pid}\n`);
    const deadline = Date.now() + budgets.handover.limit;
    while ((await readText(file)) === text && (await isAtWork(holder, file))) {
      if (Date.now() > deadline) refuse(holder, file, folder);
      await wait(100);
    }
  } catch (error) {
    throw toDiskError(error, folder);
  } finally {
    await rm(request, { force: true });
  }
}

async function isAtWork({ host, pid, processStart }: Holder, file: string): Promise<boolean> {
  if (host !== hostname()) {
    const entry = await stat(file).catch(() => undefined);
    return entry !== undefined && Date.now() - entry.mtimeMs < abandonedAfterMs;
  }
  if (!isAlive(pid)) return false;
  const found = readProcess(pid);
  if (found === undefined || processStart === null) return true;
  return found.start === processStart && found.state !== 'Z';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and is another user's.
    return systemErrorCode(error) === 'EPERM';
  }
}

interface ProcessFacts {
  readonly state: string;
  readonly parent: number;
  readonly start: string;
}

/** proc(5), stat: the state is field 3, the parent 4 and the start 22, behind a name in brackets that may hold anything. */
function readProcess(pid: number): ProcessFacts | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, parent, start] = [fields[0], fields[1], fields[19]];
    return state === undefined || start === undefined ? undefined : { state, parent: Number(parent), start };
  } catch {
    return undefined;
  }
}

function refuse({ host, pid, since }: Holder, file: string, folder: string): never {
  const where = host === hostname() ? '' : ` on ${host}`;
  throw new PneumoscopeError(
    'E_USAGE',
    `Another training (process ${pid}${where}, begun ${since}) is at work in ${folder}: wait for its end or choose another --out; if it is no more, delete ${file}`,
  );
}

function parse(text: string): Holder | undefined {
  if (!text.endsWith('\n')) return undefined;
  try {
    const { host, pid, processStart, parent, since } = JSON.parse(text) as Partial<Holder>;
    if (typeof host !== 'string' || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined;
    const start = typeof processStart === 'string' ? processStart : null;
    return { host, pid, processStart: start, parent: typeof parent === 'number' ? parent : null, since: String(since) };
  } catch {
    return undefined;
  }
}

async function readText(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined);
}
