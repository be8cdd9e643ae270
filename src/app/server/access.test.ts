import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTokens, roles, Tokens, type Role } from './access.ts';
import { Problem } from './problems.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tokens-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const [ward, admin, watcher, any] = ['ward', 'admin', 'watcher', 'any'].map((name) => `${name}-token-0123456789`) as [
  string,
  string,
  string,
  string,
];

/** What a token may do. */
function allowed(tokens: Tokens, token: string): readonly Role[] {
  return roles.filter((role) => {
    try {
      tokens.assertAllowed(`Bearer ${token}`, role);
      return true;
    } catch (error) {
      return !(error instanceof Problem && ['not-allowed', 'token-missing'].includes(error.code));
    }
  });
}

async function read(text: string): Promise<Tokens> {
  const file = path.join(folder, 'tokens');
  await writeFile(file, text);
  return readTokens(file);
}

describe('a file of tokens', () => {
  it('gives each its role; without one a token is for everything', async () => {
    const tokens = await read(`# the ward\n${ward} classify\n\n${admin}\treload\r\n${watcher}  metrics\n${any}\n`);
    expect(allowed(tokens, ward)).toEqual(['classify']);
    expect(allowed(tokens, admin)).toEqual(['reload']);
    expect(allowed(tokens, watcher)).toEqual(['metrics']);
    expect(allowed(tokens, any)).toEqual(roles);
    expect(allowed(tokens, 'a-token-that-nobody-has')).toEqual([]);
    expect(() => tokens.assertAllowed(`Bearer ${ward}`, 'reload')).toThrow(
      "This token is for 'classify' alone, and this address is for 'reload'",
    );
  });

  it('is refused where a line has another word behind its token', async () => {
    for (const line of [`${ward} admin`, `${ward} classify reload`, `${ward} Classify`]) {
      await expect(read(`${any}\n${line}\n`)).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.stringMatching(/^Token 2 of .* classify, reload, metrics/) as string,
      });
    }
  });

  it('is forgotten where another takes its place', async () => {
    const tokens = new Tokens([ward]);
    tokens.replace(new Tokens([{ token: admin, role: 'reload' }]));
    expect(allowed(tokens, ward)).toEqual([]);
    expect(allowed(tokens, admin)).toEqual(['reload']);
  });
});
