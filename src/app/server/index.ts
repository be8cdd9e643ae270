/**
 * `pneumoscope/server`: models over HTTP. `pneumoscope/client` is the other side.
 *
 * @packageDocumentation
 * @module pneumoscope/server
 */
export { PneumoscopeError } from '../../base/errors.ts';
export { readTokens, roles, Tokens, type Role, type Token } from './access.ts';
export type {
  ClassifyAnswer,
  ExplainAnswer,
  ImageAnswer,
  ModelDescription,
  ModelsAnswer,
  ProblemDetails,
  Readiness,
} from './contract.ts';
export type { ModelSource } from './model-registry.ts';
export { startService, type RunningService } from './serve.ts';
export type { ServiceSettings } from './settings.ts';
