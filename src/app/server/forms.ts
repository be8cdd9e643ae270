/** Forms with files, taken apart as they arrive. */
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';
import { budgets } from '../../base/budgets.ts';
import type { GatheredBytes } from './gathered-bytes.ts';
import { Problem } from './problems.ts';

export interface FormFile {
  /** as the client named it; '' where it did not */
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Every file of a form, in order; other fields are passed over.
 *
 * @throws Problem bad-request, too-large, and as {@link FastifyRequest.receive}
 */
export async function readForm(request: FastifyRequest, mostFiles: number): Promise<readonly FormFile[]> {
  const files: GatheredFile[] = [];
  await gatherFiles(request, mostFiles, files);
  return files.map(({ name, bytes }) => ({ name, bytes: bytes.take() }));
}

interface GatheredFile {
  readonly name: string;
  readonly bytes: GatheredBytes;
}

async function gatherFiles(request: FastifyRequest, mostFiles: number, files: GatheredFile[]): Promise<void> {
  const parser = openParser(request, mostFiles);
  let failure: Problem | undefined;
  const fail = (problem: Problem): void => {
    failure ??= problem;
  };
  const tooMany = (): void =>
    fail(new Problem('too-large', `A request may hold ${mostFiles} images at most; send fewer at once`));
  parser.on('filesLimit', tooMany).on('partsLimit', tooMany);
  parser.on('fieldsLimit', () =>
    fail(new Problem('too-large', `A form may have ${budgets.formFields.limit} fields at most beside its files`)),
  );
  parser.on('file', (_: string, stream: BusboyFileStream, name: string | undefined) => {
    const bytes = request.gather();
    files.push({ name: name ?? '', bytes });
    stream.on('data', (piece: Buffer) => bytes.add(piece));
    stream.on('error', () => fail(cutShort()));
  });
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  parser.on('finish', resolve);
  parser.on('error', () => {
    fail(cutShort());
    resolve();
  });
  let isEmpty = true;
  for await (const piece of request.receive()) {
    isEmpty = false;
    await Promise.race([finished, new Promise<void>((next) => parser.write(piece, () => next()))]);
    if (failure !== undefined) throw failure;
  }
  if (isEmpty) throw new Problem('bad-request', 'The request has no body; send an image, or a form with files');
  parser.end();
  await finished;
  if (failure !== undefined) throw failure;
}

function openParser({ headers }: FastifyRequest, mostFiles: number): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      limits: {
        files: mostFiles,
        fields: budgets.formFields.limit,
        fieldSize: budgets.formFieldBytes.limit,
        parts: mostFiles + budgets.formFields.limit,
      },
    });
  } catch (error) {
    throw new Problem('bad-request', 'The form has no boundary, or one that cannot be used', { cause: error });
  }
}

function cutShort(): Problem {
  return new Problem('bad-request', 'The form is malformed or was cut short');
}
