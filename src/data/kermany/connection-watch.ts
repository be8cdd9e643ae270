/** One HTTP connection under watch: it ends when the user wishes so or when nothing comes, and its failures have words. */

/** A failure of the connection, which another attempt may mend. */
export class ConnectionError extends Error {
  /** no such host, or nobody there: trying again at once is of no use */
  readonly hopeless: boolean;

  constructor(message: string, hopeless: boolean, options?: ErrorOptions) {
    super(message, options);
    this.hopeless = hopeless;
  }
}

/** Ends a request on the user's wish or when nothing comes any more. */
export class ConnectionWatch {
  readonly #controller = new AbortController();
  readonly #stallTimeout: number;
  readonly #userSignal: AbortSignal | undefined;
  readonly #stop = (): void => this.#controller.abort();

  /** @param stallTimeout without a byte for so long, the connection counts as broken; milliseconds */
  constructor({
    signal,
    stallTimeout = 60_000,
  }: {
    signal?: AbortSignal | undefined;
    stallTimeout?: number | undefined;
  }) {
    this.#stallTimeout = stallTimeout;
    this.#userSignal = signal;
    signal?.addEventListener('abort', this.#stop);
    if (signal?.aborted === true) this.#stop();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @throws ConnectionError */
  async guard<T>(step: Promise<T>): Promise<T> {
    const timer = setTimeout(this.#stop, this.#stallTimeout);
    try {
      return await step;
    } catch (error) {
      const stalled = this.#controller.signal.aborted && this.#userSignal?.aborted !== true;
      if (stalled)
        throw new ConnectionError(`nothing came for ${this.#stallTimeout / 1000} seconds`, false, { cause: error });
      throw describeFailure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#userSignal?.removeEventListener('abort', this.#stop);
    // Closes the connection of a response that was not read to its end; a finished one does not mind.
    this.#stop();
  }
}

const hopelessCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH']);

/** fetch says only «fetch failed»; the reason stands in its cause, or in one of several. */
function describeFailure(error: unknown): ConnectionError {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  if (cause instanceof AggregateError) cause = cause.errors[0] as unknown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const words = cause instanceof Error && cause.message !== '' ? cause.message : code || String(cause);
  return new ConnectionError(words, hopelessCodes.has(code), { cause: error });
}
