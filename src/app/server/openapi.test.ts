import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { buildOpenApi } from './openapi.ts';

describe('the OpenAPI document', () => {
  it('is one, of version 3.1', async () => {
    const document = structuredClone(buildOpenApi());
    const validator = new Validator();
    const result = await validator.validate(document);
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('refers to nothing that it does not hold', () => {
    const document = buildOpenApi();
    const text = JSON.stringify(document);
    const { schemas } = document['components'] as { readonly schemas: Readonly<Record<string, unknown>> };
    const wanted = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(wanted.length).toBeGreaterThan(20);
    for (const reference of wanted) {
      expect(reference).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(Object.keys(schemas)).toContain(reference?.split('/').at(-1));
    }
  });
});
