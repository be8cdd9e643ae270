#!/usr/bin/env python3
"""Pillow as a peer: reads a folder's images as Keras does, in one process and one thread.

Each image is decoded, turned to grey ('L'), and resized by nearest neighbour to the network's input size.

    python3 bench/peers/pillow.py FOLDER [--size 256] [--passes 3] [--json]

Debian: apt-get install python3-pil. Exit status 3 means that Pillow is not installed.
"""

import argparse
import json
import os
import statistics
import sys
import time

MISSING = 3
EXTENSIONS = ('.jpeg', '.jpg', '.png', '.bmp', '.tif', '.tiff', '.webp')


def list_images(folder):
    found = []
    for path, folders, files in os.walk(folder):
        folders.sort()
        found += [os.path.join(path, name) for name in sorted(files) if name.lower().endswith(EXTENSIONS)]
    return found


def main():
    parser = argparse.ArgumentParser(description='Speed of Pillow for decoding, grey and nearest resize.')
    parser.add_argument('folder')
    parser.add_argument('--size', type=int, default=256, help='width and height of the result')
    parser.add_argument('--passes', type=int, default=3, help='measured passes over the whole folder, after one unmeasured')
    parser.add_argument('--json', action='store_true', help='print JSON instead of words')
    arguments = parser.parse_args()
    try:
        import PIL
        from PIL import Image, features
    except ImportError as error:
        reason = f'Pillow is not installed ({error}). On Debian: apt-get install python3-pil'
        print(json.dumps({'missing': reason}) if arguments.json else reason)
        sys.exit(MISSING)

    files = list_images(arguments.folder)
    if not files:
        parser.error(f'no image in {arguments.folder}')
    if arguments.passes < 1:
        parser.error('--passes must be at least 1')
    nearest = getattr(Image, 'Resampling', Image).NEAREST

    def one_pass():
        start = time.perf_counter()
        for file in files:
            with Image.open(file) as image:
                grey = image if image.mode == 'L' else image.convert('L')
                grey.resize((arguments.size, arguments.size), nearest).tobytes()
        return time.perf_counter() - start

    one_pass()  # the files come from the page cache from here on, as they do for the other contestants
    seconds = [one_pass() for _ in range(arguments.passes)]
    report = {
        'peer': 'pillow',
        'pillow': PIL.__version__,
        'libjpegTurbo': features.version('libjpeg_turbo'),
        'images': len(files),
        'size': arguments.size,
        'imagesPerSecondBest': len(files) / min(seconds),
        'imagesPerSecondMedian': len(files) / statistics.median(seconds),
        'seconds': seconds,
    }
    if arguments.json:
        print(json.dumps(report))
    else:
        print(
            f"Pillow {report['pillow']} (libjpeg-turbo {report['libjpegTurbo']}), one process: {report['images']} images, "
            f"best {report['imagesPerSecondBest']:.1f} images/s, median {report['imagesPerSecondMedian']:.1f} images/s"
        )


if __name__ == '__main__':
    main()
