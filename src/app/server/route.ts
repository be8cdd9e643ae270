/**
 * A route as one declaration. What is validated, what needs a token, what the OpenAPI document says and what the client can ask all
 * follow from it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Role } from './access.ts';
import type { ProblemCode } from './problems.ts';
import type { Service } from './service.ts';

/** Schemas by content type. Of an answer the first is given unless Accept names another. */
export type Content = Readonly<Record<string, z.ZodType>>;

export interface RouteResponse {
  readonly description: string;
  readonly content: Content;
}

type Responses = Readonly<Record<number, RouteResponse>>;

/** What a handler may return: the value of any content of any status, or its bytes where they are rendered already. */
type ResultOf<Own extends Responses> =
  | {
      [Status in keyof Own]: Own[Status] extends { readonly content: infer All } ? z.input<All[keyof All]> : never;
    }[keyof Own]
  | Uint8Array;

export interface Route<
  Query extends z.ZodRawShape = z.ZodRawShape,
  Parameters extends z.ZodRawShape = z.ZodRawShape,
  Own extends Responses = Responses,
> {
  readonly method: 'GET' | 'POST';
  /** in the framework's form, such as `/v2/models/:model` */
  readonly url: string;
  /** undefined: the OpenAPI document leaves it out */
  readonly documentation?: {
    readonly operationId: string;
    readonly tag: string;
    readonly summary: string;
    readonly description?: string;
  };
  /** false for what probes ask, and for what tells a client how to ask */
  readonly needsToken: boolean;
  /** of the token; 'classify' unless given */
  readonly role?: Role;
  readonly query?: Query;
  /** named in the URL */
  readonly pathParameters?: Parameters;
  readonly body?: Content;
  readonly responses: Own;
  /** beside those that every route has, see {@link problemsOf} */
  readonly problems?: readonly ProblemCode[];
  handle(
    service: Service,
    request: FastifyRequest<{ Querystring: z.output<z.ZodObject<Query>>; Params: z.output<z.ZodObject<Parameters>> }>,
    reply: FastifyReply,
  ): Promise<ResultOf<NoInfer<Own>>>;
}

/** Checks that a handler fits its own declaration. */
export function declareRoute<
  Query extends z.ZodRawShape = Record<string, never>,
  Parameters extends z.ZodRawShape = Record<string, never>,
  Own extends Responses = Responses,
>(route: Route<Query, Parameters, Own>): Route {
  return route;
}

/** Every problem that a route may give: its own, and those that any of its kind has. */
export function problemsOf({ method, needsToken, problems = [] }: Route): readonly ProblemCode[] {
  const ofBodies = method === 'POST' ? (['too-large', 'wrong-type', 'queue-full'] as const) : [];
  const ofClosed = needsToken ? (['token-missing', 'not-allowed', 'shutting-down'] as const) : [];
  // Every query can be wrong.
  return ['bad-request', ...ofBodies, ...problems, ...ofClosed, 'wrong-origin', 'internal'];
}

/** Any other parameter is an error. */
export function querySchema({ query = {} }: Route): z.ZodObject {
  return z.strictObject(query);
}

/** The first content type of an answer, unless Accept names another. */
export function chooseContentType(response: RouteResponse, { headers }: FastifyRequest): string {
  const [first = '', ...others] = Object.keys(response.content);
  const named = (headers.accept ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase());
  return others.find((type) => named.includes(type)) ?? first;
}
