#!/usr/bin/env python3
"""PyTorch as a peer: the article's two networks, trained and run on the CPU, to compare this project's engine with.

The networks are those of Keras's Sequential models: 3x3 'same' convolutions with relu, 2x2 max-pooling, float32, one logit.
A training step is whole: forward, binary cross-entropy from logits, backward, and the optimiser (RMSprop for the baseline,
Adam with amsgrad for the improved network). Each task is measured in NCHW and in channels_last; the better layout counts.

    python3 bench/peers/pytorch.py                         all tasks, as a table
    python3 bench/peers/pytorch.py --only train-improved --steps 3 --json
    python3 bench/peers/pytorch.py --serve                 one task name a line on standard input, one JSON line back

Debian: apt-get install python3-torch libopenblas0-pthread. Exit status 3 means that PyTorch is not installed.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time

MISSING = 3
TASKS = {
    # name: (network, what, images a step)
    'train-improved': ('improved', 'train', 32),
    'train-baseline': ('baseline', 'train', 32),
    'infer-improved-32': ('improved', 'infer', 32),
    'infer-improved-1': ('improved', 'infer', 1),
    'infer-baseline-32': ('baseline', 'infer', 32),
    'infer-baseline-1': ('baseline', 'infer', 1),
}
LAYOUTS = ('nchw', 'channels_last')


def parse_arguments():
    parser = argparse.ArgumentParser(description='Speed of PyTorch on the CPU for the two networks of the article.')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--size', type=int, default=256, help='image width and height')
    parser.add_argument('--steps', type=int, default=5, help='measured steps for each task and layout')
    parser.add_argument('--warmup', type=int, default=1, help='steps before them that are not measured')
    parser.add_argument('--only', default=','.join(TASKS), help='comma-separated: ' + ', '.join(TASKS))
    parser.add_argument('--layouts', default=','.join(LAYOUTS), help='comma-separated: ' + ', '.join(LAYOUTS))
    parser.add_argument('--json', action='store_true', help='print JSON instead of a table')
    parser.add_argument('--serve', action='store_true', help='measure what standard input asks for, line by line')
    arguments = parser.parse_args()
    arguments.only = [name for name in arguments.only.split(',') if name]
    arguments.layouts = [name for name in arguments.layouts.split(',') if name]
    for name in arguments.only:
        if name not in TASKS:
            parser.error(f'unknown task {name!r}; known: {", ".join(TASKS)}')
    for name in arguments.layouts:
        if name not in LAYOUTS:
            parser.error(f'unknown layout {name!r}; known: {", ".join(LAYOUTS)}')
    if arguments.steps < 1 or arguments.warmup < 0 or arguments.threads < 1 or arguments.size < 32:
        parser.error('--steps and --threads must be at least 1, --warmup at least 0, --size at least 32')
    return arguments


def import_torch(threads, as_json):
    """Imports PyTorch with its thread pools set; the variables count only when they are set before the import."""
    for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
        os.environ[name] = str(threads)
    try:
        import torch
    except ImportError as error:
        reason = f'PyTorch is not installed ({error}). On Debian: apt-get install python3-torch libopenblas0-pthread'
        print(json.dumps({'missing': reason}) if as_json else reason)
        sys.exit(MISSING)
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    return torch


def find_blas(torch):
    """The BLAS that this process really uses, from the libraries mapped into it."""
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    config = torch.__config__.show()
    try:
        with open('/proc/self/maps', encoding='utf8') as maps:
            libraries = {line.split()[-1] for line in maps if '.so' in line}
    except OSError:
        libraries = set()
    for name, label in (('openblas', 'OpenBLAS'), ('mkl_core', 'MKL'), ('mkl_rt', 'MKL'), ('libblis', 'BLIS'), ('atlas', 'ATLAS')):
        if any(name in library.lower() for library in libraries):
            return label
    if 'BLAS_INFO=mkl' in config:
        return 'MKL'
    return 'reference' if any('/libblas.so' in library for library in libraries) else 'unknown'


def build(torch, network, size):
    from torch import nn

    widths, dense = {'baseline': ([32], 128), 'improved': ([32, 64, 128, 256, 512], 2048)}[network]
    layers, channels, side = [], 1, size
    for width in widths:
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels, side = width, side // 2
    layers += [nn.Flatten(), nn.Linear(channels * side * side, dense), nn.ReLU(), nn.Linear(dense, 1)]
    return nn.Sequential(*layers)


class Task:
    """One network in one layout, kept warm: each call of step() is one measured step and returns its seconds."""

    def __init__(self, torch, name, layout, size):
        network, self.what, self.images = TASKS[name]
        self.torch = torch
        memory = torch.channels_last if layout == 'channels_last' else torch.contiguous_format
        self.model = build(torch, network, size).to(memory_format=memory)
        self.input = torch.rand(self.images, 1, size, size).contiguous(memory_format=memory)
        self.labels = (torch.arange(self.images) % 2).float().unsqueeze(1)
        if self.what == 'train':
            self.model.train()
            self.loss = torch.nn.BCEWithLogitsLoss()
            self.optimizer = (
                torch.optim.Adam(self.model.parameters(), lr=1e-3, eps=1e-7, amsgrad=True)
                if network == 'improved'
                else torch.optim.RMSprop(self.model.parameters(), lr=1e-4, alpha=0.9, eps=1e-7)
            )
        else:
            self.model.eval()

    def step(self):
        start = time.perf_counter()
        if self.what == 'train':
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.model(self.input), self.labels).backward()
            self.optimizer.step()
        else:
            with self.torch.inference_mode():
                self.model(self.input)
        return time.perf_counter() - start


def describe(seconds, images):
    return {
        'imagesPerSecondBest': images / min(seconds),
        'imagesPerSecondMedian': images / statistics.median(seconds),
        'seconds': seconds,
    }


def measure(torch, name, arguments):
    layouts = {}
    for layout in arguments.layouts:
        task = Task(torch, name, layout, arguments.size)
        for _ in range(arguments.warmup):
            task.step()
        layouts[layout] = describe([task.step() for _ in range(arguments.steps)], task.images)
        del task
    best = max(layouts, key=lambda layout: layouts[layout]['imagesPerSecondMedian'])
    return {
        'task': name,
        'batch': TASKS[name][2],
        'layout': best,
        'imagesPerSecondBest': max(figures['imagesPerSecondBest'] for figures in layouts.values()),
        'imagesPerSecondMedian': layouts[best]['imagesPerSecondMedian'],
        'layouts': layouts,
    }


def peak_resident_bytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == 'darwin' else peak * 1024


def serve(torch, arguments):
    """One line in: `TASK LAYOUT STEPS`, or `drop` to free the networks held. One line of JSON out."""
    tasks = {}
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        try:
            if words[0] == 'drop':
                tasks.clear()
                answer = {'dropped': True}
            else:
                name, layout, steps = words[0], words[1], int(words[2])
                if name not in TASKS or layout not in LAYOUTS or steps < 1:
                    raise ValueError(f'cannot measure {line.strip()!r}')
                key = (name, layout)
                if key not in tasks:
                    tasks[key] = Task(torch, name, layout, arguments.size)
                    for _ in range(arguments.warmup):
                        tasks[key].step()
                seconds = [tasks[key].step() for _ in range(steps)]
                answer = {'seconds': seconds, 'images': tasks[key].images, 'peakResidentBytes': peak_resident_bytes()}
        except (ValueError, IndexError) as error:
            answer = {'error': str(error)}
        print(json.dumps(answer), flush=True)


def print_table(report):
    print(f"PyTorch {report['torch']}, {report['blas']} BLAS, {report['threads']} threads, {report['size']}x{report['size']}")
    print(f"{'task':<20}{'layout':<16}{'best, images/s':>16}{'median, images/s':>18}")
    for result in report['results']:
        for layout, figures in result['layouts'].items():
            mark = ' *' if layout == result['layout'] else ''
            best, median = figures['imagesPerSecondBest'], figures['imagesPerSecondMedian']
            print(f"{result['task']:<20}{layout + mark:<16}{best:>16.2f}{median:>18.2f}")
    print(f"* the better layout; peak resident memory {report['peakResidentBytes'] / 2**30:.2f} GiB")


def main():
    arguments = parse_arguments()
    torch = import_torch(arguments.threads, arguments.json or arguments.serve)
    blas = find_blas(torch)
    warning = None
    if blas in ('reference', 'unknown'):
        warning = (
            f'PyTorch runs on a {blas} BLAS, which makes it two to three times slower: no fair peer. '
            'On Debian: apt-get install libopenblas0-pthread'
        )
        print(f'WARNING: {warning}', file=sys.stderr)
    report = {
        'peer': 'pytorch',
        'torch': torch.__version__,
        'onednn': torch.backends.mkldnn.is_available(),
        'blas': blas,
        'warning': warning,
        'threads': torch.get_num_threads(),
        'size': arguments.size,
        'steps': arguments.steps,
    }
    if arguments.serve:
        print(json.dumps(report), flush=True)
        serve(torch, arguments)
        return
    report['results'] = [measure(torch, name, arguments) for name in arguments.only]
    report['peakResidentBytes'] = peak_resident_bytes()
    if arguments.json:
        print(json.dumps(report))
    else:
        print_table(report)


if __name__ == '__main__':
    main()
