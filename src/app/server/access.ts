/** Who may ask: tokens, and the browser's word on where a request comes from. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { Problem } from './problems.ts';

/** Fewer characters are guessed. */
const shortestToken = 16;

/** A set of tokens that can be asked about one without telling how much of it was right. */
export class Tokens {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digest);
  }

  /** @param header the value of Authorization @throws Problem token-missing */
  assertAllowed(header: string | undefined): void {
    const given = /^Bearer ([^\s]+)$/i.exec(header ?? '')?.[1];
    if (given === undefined) throw new Problem('token-missing', "Send the header 'Authorization: Bearer TOKEN'");
    const own = digest(given);
    let found = false;
    for (const known of this.#digests) found = timingSafeEqual(known, own) || found;
    if (!found) throw new Problem('token-missing', 'This token is not known here');
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * A token a line; empty lines and lines that begin with # are passed over.
 *
 * @throws PneumoscopeError E_NOT_FOUND; E_USAGE where there is none, or one is too short or has spaces
 */
export async function readTokens(file: string): Promise<Tokens> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') throw new PneumoscopeError('E_NOT_FOUND', `${file} does not exist`);
    throw new PneumoscopeError('E_USAGE', `${file} cannot be read as a file of tokens (${code})`, { cause: error });
  });
  const tokens = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (tokens.length === 0) throw new PneumoscopeError('E_USAGE', `${file} holds no token; write one into it`);
  const bad = tokens.findIndex((token) => token.length < shortestToken || !/^[\x21-\x7e]+$/.test(token));
  if (bad < 0) return new Tokens(tokens);
  throw new PneumoscopeError(
    'E_USAGE',
    `Token ${bad + 1} of ${file} is shorter than ${shortestToken} characters or has some other than printable ASCII; make one with 'openssl rand -hex 32'`,
  );
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

interface RequestOrigin {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/**
 * Keeps other web pages that the user has open from using a service on their machine: by its address under another name (DNS
 * rebinding), or by a form that they send (CSRF).
 *
 * @param loopback whether the service is bound to this machine alone, whose names are known
 * @throws Problem wrong-origin
 */
export function assertOwnOrigin({ host, origin, fetchSite }: RequestOrigin, loopback: boolean): void {
  if (loopback && !isLoopback(hostName(host ?? ''))) {
    throw new Problem('wrong-origin', 'This service answers to the names of this machine only, such as localhost');
  }
  if (fetchSite === 'cross-site' || fetchSite === 'same-site') refuseOrigin();
  if (origin === undefined || host === undefined) return;
  const own = URL.canParse(origin) ? new URL(origin).host : undefined;
  if (own !== host) refuseOrigin();
}

function refuseOrigin(): never {
  throw new Problem('wrong-origin', 'Requests from other web pages are not answered');
}

/** Without its port. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(host)?.[1];
  return (bracketed ?? host.replace(/:\d+$/, '')).toLowerCase();
}
