/** The memory of a service whose threads die: how much of it the allocator of the system keeps. */
import { accessSync, constants } from 'node:fs';

const variable = 'MALLOC_ARENA_MAX';

/**
 * Starts this program anew, in its own place, with one arena for all threads. glibc keeps an arena, and what was freed in it, for threads
 * long gone; it reads the variable once, before the first line of ours. Returns where that would change nothing or cannot be done: the
 * variable is set, the system is not Linux, this Node cannot replace its process (before 22.15), or a parent listens on a channel, which
 * would break.
 */
export function startAnewWithOneArena(): void {
  if (process.platform !== 'linux' || process.env[variable] !== undefined || process.channel !== undefined) return;
  if (process.execve === undefined) return;
  try {
    // To try it with a file that cannot be run would abort the process.
    accessSync(process.execPath, constants.X_OK);
    process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
      ...process.env,
      [variable]: '1',
    });
  } catch {
    // The service is worth more than the memory it saves.
  }
}
