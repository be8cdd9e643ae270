#!/usr/bin/env python3
"""Processor time of gdcm for reading and decoding DICOM files, all in one process.

With --json, one JSON object goes to stdout; exit status 3 and {"missing": ...} say that gdcm is not installed.
"""
import argparse
import json
import statistics
import sys
import time

MISSING = 3


def main():
    parser = argparse.ArgumentParser(description='Processor time of gdcm for decoding DICOM files.')
    parser.add_argument('files', nargs='+')
    parser.add_argument('--passes', type=int, default=3, help='measured passes over each file, after one unmeasured')
    parser.add_argument('--json', action='store_true', help='print JSON instead of words')
    arguments = parser.parse_args()
    try:
        import gdcm
    except ImportError as error:
        reason = f'gdcm is not installed ({error}). On Debian: apt-get install python3-gdcm'
        print(json.dumps({'missing': reason}) if arguments.json else reason)
        sys.exit(MISSING)
    target = gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian)

    def decode(file):
        """Into gdcm's own memory: what Python would make of the pixels is left out. False: gdcm cannot."""
        reader = gdcm.ImageReader()
        reader.SetFileName(file)
        if not reader.Read():
            return False
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(target)
        change.SetInput(reader.GetImage())
        return change.Change()

    def measure(file):
        if not decode(file):
            return None
        seconds = []
        for _ in range(arguments.passes):
            start = time.process_time()
            decode(file)
            seconds.append(time.process_time() - start)
        return statistics.median(seconds)

    gdcm.Trace.WarningOff()
    gdcm.Trace.ErrorOff()
    # One entry a file: the median of its passes, or null where gdcm does not know its syntax.
    report = {'peer': 'gdcm', 'gdcm': gdcm.Version.GetVersion(), 'seconds': [measure(file) for file in arguments.files]}
    if arguments.json:
        print(json.dumps(report))
    else:
        for file, seconds in zip(arguments.files, report['seconds']):
            print(f'{file}: {"not read" if seconds is None else f"{seconds * 1000:.1f} ms"}')


if __name__ == '__main__':
    main()
