/** Asks the service that sent this page, and nobody else. */
import {
  ServiceClient as GeneratedClient,
  ServiceError as Refusal,
  type ClassifyAnswer,
  type ExplainAnswer,
  type ModelReference,
  type ModelsAnswer,
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
  token = '';

  models(signal?: AbortSignal): Promise<ModelsAnswer> {
    return this.#ask((client) => client.listModels({ signal }), signal);
  }

  classify(files: readonly File[], model: ModelReference, signal: AbortSignal): Promise<ClassifyAnswer> {
    return this.#ask((client) => client.classify(files.map(withoutName), toQuery(model), { signal }), signal);
  }

  /** @param target a class, or null for the one that was answered */
  explain(file: File, model: ModelReference, target: string | null, signal: AbortSignal): Promise<ExplainAnswer> {
    const query = { ...toQuery(model), class: target ?? undefined };
    return this.#ask((client) => client.explain([withoutName(file)], query, { signal }), signal);
  }

  /** As a PNG. @param maximumSide pixels of the longer side; null: all there are */
  show(file: File, maximumSide: number | null): Promise<Blob> {
    const query = { maximumSide: maximumSide === null ? undefined : String(maximumSide) };
    return this.#ask((client) => client.display([withoutName(file)], query), undefined);
  }

  async #ask<Answer>(
    question: (client: GeneratedClient) => Promise<Answer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const token = this.token === '' ? undefined : this.token;
    try {
      // Beside the page, whatever path a proxy has put before both.
      return await question(new GeneratedClient({ baseUrl: '.', token, fetch: fetchPrivately }));
    } catch (error) {
      if (signal?.aborted === true) throw error;
      if (error instanceof Refusal) throw toServiceError(error);
      throw new ServiceError({ code: error instanceof SyntaxError ? 'bad-answer' : 'no-answer', detail: null }, null);
    }
  }
}

/** No cookies, no copies on the disk, and no other address than the one that was asked. */
const fetchPrivately: typeof fetch = (input, init) =>
  fetch(input, { ...init, credentials: 'omit', cache: 'no-store', redirect: 'error' });

/** Names of files may tell of patients, so the service gets none. */
function withoutName(file: File): Blob {
  return file.slice(0, file.size, file.type);
}

function toQuery({ id, version }: ModelReference): { readonly model: string; readonly version: string } {
  return { model: id, version };
}

function toServiceError({ code, message, status, retryAfter }: Refusal): ServiceError {
  const trouble = code === undefined ? { code: codeOf(status), detail: null } : { code, detail: message };
  return new ServiceError(trouble, status, retryAfter ?? null);
}

/** What a proxy answers in the service's place has no code. */
function codeOf(status: number): string {
  if (status === 401) return 'token-missing';
  if (status === 413) return 'too-large';
  if (status === 429) return 'queue-full';
  return status >= 500 ? 'no-answer' : 'bad-answer';
}
