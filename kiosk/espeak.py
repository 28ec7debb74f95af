"""A program of its own that says one phrase: words on standard input, a WAV file (16 bits, one channel) on standard output.

`python kiosk/espeak.py gmw/en 150`: the voice, as eSpeak NG names its file, and the pace in words a minute. It exits with 3 where there
is no such voice. eSpeak NG is under the GPL and written in C, so nothing of it comes into another process: this one ends with each
phrase, whatever becomes of it, and imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import wave
from io import BytesIO
from pathlib import Path

import espeakng_loader

# Of speak_lib.h, API revision 12.
_SYNCHRONOUS, _DONT_EXIT = 2, 0x8000
_RATE = 1
_BY_CHARACTER, _UTF8 = 1, 1  # no SSML and no phonemes among the words: both have to be asked for
_FELL, _NO_VOICE = 1, 3
MOST_SECONDS = 120  # of sound
CPU_SECONDS, MEMORY = 10, 2**30

_HEAR = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main(voice: str, pace: int, words: bytes) -> int:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    # A relative path, because it keeps no more than 160 characters of one.
    os.chdir(Path(espeakng_loader.get_data_path()).parent)
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, b".", _DONT_EXIT)
    if rate <= 0:
        return _FELL
    if library.espeak_SetVoiceByName(voice.encode()):
        return _NO_VOICE  # it would go on in the voice before
    library.espeak_SetParameter(_RATE, pace, 0)
    samples = bytearray()

    @_HEAR
    def hear(heard, count: int, _events) -> int:
        if heard and count > 0:
            samples.extend(ctypes.string_at(heard, count * 2))
        return int(len(samples) > MOST_SECONDS * rate * 2)

    library.espeak_SetSynthCallback(hear)
    text = words.replace(b"\0", b" ") + b"\0"
    failed = library.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, _BY_CHARACTER, 0, _UTF8, None, None)
    if failed or not samples:
        return _FELL
    _write(bytes(samples), rate)
    return 0


def _write(samples: bytes, rate: int) -> None:
    whole = BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    sys.stdout.buffer.write(whole.getvalue())


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.stdin.buffer.read()))
