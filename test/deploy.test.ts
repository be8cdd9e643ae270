/** What cannot be run here is held against its schema, and against what the service really has. */
import { readdir, readFile } from 'node:fs/promises';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { healthRoutes } from '../src/app/server/health-routes.ts';
import { buildOpenApi } from '../src/app/server/openapi.ts';

const folder = new URL('../deploy/', import.meta.url);

async function readManifest(name: string): Promise<Record<string, unknown>> {
  return parse(await readFile(new URL(name, folder), 'utf8')) as Record<string, unknown>;
}

const kinds: Readonly<Record<string, new (data: never) => { validate(): void }>> = {
  'kubernetes/autoscaler.yaml': HorizontalPodAutoscaler,
  'kubernetes/deployment.yaml': Deployment,
  'kubernetes/disruption-budget.yaml': PodDisruptionBudget,
  'kubernetes/network-policy.yaml': NetworkPolicy,
  'kubernetes/service.yaml': Service,
  'kubernetes-ingress/ingress.yaml': Ingress,
};

describe('the Kubernetes manifests', () => {
  it.each(Object.entries(kinds))('follow the schemas of their kinds: %s', async (name, Kind) => {
    const manifest = await readManifest(name);
    expect(() => new Kind(manifest as never).validate()).not.toThrow();
    // The check notices what is wrong.
    expect(() => new Kind({ ...manifest, spec: 'nonsense' } as never).validate()).toThrow(/spec/);
  });

  it.each(['kubernetes/', 'kubernetes-ingress/'])('are all listed and all checked here: %s', async (place) => {
    const { resources } = await readManifest(`${place}kustomization.yaml`);
    const files = (await readdir(new URL(place, folder))).filter((name) => name !== 'kustomization.yaml');
    const listed = z
      .array(z.string())
      .parse(resources)
      .filter((name) => !name.startsWith('../'));
    expect(files.toSorted()).toEqual(listed.toSorted());
    expect(Object.keys(kinds)).toEqual(expect.arrayContaining(files.map((name) => `${place}${name}`)));
  });

  it('probe addresses that the service has', async () => {
    const text = JSON.stringify(await readManifest('kubernetes/deployment.yaml'));
    const probed = [...text.matchAll(/"httpGet":\{"path":"([^"]+)"/g)].map(([, path]) => path);
    expect(probed).toHaveLength(3);
    const known = Object.keys(buildOpenApi().paths);
    for (const path of probed) expect(known).toContain(path);
    // Each at the port of its own, which the command opens.
    const [, port] = /"--probe-port","(\d+)"/.exec(text) ?? [];
    expect(text).toContain(`{"name":"probes","containerPort":${port}}`);
    expect([...text.matchAll(/"port":"([^"]+)"/g)].map(([, name]) => name)).toEqual(['probes', 'probes', 'probes']);
  });

  it('name each other as they are called', async () => {
    const named = z.object({ metadata: z.object({ name: z.string() }) });
    const deployment = await readManifest('kubernetes/deployment.yaml');
    const { metadata } = named.parse(deployment);
    // The autoscaler decides how many run; a number here would undo that at every apply.
    expect(deployment['spec']).not.toHaveProperty('replicas');
    const template = { 'app.kubernetes.io/name': metadata.name };
    expect(deployment).toMatchObject({ spec: { template: { metadata: { labels: template } } } });
    expect(await readManifest('kubernetes/autoscaler.yaml')).toMatchObject({
      spec: { scaleTargetRef: { kind: 'Deployment', apiVersion: 'apps/v1', name: metadata.name } },
    });
    expect(await readManifest('kubernetes/disruption-budget.yaml')).toMatchObject({
      spec: { selector: { matchLabels: template } },
    });
    expect(await readManifest('kubernetes/service.yaml')).toMatchObject({ spec: { selector: template } });
    const service = named.parse(await readManifest('kubernetes/service.yaml')).metadata.name;
    const ingress = await readManifest('kubernetes-ingress/ingress.yaml');
    expect(JSON.stringify(ingress)).toContain(`"backend":{"service":{"name":"${service}","port":{"name":"http"}}}`);
  });

  it('let nobody in without TLS', async () => {
    const rules = z.object({
      spec: z.object({
        tls: z.array(z.object({ hosts: z.array(z.string()), secretName: z.string() })),
        rules: z.array(z.object({ host: z.string() })),
      }),
    });
    const { spec } = rules.parse(await readManifest('kubernetes-ingress/ingress.yaml'));
    expect(spec.tls.flatMap(({ hosts }) => hosts)).toEqual(spec.rules.map(({ host }) => host));
  });
});

describe('the example for Prometheus', () => {
  const scrape = z.object({
    metrics_path: z.string(),
    authorization: z.object({ type: z.literal('Bearer'), credentials_file: z.string() }),
    kubernetes_sd_configs: z.array(z.object({ selectors: z.array(z.object({ role: z.string(), label: z.string() })) })),
    relabel_configs: z.array(z.looseObject({ regex: z.string().optional(), action: z.string().optional() })),
  });

  it('sends a token to the address of the metrics, of every pod of the deployment', async () => {
    const { scrape_configs: jobs } = z
      .object({ scrape_configs: z.array(scrape) })
      .parse(await readManifest('prometheus/prometheus.yaml'));
    expect(jobs).toHaveLength(1);
    const [job] = jobs;
    const route = healthRoutes.find(({ url }) => url === job?.metrics_path);
    expect(route).toMatchObject({ method: 'GET', needsToken: true, role: 'metrics' });
    const deployment = JSON.stringify(await readManifest('kubernetes/deployment.yaml'));
    expect(job?.kubernetes_sd_configs[0]?.selectors).toEqual([
      { label: 'app.kubernetes.io/name=pneumoscope', role: 'pod' },
    ]);
    expect(deployment).toContain('"labels":{"app.kubernetes.io/name":"pneumoscope"}');
    const port = job?.relabel_configs.find(({ action }) => action === 'keep')?.regex;
    expect(deployment).toContain(`"ports":[{"name":"${port}"`);
    // These would be scraped without a token.
    expect(deployment).not.toContain('prometheus.io/');
  });
});

describe('the Dockerfile', async () => {
  const text = await readFile(new URL('Dockerfile', folder), 'utf8');
  const lines = text.split('\n');

  it('is one', () => {
    expect(validateDockerfile(text)).toEqual([]);
    expect(validateDockerfile('FORM node')).not.toEqual([]);
  });

  it('takes its base from the builder alone, who must name a digest', () => {
    expect(lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1])).toEqual(
      Array.from({ length: 3 }, () => '${NODE_IMAGE}'),
    );
    expect(lines.filter((line) => line.startsWith('ARG ')).every((line) => line === 'ARG NODE_IMAGE')).toBe(true);
    expect(text).toMatch(/^RUN case "\$\{NODE_IMAGE\}" in \*@sha256:\*\)/m);
  });

  it('installs what the lock file says, and nothing else', () => {
    const installs = [...text.matchAll(/\bnpm (?:ci|install|i|add|exec)\b.*/g)].map(([command]) => command);
    expect(installs).toEqual(['npm ci --no-audit --no-fund', 'npm ci --omit=dev --no-audit --no-fund']);
    expect(text).not.toMatch(/\bnpx\b/);
  });

  it('sends nothing to the builder but what it copies', async () => {
    const ignored = await readFile(new URL('Dockerfile.dockerignore', folder), 'utf8');
    const [first, ...others] = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(others.toSorted()).toEqual([...new Set(copied)].map((name) => `!${name}`).toSorted());
  });
});
