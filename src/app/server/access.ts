/** Who may ask: tokens, and the browser's word on where a request comes from. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { Problem } from './problems.ts';

/** Fewer characters are guessed. */
const shortestToken = 16;

/** What a token is for; one without a role is for everything. */
export const roles = ['classify', 'reload', 'metrics'] as const;

export type Role = (typeof roles)[number];

/** A token and the one thing that it is for; undefined: everything. */
export interface Token {
  readonly token: string;
  readonly role?: Role | undefined;
}

interface Entry {
  readonly digest: Buffer;
  readonly role: Role | undefined;
}

/** A set of tokens that can be asked about one without telling how much of it was right. */
export class Tokens {
  #entries: readonly Entry[];

  constructor(tokens: readonly (string | Token)[]) {
    this.#entries = tokens.map((given) => {
      const { token, role } = typeof given === 'string' ? { token: given } : given;
      return { digest: digest(token), role };
    });
  }

  /** From now on those of another set are known, and no others. */
  replace(other: Tokens): void {
    this.#entries = other.#entries;
  }

  /** @param header the value of Authorization @param role what is asked for @throws Problem token-missing, not-allowed */
  assertAllowed(header: string | undefined, role: Role): void {
    const given = /^Bearer ([^\s]+)$/i.exec(header ?? '')?.[1];
    if (given === undefined) throw new Problem('token-missing', "Send the header 'Authorization: Bearer TOKEN'");
    const own = digest(given);
    let found: Entry | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, own)) found = entry;
    if (found === undefined) throw new Problem('token-missing', 'This token is not known here');
    if (found.role === undefined || found.role === role) return;
    throw new Problem('not-allowed', `This token is for '${found.role}' alone, and this address is for '${role}'`);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * A token a line, and behind it, where it is not for everything, its role; empty lines and lines that begin with # are passed over.
 *
 * @throws PneumoscopeError E_NOT_FOUND; E_USAGE where there is none, or one is too short, has other characters or an unknown role
 */
export async function readTokens(file: string): Promise<Tokens> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') throw new PneumoscopeError('E_NOT_FOUND', `${file} does not exist`);
    throw new PneumoscopeError('E_USAGE', `${file} cannot be read as a file of tokens (${code})`, { cause: error });
  });
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new PneumoscopeError('E_USAGE', `${file} holds no token; write one into it`);
  return new Tokens(lines.map((line, index) => parseToken(line, `Token ${index + 1} of ${file}`)));
}

function parseToken(line: string, what: string): Token {
  const [token = '', word, ...more] = line.split(/\s+/);
  if (token.length < shortestToken || !/^[\x21-\x7e]+$/.test(token)) {
    throw new PneumoscopeError(
      'E_USAGE',
      `${what} is shorter than ${shortestToken} characters or has some other than printable ASCII; make one with 'openssl rand -hex 32'`,
    );
  }
  const role = roles.find((known) => known === word);
  if (more.length === 0 && (word === undefined || role !== undefined)) return { token, role };
  throw new PneumoscopeError(
    'E_USAGE',
    `${what} has other words behind it than one of ${roles.join(', ')}; write its role there, or nothing for a token that may do everything`,
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
  // Every browser sends it; what sends none, such as the probe of a load balancer, is none.
  if (loopback && host !== undefined && !isLoopback(hostName(host))) {
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
