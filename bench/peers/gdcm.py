#!/usr/bin/env python3
"""Processor time of gdcm for reading and decoding DICOM files, in one process.

Each line on stdin is the path of a file; the answer is one line of JSON: {"seconds": ...}, or {"error": ...}. The first line of the output says
which gdcm this is, or, with exit status 3, that it is missing.
"""
import json
import sys
import time

MISSING = 3


def say(value):
    print(json.dumps(value), flush=True)


def main():
    try:
        import gdcm
    except ImportError as error:
        say({'missing': f'gdcm is not installed ({error}). On Debian: apt-get install python3-gdcm'})
        sys.exit(MISSING)
    say({'peer': 'gdcm', 'gdcm': gdcm.Version.GetVersion()})
    target = gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian)

    def decode(path):
        reader = gdcm.ImageReader()
        reader.SetFileName(path)
        if not reader.Read():
            return False
        # Decodes into gdcm's own memory: what Python would make of the pixels is not measured.
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(target)
        change.SetInput(reader.GetImage())
        return change.Change()

    for line in sys.stdin:
        path = line.rstrip('\n')
        start = time.process_time()
        done = decode(path)
        seconds = time.process_time() - start
        say({'seconds': seconds} if done else {'error': f'gdcm cannot decode {path}'})


if __name__ == '__main__':
    main()
