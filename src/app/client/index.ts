/**
 * `pneumoscope/client`, and the package pneumoscope-client: the typed client of the service, for browsers and Node. It depends on nothing
 * but fetch. All types are those of the service's OpenAPI document, so what is generated from it is public as a whole.
 *
 * @packageDocumentation
 * @module pneumoscope/client
 */
export * from './service-client.ts';
