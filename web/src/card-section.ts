/** A part of a model's card as the service writes it. */
import type { ModelDescription } from '../../src/app/client/service-client.ts';

export type CardSection = ModelDescription['card'][number];
