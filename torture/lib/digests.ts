/** What is the same in two folders where nothing went wrong: contents, without the times that each run writes down. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { hashBytes } from '../../src/base/files/digest.ts';
import { readModelHeader } from '../../src/engine/onnx/model-header.ts';
import { readClassifierGraph } from '../../src/engine/onnx/read-graph.ts';
import { parseHistoryCsv } from '../../src/engine/fit/history.ts';

/** Every file of a folder by its path, with the digest of its content; empty where there is no folder. */
export async function digestTree(folder: string, leaveOut = /(^|\/)\./): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const digests: Record<string, string> = {};
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).split(path.sep).join('/');
    if (!leaveOut.test(name)) digests[name] = hashBytes(await readFile(file));
  }
  return digests;
}

/** A model's weights and the entries of its metadata that no clock decides. @throws PneumoscopeError where it is not whole */
export async function digestModel(file: string): Promise<unknown> {
  const { metadata } = await readModelHeader(file);
  const { graph } = await readClassifierGraph(file);
  const weights = graph.constants.map(({ value, data }) => [
    value.name,
    hashBytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
  const entries = Object.entries(metadata).map(([key, text]) => [
    key,
    text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a moment'),
  ]);
  return { weights, entries };
}

/** The figures of a history without its times. */
export async function readFigures(file: string): Promise<unknown> {
  const records = parseHistoryCsv(await readFile(file, 'utf8'), file);
  return records.map(({ seconds: _, imagesPerSecond: _rate, ...figures }) => figures);
}

/** History, weights and, where it was kept, the whole state of a training. */
export async function digestRun(folder: string): Promise<unknown> {
  const names = await readdir(path.join(folder, 'checkpoint')).catch(() => []);
  const states = await Promise.all(
    names.map((name) => digestTree(path.join(folder, 'checkpoint', name), /state\.json$/)),
  );
  return {
    figures: await readFigures(path.join(folder, 'history.csv')),
    model: await digestModel(path.join(folder, 'model.onnx')),
    states,
  };
}
