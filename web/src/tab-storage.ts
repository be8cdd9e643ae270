/** What one tab remembers until it is closed: a reload, Back and a crash leave it there, a new tab has none of it. */

/** Services may share an address and differ by path, behind a proxy. */
export const servicePath = (): string => new URL('.', location.href).pathname;

const nameOf = (key: string): string => `pneumoscope-${key} ${servicePath()}`;

/** null where there is none, or where the browser may not store anything. */
export function readForTab(key: string): string | null {
  try {
    return sessionStorage.getItem(nameOf(key));
  } catch {
    return null;
  }
}

/** @param value null: nothing any more */
export function writeForTab(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(nameOf(key));
    else sessionStorage.setItem(nameOf(key), value);
  } catch {
    // Storage is switched off.
  }
}
