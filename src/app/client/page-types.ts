/** What the page in web/ may know of the rest: the shapes of the service's answers, which are gone once it is compiled. */
export type {
  ClassifyAnswer,
  ExplainAnswer,
  ImageAnswer,
  ModelDescription,
  ModelReference,
  ModelsAnswer,
  ProblemDetails,
} from './server/contract.ts';
