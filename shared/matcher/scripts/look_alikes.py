#!/usr/bin/env python3
"""Writes src/look_alikes.txt: characters that two tables agree look like a Latin letter, and the letters of text
generators' fonts, as far as src/confusables.txt and the compatibility forms do not have them already.

  pip download --no-deps confusable-homoglyphs==3.3.1    # MIT; the table is Unicode's confusables.txt (Unicode-3.0)
  npm pack obscenity@0.4.6                               # MIT
  cargo add rustrict@0.7.39                              # MIT OR Apache-2.0
  python3 look_alikes.py confusables.json confusables.js replacements.csv unicode_fonts.csv > ../src/look_alikes.txt

Each argument is the file of that name in these packages. What is written has the form of src/confusables.txt: Latin
letters, a space, and what looks like any of them.
"""
import collections
import json
import pathlib
import re
import string
import sys
import unicodedata

LETTERS = string.ascii_lowercase
SOURCE = pathlib.Path(__file__).parent.parent / "src"


def unicode_table(path):
    pairs = set()
    for letter, alike in json.loads(path.read_text("utf8")).items():
        if letter in string.ascii_letters:
            pairs |= {(other["c"], letter.lower()) for other in alike}
    # A capital I, a small l and a one are all the same there.
    return pairs | {(other, letter) for other, one in pairs if one == "l" for letter in "il"}


def obscenity_table(path):
    rows = re.findall(r"\['(.)', '(.*)'\],", path.read_text("utf8"))
    return {(other, letter.lower()) for letter, others in rows for other in others if letter in string.ascii_letters}


def rustrict_table(path):
    rows = (line.split(",", 1) for line in path.read_text("utf8").splitlines() if "," in line[1:])
    return {(other, letter) for other, letters in rows for letter in letters.lower()}


def font_table(path):
    fonts = (line.split(",", 1)[1] for line in path.read_text("utf8").splitlines() if line)
    return {(other, letter) for font in fonts for other, letter in zip(font, LETTERS)}


def reads_already(other, letter, known):
    # What has a compatibility form is read as that, without accents.
    parts = [part for part in unicodedata.normalize("NFKD", other) if not unicodedata.combining(part)]
    forms = {form for part in [other, *parts] for form in (part, part.lower(), part.upper())}
    is_styled = parts != [other] and parts[0].isascii() and (parts[0].isalnum() or parts[0] == "(")
    return is_styled or any(letter in known.get(form, "") for form in forms)


def main(paths):
    known = {}
    for line in (SOURCE / "confusables.txt").read_text("utf8").splitlines():
        letters, others = line.split(" ", 1)
        for other in others:
            known[other] = known.get(other, "") + letters
    tables = [unicode_table(paths[0]), obscenity_table(paths[1]), rustrict_table(paths[2]) | font_table(paths[3])]
    votes = collections.Counter(pair for table in tables for pair in table)
    fonts = font_table(paths[3])
    rows = collections.defaultdict(set)
    for (other, letter), count in votes.items():
        is_one = len(other) == 1 and not other.isascii() and letter in LETTERS and unicodedata.category(other) != "Mn"
        if is_one and (count > 1 or (other, letter) in fonts) and not reads_already(other, letter, known):
            rows[other].add(letter)
    lines = collections.defaultdict(str)
    for other in sorted(rows):
        lines["".join(sorted(rows[other]))] += other
    for letters in sorted(lines):
        print(letters, lines[letters])


if __name__ == "__main__":
    main([pathlib.Path(path) for path in sys.argv[1:]])
