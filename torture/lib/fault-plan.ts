/** What the trial tells the program's process to do with one of its file operations; see inject-faults.ts. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const faultVariable = 'PNEUMOSCOPE_TORTURE_FAULT';

/** Each operation leaves a line of so many bytes in the log. */
export const recordBytes = 240;

/**
 * - full: no space is left, from this operation on
 * - fault: the disk reports a fault, once
 * - torn: half of what is written arrives, then no space is left; of other operations as fault
 * - kill: the process is killed before the operation
 * - torn-kill: half of what is written arrives, then the process is killed
 */
export const faultModes = ['full', 'fault', 'torn', 'kill', 'torn-kill'] as const;

export interface FaultPlan {
  /** Only what lies below this folder counts. */
  readonly root: string;
  /** Outside of it. */
  readonly log: string;
  /** From 0; null: count only. */
  readonly at: number | null;
  readonly mode: (typeof faultModes)[number];
}

/** The environment of a process, and of its threads and children, that meets the fault. */
export function faultEnvironment(plan: FaultPlan): NodeJS.ProcessEnv {
  const preload = pathToFileURL(fileURLToPath(new URL('./inject-faults.ts', import.meta.url))).href;
  return { NODE_OPTIONS: `--import=${preload}`, [faultVariable]: JSON.stringify(plan) };
}

/** The operations that a process came by, in their order. */
export async function readOperations(log: string): Promise<readonly string[]> {
  const text = Buffer.from(await readFile(log, 'latin1'), 'latin1').toString('utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [line.trimEnd()]));
}
