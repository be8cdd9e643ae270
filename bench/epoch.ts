/**
 * An epoch from JPEG files with the article's augmentation, once they are cached, against the bare training step:
 * what loading, augmenting and moving batches between threads costs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { splitDataset } from '../src/data/split.ts';
import { train } from '../src/training/train.ts';
import { withImages } from './images.ts';
import type { BenchSettings, Row } from './settings.ts';
