/** Asks the service that sent this page, and nobody else. */
import type {
  ClassifyAnswer,
  ExplainAnswer,
  ModelReference,
  ModelsAnswer,
  Problem,
} from '../../src/app/client/service-client.ts';
import type { Trouble } from './item.ts';

/** A request without an answer that could be used. */
export class ServiceError extends Error {
  readonly trouble: Trouble;
  /** HTTP; null where nothing answered */
  readonly status: number | null;
  /** seconds, as the service asked for */
  readonly retryAfter: number | null;

  constructor(trouble: Trouble, status: number | null, retryAfter: number | null = null) {
    super(trouble.detail ?? trouble.code);
    this.name = 'ServiceError';
    this.trouble = trouble;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export class ServiceClient {
  /** In memory alone, and gone with the page. */
  token = '';

  models(signal?: AbortSignal): Promise<ModelsAnswer> {
    return this.#ask('api/v1/models', signal === undefined ? {} : { signal });
  }

  classify(files: readonly File[], model: ModelReference, signal: AbortSignal): Promise<ClassifyAnswer> {
    return this.#ask(`api/v1/classify?${modelQuery(model)}`, { method: 'POST', body: toForm(files), signal });
  }

  /** @param target a class, or null for the one that was answered */
  explain(file: File, model: ModelReference, target: string | null, signal: AbortSignal): Promise<ExplainAnswer> {
    const query = modelQuery(model);
    if (target !== null) query.set('class', target);
    return this.#ask(`api/v1/explain?${query}`, { method: 'POST', body: toForm([file]), signal });
  }

  async #ask<Answer>(path: string, options: RequestInit): Promise<Answer> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.token !== '') headers['authorization'] = `Bearer ${this.token}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(path, { ...options, headers, credentials: 'omit', cache: 'no-store', redirect: 'error' });
      text = await response.text();
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      throw new ServiceError({ code: 'no-answer', detail: null }, null);
    }
    const body = parse(text);
    if (response.ok && body !== undefined) return body as Answer;
    const problem = readProblem(body);
    const after = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new ServiceError(
      problem ?? { code: response.ok ? 'bad-answer' : codeOf(response.status), detail: null },
      response.status,
      Number.isFinite(after) ? after : null,
    );
  }
}

/** Names of files may tell of patients, so the service gets neutral ones. */
function toForm(files: readonly File[]): FormData {
  const form = new FormData();
  files.forEach((file, index) => form.append('image', file, `image-${index + 1}`));
  return form;
}

function modelQuery({ id, version }: ModelReference): URLSearchParams {
  return new URLSearchParams({ model: id, version });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readProblem(body: unknown): Trouble | undefined {
  const { code, detail } = (body ?? {}) as Partial<Problem>;
  return typeof code === 'string' ? { code, detail: typeof detail === 'string' ? detail : null } : undefined;
}

/** What a proxy answers in the service's place has no code. */
function codeOf(status: number): string {
  if (status === 401) return 'token-missing';
  if (status === 413) return 'too-large';
  if (status === 429) return 'queue-full';
  return status >= 500 ? 'no-answer' : 'bad-answer';
}
