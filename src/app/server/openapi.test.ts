import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { budgets, describeBudget, type Budget } from '../../base/budgets.ts';
import { buildOpenApi } from './openapi.ts';

describe('the OpenAPI document', () => {
  it('is one, of version 3.1', async () => {
    const document = structuredClone(buildOpenApi());
    const validator = new Validator();
    const result = await validator.validate(document);
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('tells every limit of the service from the one table', () => {
    const { description } = buildOpenApi()['info'] as { readonly description: string };
    const limits = Object.values<Budget>(budgets).filter(({ status }) => status !== null);
    expect(limits.length).toBeGreaterThan(20);
    for (const budget of limits) expect(description).toContain(`- ${budget.what}: ${describeBudget(budget)}`);
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
