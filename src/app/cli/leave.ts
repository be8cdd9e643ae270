/** The end of the process where a thread is in native code: `process.exit` waits for that code, however long it takes. */
import { existsSync } from 'node:fs';
import { endThreads } from '../../base/threads/thread-client.ts';

const shell = '/bin/sh';

/** Milliseconds in which threads end that can. */
const patience = 200;

/**
 * Ends all threads. Where one does not end, the process ends here, with the exit code: another program takes its place, which no thread
 * survives, and ends at once.
 */
export async function leaveHungThreads(exitCode: number): Promise<void> {
  if (await endThreads(patience)) return;
  try {
    // Node would warn that this is an experiment.
    process.removeAllListeners('warning');
    // A shell ends sooner than Node begins. Where there is none, to try it would abort the process.
    if (existsSync(shell)) process.execve?.(shell, ['sh', '-c', `exit ${exitCode}`]);
    else process.execve?.(process.execPath, [process.execPath, '-e', `process.exit(${exitCode})`]);
  } catch {
    // Not on this system.
  }
  process.kill(process.pid, 'SIGKILL');
}
