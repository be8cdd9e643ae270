/** What cannot be run here is held against its schema, and against what the service really has. */
import { readdir, readFile } from 'node:fs/promises';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildOpenApi } from '../src/app/server/openapi.ts';

const folder = new URL('../deploy/', import.meta.url);

async function readManifest(name: string): Promise<Record<string, unknown>> {
  return parse(await readFile(new URL(`kubernetes/${name}`, folder), 'utf8')) as Record<string, unknown>;
}

describe('the Kubernetes manifests', () => {
  it('follow the schemas of their kinds', async () => {
    const check = async (name: string, kind: new (data: never) => { validate(): void }): Promise<void> => {
      const manifest = await readManifest(name);
      expect(() => new kind(manifest as never).validate()).not.toThrow();
      // The check notices what is wrong.
      expect(() => new kind({ ...manifest, spec: 'nonsense' } as never).validate()).toThrow(/spec/);
    };
    await check('deployment.yaml', Deployment);
    await check('service.yaml', Service);
    await check('network-policy.yaml', NetworkPolicy);
  });

  it('are all listed, and probe addresses that the service has', async () => {
    const { resources } = await readManifest('kustomization.yaml');
    const files = (await readdir(new URL('kubernetes/', folder))).filter((name) => name !== 'kustomization.yaml');
    expect(files.toSorted()).toEqual([...(resources as string[])].toSorted());
    const text = JSON.stringify(await readManifest('deployment.yaml'));
    const probed = [...text.matchAll(/"httpGet":\{"path":"([^"]+)"/g)].map(([, path]) => path);
    expect(probed).toHaveLength(3);
    const known = Object.keys(buildOpenApi().paths);
    for (const path of probed) expect(known).toContain(path);
  });
});

describe('the Dockerfile', () => {
  it('is one', async () => {
    expect(validateDockerfile(await readFile(new URL('Dockerfile', folder), 'utf8'))).toEqual([]);
    expect(validateDockerfile('FORM node')).not.toEqual([]);
  });
});
