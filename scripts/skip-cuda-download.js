// Runs before onnxruntime-node's own install script when this package is installed as a dependency.
//
// On Linux x64 that script fetches the CUDA provider (hundreds of megabytes) from outside the npm registry, and fails the
// whole installation where that is out of reach. It fetches nothing when the files already exist, so they are put there
// as one line of text. Who wants CUDA asks for it by name, and then the script replaces them:
//
//   ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js
//
// Plain JavaScript without dependencies, because it runs before anything else is ready. It never fails an installation.
import { accessSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const asked =
  process.env.ONNXRUNTIME_NODE_INSTALL ||
  process.env.ONNXRUNTIME_NODE_INSTALL_CUDA ||
  process.env.npm_config_onnxruntime_node_install ||
  process.env.npm_config_onnxruntime_node_install_cuda;

if (!asked && process.platform === 'linux' && process.arch === 'x64') {
  try {
    const engine = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    const folder = join(engine, 'bin/napi-v6/linux/x64');
    accessSync(folder);
    for (const provider of ['shared', 'cuda', 'tensorrt']) {
      const text =
        'Placeholder written by pneumoscope: the CUDA provider is not installed. See scripts/skip-cuda-download.js\n';
      try {
        writeFileSync(join(folder, `libonnxruntime_providers_${provider}.so`), text, { flag: 'wx' });
      } catch {
        // It exists already: a real provider stays.
      }
    }
  } catch {
    // The engine is not there yet, or lies elsewhere: its own script decides.
  }
}
