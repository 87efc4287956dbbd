#!/usr/bin/env python3
"""Writes src/pinyin.txt: syllables of Mandarin without tones, each with the simplified characters that are read so.

  pip install pypinyin==0.55.0    # MIT
  python3 pinyin.py > ../src/pinyin.txt

Of the characters those of GB 2312 are taken, each with the first two readings that the package has for it. An `ü` is a
`v`, as people type it.
"""
import collections
import unicodedata

from pypinyin.constants import PINYIN_DICT


def toneless(reading):
    parts = unicodedata.normalize("NFD", reading.replace("ü", "v").replace("ê", "e"))
    parts = parts.replace("u\u0308", "v")
    return "".join(part for part in parts if part.isascii())


def main():
    characters = collections.defaultdict(str)
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            character = bytes([row, cell]).decode("gb2312", "ignore")
            readings = PINYIN_DICT.get(ord(character), "") if character else ""
            for reading in list(dict.fromkeys(map(toneless, readings.split(","))))[:2]:
                if set(reading) & set("aeiouv"):
                    characters[reading] += character
    for syllable in sorted(characters):
        print(syllable, characters[syllable])


if __name__ == "__main__":
    main()
