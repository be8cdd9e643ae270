/** Where this program may keep what it can make again. */
import { homedir } from 'node:os';
import path from 'node:path';

/** The user's own cache folder, by the custom of the system: XDG base directories, Windows, macOS. */
export function defaultCacheDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const xdg = environment['XDG_CACHE_HOME'];
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'pneumoscope');
  if (platform === 'win32') {
    return path.join(environment['LOCALAPPDATA'] ?? path.join(homedir(), 'AppData', 'Local'), 'pneumoscope', 'cache');
  }
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'pneumoscope');
  return path.join(homedir(), '.cache', 'pneumoscope');
}
