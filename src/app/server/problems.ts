/** Failures that a client can understand: RFC 9457 problem details, a stable code and an HTTP status each. */
import { errorCodes, type PneumoscopeError } from '../../base/errors.ts';
import { endSentence } from '../../base/text.ts';
import type { Reason, ReasonCode } from '../../model/use/answer.ts';
import type { ProblemDetails } from './contract.ts';

/** Codes are never renamed or reused. */
export const problems = {
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  'token-missing': { status: 401, title: 'A token is needed' },
  'not-allowed': { status: 403, title: 'The token is for something else' },
  'wrong-origin': { status: 403, title: 'Requests from other web pages are not answered' },
  'not-found': { status: 404, title: 'There is no such thing here' },
  'method-not-allowed': { status: 405, title: 'The address has no such method' },
  'too-slow': { status: 408, title: 'The request took too long to arrive' },
  'too-large': { status: 413, title: 'More than is accepted' },
  'wrong-type': { status: 415, title: 'Not a type that is read' },
  'unreadable-image': { status: 422, title: 'The image cannot be read' },
  'header-refused': { status: 422, title: 'An X-ray that its DICOM header keeps from the model' },
  'guard-refused': { status: 422, title: 'Not an image that the model can say anything about' },
  'queue-full': { status: 429, title: 'Too much to do' },
  'headers-too-large': { status: 431, title: 'More headers than are accepted' },
  internal: { status: 500, title: 'A defect of this service' },
  'shutting-down': { status: 503, title: 'The service is stopping' },
  'not-ready': { status: 503, title: 'The service is not ready' },
  'timed-out': { status: 503, title: 'It took too long' },
} as const;

export type ProblemCode = keyof typeof problems;

export class Problem extends Error {
  readonly code: ProblemCode;
  /** seconds, for Retry-After */
  readonly retryAfter: number | undefined;

  /** of the answer */
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail one sentence without a final stop */
  constructor(
    code: ProblemCode,
    detail: string,
    options: { readonly retryAfter?: number; readonly headers?: Readonly<Record<string, string>> } & ErrorOptions = {},
  ) {
    super(detail, options);
    this.name = 'Problem';
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.headers = options.headers ?? {};
  }

  /** What an error of the library is to a client, by its row of the catalogue; undefined: a defect. */
  static fromError({ code, message }: PneumoscopeError): Problem | undefined {
    const { problem } = errorCodes[code];
    return problem === 'internal' ? undefined : new Problem(problem, message);
  }

  /** One that was written down before. */
  static from({ code, detail }: ProblemDetails): Problem {
    return new Problem(code in problems ? (code as ProblemCode) : 'internal', detail);
  }

  get status(): number {
    return problems[this.code].status;
  }

  toDetails(): ProblemDetails {
    return describeProblem(this.code, this.message);
  }
}

export function nothingHere(): Problem {
  return new Problem('not-found', 'There is nothing at this address');
}

export function describeProblem(code: ProblemCode, detail: string): ProblemDetails {
  const { status, title } = problems[code];
  return { type: `urn:pneumoscope:problem:${code}`, title, status, detail: endSentence(detail), code };
}

/** What a client hears of an image without an answer, by the answer's reason. */
const reasonProblems: Readonly<Record<ReasonCode, ProblemCode>> = {
  'guard-refused': 'guard-refused',
  'header-modality': 'header-refused',
  'header-intent': 'header-refused',
  'header-age': 'header-refused',
  'header-age-unknown': 'header-refused',
  'header-body-part': 'header-refused',
  'header-view': 'header-refused',
  'header-species': 'header-refused',
  'header-quality-control': 'header-refused',
  'header-derived': 'header-refused',
  'header-own-result': 'header-refused',
  empty: 'unreadable-image',
  'not-an-image': 'wrong-type',
  unsupported: 'wrong-type',
  'too-large': 'too-large',
  truncated: 'unreadable-image',
  damaged: 'unreadable-image',
  'not-found': 'unreadable-image',
  'not-readable': 'unreadable-image',
};

export function toProblem({ code, sentence }: Reason): Problem {
  return new Problem(reasonProblems[code], sentence);
}
