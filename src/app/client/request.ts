/** How the generated client asks: one function over fetch, which browsers and Node both have. */

export interface ClientOptions {
  /** of the service, such as http://127.0.0.1:8080; in a page of its own origin '' */
  readonly baseUrl: string;
  /** where the service needs one */
  readonly token?: string | undefined;
  /** instead of the global one */
  readonly fetch?: typeof fetch | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  /** each becomes a file of a form */
  readonly images?: readonly Blob[] | undefined;
  readonly answer: 'json' | 'text' | 'blob';
  /** statuses beside 200 that are answers too */
  readonly alsoAnswers?: readonly number[] | undefined;
}

/** What the service refused, in its own words. */
export class ServiceError extends Error {
  readonly status: number;
  /** stable, such as `queue-full`; undefined: the answer was none of the service's */
  readonly code: string | undefined;
  /** seconds after which to try again */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: { status: number; code: string | undefined; retryAfter: number | undefined }) {
    super(message);
    this.name = 'ServiceError';
    this.status = details.status;
    this.code = details.code;
    this.retryAfter = details.retryAfter;
  }
}

/** @throws ServiceError; the signal's reason, an AbortError unless it has another; TypeError where the service cannot be reached */
export async function call<Answer>(options: ClientOptions, request: Call): Promise<Answer> {
  const { method, path, query = {}, images, answer, alsoAnswers = [], signal } = request;
  const wanted = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const search = wanted.length === 0 ? '' : `?${new URLSearchParams(wanted).toString()}`;
  const send = options.fetch ?? fetch;
  // Before a form is made of the images: Node's fetch goes on to write the form of a request that never began, and that ends the process.
  signal?.throwIfAborted();
  const response = await send(`${options.baseUrl}${path}${search}`, {
    method,
    headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
    ...(images !== undefined && { body: toForm(images) }),
    ...(signal !== undefined && { signal }),
  });
  if (!response.ok && !alsoAnswers.includes(response.status)) throw await readError(response);
  return (await response[answer]()) as Answer;
}

function toForm(images: readonly Blob[]): FormData {
  const form = new FormData();
  for (const image of images) form.append('image', image);
  return form;
}

async function readError(response: Response): Promise<ServiceError> {
  const { status, headers } = response;
  const value: unknown = await response.json().catch(() => undefined);
  const { detail, code } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const wait = headers.get('retry-after');
  return new ServiceError(typeof detail === 'string' ? detail : `The service answered with status ${status}.`, {
    status,
    code: typeof code === 'string' ? code : undefined,
    retryAfter: wait === null ? undefined : Number(wait),
  });
}
