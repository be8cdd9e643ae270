/** That what the documents tell a reader to type exists: every command of a `sh` block, with its flags, without running it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findDocuments } from '../scripts/measure-words.ts';
import { findShellCommands } from '../scripts/documents/shell-commands.ts';
import { buildProgram } from '../src/app/cli/program.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
/** Programs of others that the documents use. */
const others = ['apt-get', 'curl', 'jq', 'openssl', 'ONNXRUNTIME_NODE_INSTALL=cuda12'];

const documents = findDocuments()
  .map((file) => ({ file, commands: findShellCommands(read(file)) }))
  .filter(({ commands }) => commands.length > 0);

it.each(documents)('$file prints commands that exist, with flags that exist', ({ commands }) => {
  const faults = commands.map(({ text, words }) => [text, findFault(words)]);
  expect(faults.filter(([, fault]) => fault !== undefined)).toEqual([]);
});

/** What is wrong with a command, or undefined. */
function findFault([program, ...args]: readonly string[]): string | undefined {
  if (program === 'npm') return findNpmFault(args);
  if (program === 'npx' && args[0] === 'pneumoscope') return findArgumentFault(buildProgram(), args.slice(1));
  if (program === 'pneumoscope') return findArgumentFault(buildProgram(), args);
  if (program === 'node') return existsSync(join(root, args[0] ?? '')) ? undefined : 'there is no such file';
  return program !== undefined && others.includes(program) ? undefined : 'not a program that the documents may use';
}

function findNpmFault([verb, ...rest]: readonly string[]): string | undefined {
  if (verb === 'ci' || verb === 'install' || verb === 'publish') return undefined;
  const name = verb === 'run' ? rest[0] : verb;
  if (name === undefined || scripts[name] === undefined) return `package.json has no script ${name}`;
  const separator = rest.indexOf('--');
  if (name !== 'pneumoscope' || separator < 0) return undefined;
  return findArgumentFault(buildProgram(), rest.slice(separator + 1));
}

/** Parses as the program does, down to the command that is meant, but does not run it. */
function findArgumentFault(command: Command, args: readonly string[]): string | undefined {
  const [first, ...rest] = args;
  const child = command.commands.find((each) => each.name() === first);
  if (child !== undefined) return findArgumentFault(child, rest);
  if (args.includes('--help')) return undefined;
  if (command.commands.length > 0) return `${command.name()} has no command ${first}`;
  try {
    const { operands, unknown } = command.parseOptions([...args]);
    if (unknown.length > 0) return `unknown: ${unknown.join(' ')}`;
    const missing = command.options.find(
      (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
    );
    if (missing !== undefined) return `${missing.long} is missing`;
    return findOperandFault(command, operands.length);
  } catch (error) {
    return String(error);
  }
}

function findOperandFault({ registeredArguments }: Command, count: number): string | undefined {
  const required = registeredArguments.filter((argument) => argument.required).length;
  if (count < required) return `needs ${required} words, has ${count}`;
  if (count > registeredArguments.length && registeredArguments.at(-1)?.variadic !== true)
    return `takes ${registeredArguments.length} words, has ${count}`;
  return undefined;
}

describe('the check of printed commands', () => {
  it('takes a line apart as a shell does', () => {
    const text = '```sh\nnpm ci && npm test   # all of it\na \'b c\' "d" > out | e --f\n```\n\n```ts\nnpm no\n```';
    expect(findShellCommands(text).map(({ words }) => words)).toEqual([
      ['npm', 'ci'],
      ['npm', 'test'],
      ['a', 'b c', 'd'],
      ['e', '--f'],
    ]);
  });

  it.each([
    ['npm run pneumoscope -- predict a.jpeg --csv', /^nothing$/],
    ['npx pneumoscope dataset split raw --out data', /^nothing$/],
    ['pneumoscope train --help', /^nothing$/],
    ['pneumoscope dataset split raw', /--out is missing/],
    ['pneumoscope predict a.jpeg --cvs', /unknown: --cvs/],
    ['pneumoscope predikt a.jpeg', /no command predikt/],
    ['pneumoscope dataset split --out data', /needs 1 words, has 0/],
    ['pneumoscope dataset split a b --out data', /takes 1 words, has 2/],
    ['pneumoscope dataset phantoms --out data --patients many', /patients/],
    ['npm run no-such-script', /no script no-such-script/],
    ['node scripts/no-such-script.ts', /no such file/],
    ['rm -rf data', /not a program/],
  ])('judges %s', (text, fault) => {
    expect(findFault(text.split(' ')) ?? 'nothing').toMatch(fault);
  });
});
