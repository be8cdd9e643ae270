/**
 * Errors as plain data, for the way between threads. Structured cloning keeps neither an error's class nor its own fields,
 * so an error is packed on one side and made anew on the other.
 */
import { PneumoscopeError, type ErrorCode } from '../errors.ts';

export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** It was a PneumoscopeError; its code is among the fields. */
  readonly deliberate: boolean;
  /** Own fields, such as `code` and `syscall` of a system error. Those that cannot be cloned are left out. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The error that caused it. */
  readonly cause: ErrorData | undefined;
}

/** Causes of causes that travel; more would be a circle. */
const mostCauses = 8;

/** They have places of their own in {@link ErrorData}. */
const ownPlaces = new Set(['name', 'message', 'stack']);

/** The classes that keep their kind. Any other becomes a PneumoscopeError or a plain Error under its own name. */
const standardErrors = new Map<string, ErrorConstructor>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((one) => [one.name, one]),
);

/** @param thrown anything; what is no Error becomes the message of one */
export function packError(thrown: unknown, causes = mostCauses): ErrorData {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, cause } = error;
  const packed = cause instanceof Error && causes > 0 ? packError(cause, causes - 1) : undefined;
  return {
    name,
    message,
    stack,
    deliberate: error instanceof PneumoscopeError,
    fields: listFields(error),
    cause: packed,
  };
}

/** The error that {@link packError} packed: with its code and fields, and with the stack of where it was raised. */
export function reviveError({ name, message, stack, deliberate, fields, cause }: ErrorData): Error {
  const options = cause === undefined ? {} : { cause: reviveError(cause) };
  const error = deliberate
    ? new PneumoscopeError(fields['code'] as ErrorCode, message, options)
    : new (standardErrors.get(name) ?? Error)(message, options);
  Object.assign(error, fields);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

function listFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (!ownPlaces.has(key) && !(value instanceof Error) && value !== undefined && isCloneable(value))
      fields[key] = value;
  }
  return fields;
}

function isCloneable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
