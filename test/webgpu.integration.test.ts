/**
 * The same training graph on webgpu, in software: loss, logits and gradients equal PyTorch's within float32's rounding.
 * Needs a Vulkan driver of SwiftShader, as the package `chromium` of Debian brings it (and libvulkan1); set
 * VK_ICD_FILENAMES to the description of another driver to test that one.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DeviceRun } from './fixtures/webgpu/run-training-graph.ts';
import { requireClose } from './operator-check.ts';
import { recordedNetworks } from './recorded-networks.ts';
import type { RecordedNetwork } from './recorded-networks.ts';

const driver = process.env['VK_ICD_FILENAMES'] ?? '/usr/lib/chromium/vk_swiftshader_icd.json';
const missing = [
  ...(existsSync(driver) ? [] : [`the Vulkan driver ${driver}`]),
  ...(process.platform !== 'linux' || hasVulkanLoader() ? [] : ['the Vulkan loader libvulkan.so.1']),
];
const available = missing.length === 0;
if (!available) console.warn(`SKIPPED: the webgpu device is not tested, for want of ${missing.join(' and ')}.`);

/** Where the dynamic linker of the common distributions looks. */
function hasVulkanLoader(): boolean {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
  ];
  return folders.some((folder) => existsSync(join(folder, 'libvulkan.so.1')));
}

const networks = ['improved, 3 wide blocks', 'modern'].map(
  (name) => recordedNetworks.find((network) => network.name === name) as RecordedNetwork,
);

/** What stays on the cpu: questions of shape, and the loss over classes. No tensor of the network's size. */
const allowedOnCpu = ['Cast', 'ConstantOfShape', 'Gather', 'LogSoftmax', 'SequenceConstruct', 'Size', 'Slice'];

describe.skipIf(!available)('training graphs on webgpu', () => {
  let runs: Readonly<Record<string, DeviceRun>> = {};

  beforeAll(async () => {
    const runtimeFolder = await mkdtemp(join(tmpdir(), 'pneumoscope-xdg-'));
    const script = fileURLToPath(new URL('fixtures/webgpu/run-training-graph.ts', import.meta.url));
    const env = { ...process.env, VK_ICD_FILENAMES: driver, XDG_RUNTIME_DIR: runtimeFolder };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, 'webgpu', ...networks.map(({ name }) => name)],
      { env },
    );
    await rm(runtimeFolder, { recursive: true });
    runs = JSON.parse(stdout) as Readonly<Record<string, DeviceRun>>;
  }, 120_000);

  it.each(networks)('$name: loss, logits, gradients and running averages', (recorded) => {
    const { outputs } = runs[recorded.name] as DeviceRun;
    requireClose('loss', outputs['loss'] ?? [], [recorded.loss], 1e-5);
    expect(requireClose('logits', outputs['logits'] ?? [], recorded.logits, 1e-5)).toBe(recorded.logits.length);
    for (const [name, expected] of Object.entries(recorded.gradients)) {
      requireClose(name, outputs[`${name}_grad`] ?? [], expected, 1e-5, 0.01);
    }
    for (const [name, expected] of Object.entries(recorded.nextStates)) {
      requireClose(name, outputs[`${name}_next`] ?? [], expected, 1e-5, 0.01);
    }
  });

  it.each(networks)('$name: convolutions and products run on the device', ({ name }) => {
    const { ran } = runs[name] as DeviceRun;
    expect(ran['WebGpuExecutionProvider']?.['Conv']).toBeGreaterThan(5);
    expect(ran['WebGpuExecutionProvider']?.['Gemm']).toBeGreaterThan(1);
    expect(Object.keys(ran['CPUExecutionProvider'] ?? {}).filter((op) => !allowedOnCpu.includes(op))).toEqual([]);
  });
});
