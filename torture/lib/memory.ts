/** The memory of another process. */
import { readFileSync } from 'node:fs';

/** Bytes of resident memory; 0 where the system does not tell, or the process is no more. */
export function readMemory(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
