/**
 * Writes src/app/client/service-client.ts, the typed client of the service, from the service's own OpenAPI document: `npm run generate:client`.
 * A test generates it anew and compares, so that it cannot fall behind. The types are a generator's; the methods are written here, because
 * no generator that was tried writes code that a strict TypeScript takes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateApi } from 'swagger-typescript-api';
import { buildOpenApi, type Operation } from '../src/app/server/openapi.ts';
import { formatText } from './format-text.ts';

const root = join(import.meta.dirname, '..');
export const clientFile = join(root, 'src/app/client/service-client.ts');

/** The text of the client. */
export async function generateClient(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-client-'));
  try {
    const document = buildOpenApi();
    const input = join(folder, 'openapi.json');
    writeFileSync(input, JSON.stringify(document));
    const options = { input, output: false, silent: true, fileName: 'types.ts', generateClient: false } as const;
    const { files } = await generateApi({ ...options, generateUnionEnums: true });
    const [types] = files;
    if (types === undefined) throw new Error('no types were generated');
    const methods = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => renderMethod(path, method, operation)),
    );
    return formatText(render(types.fileContent, methods), 'service-client.ts');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function render(types: string, methods: readonly string[]): string {
  // Without the generator's banner and its marks for other linters.
  const plain = types
    .replaceAll(/^\/\*[\s\S]*?\*\/\n|^\/\/ @ts-nocheck\n/g, '')
    .replaceAll(/^ *(\/\*)?\* @(min|max) .*\n/gm, '');
  return `/**
 * The client of the service, for browsers and Node. Generated from the service's OpenAPI document by scripts/generate-client.ts; not to be
 * changed by hand.
 */
import { call, type CallOptions, type ClientOptions } from './request.ts';

export { ServiceError, type CallOptions, type ClientOptions } from './request.ts';

${plain.replaceAll(/\/\*\*\s*\*\/\n/g, '')}

/** Every method throws a ServiceError for what the service refuses. */
export class ServiceClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

${methods.join('\n')}
}
`;
}

function renderMethod(path: string, method: string, operation: Operation): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const content = responses['200']?.content ?? {};
  const reference = content['application/json']?.schema.$ref;
  const form = reference !== undefined ? 'json' : 'image/png' in content ? 'blob' : 'text';
  const answer = { json: reference?.split('/').at(-1), blob: 'Blob', text: 'string' }[form];
  // A status whose answer is of the same kind is an answer too.
  const also = Object.entries(responses)
    .filter(
      ([status, { content: own }]) =>
        status !== '200' && reference !== undefined && own?.['application/json']?.schema.$ref === reference,
    )
    .map(([status]) => status);
  const queryType = parameters
    .map(({ name, description }) => `/** ${description} */ readonly ${name}?: string | undefined;`)
    .join('\n');
  const signature = [
    ...(requestBody === undefined ? [] : ['images: readonly Blob[]']),
    ...(parameters.length === 0 ? [] : [`query: {\n${queryType}\n} = {}`]),
    'options: CallOptions = {}',
  ];
  const fields = [
    '...options',
    `method: '${method.toUpperCase()}'`,
    `path: '${path}'`,
    ...(requestBody === undefined ? [] : ['images']),
    ...(parameters.length === 0 ? [] : ['query']),
    `answer: '${form}'`,
    ...(also.length === 0 ? [] : [`alsoAnswers: [${also.join(', ')}]`]),
  ];
  return `/** ${summary}. */
  ${operationId}(${signature.join(', ')}): Promise<${answer}> {
    return call(this.#options, { ${fields.join(', ')} });
  }
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(clientFile, await generateClient());
