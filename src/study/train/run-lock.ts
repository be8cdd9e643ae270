/** One training at a time in a run folder: a second one would remove the checkpoint that the first is writing. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { toDiskError } from '../../base/files/disk-error.ts';

/** Who holds the folder. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** distinguishes the process from a later one of the same number; null where the system does not tell */
  readonly processStart: string | null;
  /** of the training, ISO 8601 */
  readonly since: string;
}

const lockName = '.lock';
const refreshMs = 30_000;
const abandonedAfterMs = 4 * refreshMs;
/** How long many trainings that begin at once may take to agree on one, and after which a removal that never ended is forgotten. */
const patienceMs = 10_000;

export class RunLock {
  readonly #file: string;
  readonly #text: string;
  readonly #refresh: NodeJS.Timeout;

  private constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    const touch = (): void => void utimes(file, new Date(), new Date()).catch(() => undefined);
    this.#refresh = setInterval(touch, refreshMs).unref();
  }

  /**
   * Takes the folder, also over from a process that died; of another machine that shares the disk, one whose lock was not
   * refreshed for two minutes.
   *
   * @param folder exists
   * @throws PneumoscopeError E_USAGE when a training is at work there; E_DISK
   */
  static async take(folder: string): Promise<RunLock> {
    const file = path.join(folder, lockName);
    const own: Holder = {
      host: hostname(),
      pid: process.pid,
      processStart: readProcess(process.pid)?.start ?? null,
      since: new Date().toISOString(),
    };
    // The random part tells apart two trainings of one process.
    const text = `${JSON.stringify({ ...own, key: randomBytes(8).toString('hex') })}\n`;
    for (const deadline = Date.now() + 2 * patienceMs; Date.now() < deadline;) {
      try {
        // Not by a rename: that would take the lock away from who has it.
        await writeFile(file, text, { flag: 'wx' });
        return new RunLock(file, text);
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw toDiskError(error, folder);
      }
      await removeIfStale(file, folder);
    }
    throw new PneumoscopeError('E_USAGE', `Several trainings want the run folder ${folder}; choose another --out`);
  }

  async release(): Promise<void> {
    clearInterval(this.#refresh);
    if ((await readText(this.#file)) === this.#text) await rm(this.#file, { force: true }).catch(() => undefined);
  }
}

async function removeIfStale(file: string, folder: string): Promise<void> {
  if (!(await isStale(file, folder))) return;
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
    if (await isStale(file, folder)) await rm(file, { force: true });
  } finally {
    await rm(removal, { force: true });
  }
}

/** @throws PneumoscopeError E_USAGE when its holder is at work */
async function isStale(file: string, folder: string): Promise<boolean> {
  let text = await readText(file);
  if (text === undefined) return false;
  if (parse(text) === undefined) {
    // Perhaps it is being written this moment; a process that was killed then never ends the line.
    await wait(100);
    text = await readText(file);
    if (text === undefined) return false;
  }
  const holder = parse(text);
  if (holder !== undefined && (await isAtWork(holder, file))) refuse(holder, file, folder);
  return true;
}

async function isAtWork({ host, pid, processStart }: Holder, file: string): Promise<boolean> {
  if (host !== hostname()) {
    const entry = await stat(file).catch(() => undefined);
    return entry !== undefined && Date.now() - entry.mtimeMs < abandonedAfterMs;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and is another user's.
    if (systemErrorCode(error) !== 'EPERM') return false;
  }
  const found = readProcess(pid);
  if (found === undefined || processStart === null) return true;
  return found.start === processStart && found.state !== 'Z';
}

/** proc(5), stat: the state is field 3 and the start field 22, behind a name in brackets that may hold anything. */
function readProcess(pid: number): { readonly state: string; readonly start: string } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === undefined || start === undefined ? undefined : { state, start };
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
    const { host, pid, processStart, since } = JSON.parse(text) as Partial<Holder>;
    if (typeof host !== 'string' || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined;
    const start = typeof processStart === 'string' ? processStart : null;
    return { host, pid, processStart: start, since: String(since) };
  } catch {
    return undefined;
  }
}

async function readText(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined);
}
