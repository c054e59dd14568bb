"""Writes Sources/Tokenizer/UnicodeTables.swift: the letters, numbers, combining classes and canonical
decompositions of the `tokenizers` package, determined by calling it for every Unicode scalar.

The package contains two Unicode versions, one in its regular expressions and an older one in its normalization. They may differ
from those of Python and Swift, so the tables are measured instead of looked up.

    python Tools/reference/unicode_tables.py
"""

import base64
import pathlib
import textwrap
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

OUTPUT = pathlib.Path(__file__).parents[2] / "Sources/Tokenizer/UnicodeTables.swift"
SCALARS = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)

nfc = normalizers.NFC().normalize_str
nfd = normalizers.NFD().normalize_str


def members(pattern):
    """The scalars that a one-character pattern matches."""
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    found = set()
    for start in range(0, len(SCALARS), 4096):
        chunk = SCALARS[start : start + 4096]
        kept = {ord(c) for piece, _ in split.pre_tokenize_str("".join(map(chr, chunk))) for c in piece}
        found.update(code for code in chunk if code not in kept)
    return found


def ranges(codes):
    """Ranges [first, last] of consecutive codes, ascending."""
    result = []
    for code in sorted(codes):
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return result


def combining_classes():
    """Scalar → canonical combining class if it is not 0, determined from the order in which two marks are sorted."""
    def order(text):
        return nfd("a" + text)[1:]

    def is_known(mark):
        return any(order(pair) != pair for pair in (mark + "\u0334", "\u0345" + mark))

    witness = {}
    for code in SCALARS:
        value = unicodedata.combining(chr(code))
        if value and value not in witness and (is_known(chr(code)) or chr(code) in "\u0334\u0345"):
            witness[value] = chr(code)
    known = sorted(witness)

    result = {}
    for code in SCALARS:
        mark = chr(code)
        if code in HANGUL or nfd(mark) != mark:
            continue
        before = order(mark + witness[known[0]]) != mark + witness[known[0]]
        after = order(witness[known[-1]] + mark) != witness[known[-1]] + mark
        if not before and not after:
            continue
        equal = [
            value
            for value in known
            if order(mark + witness[value]) == mark + witness[value]
            and order(witness[value] + mark) == witness[value] + mark
        ]
        assert len(equal) == 1, (hex(code), equal)
        result[code] = equal[0]
    return result


def decompositions():
    """Ascending (scalar, first, second or 0, whether the pair composes again), without Hangul syllables."""
    full = {code: nfd(chr(code)) for code in SCALARS if code not in HANGUL and nfd(chr(code)) != chr(code)}
    composite = {}
    for code, text in full.items():
        if len(text) > 1:
            composite.setdefault(text, []).append(code)
    result = []
    for code, text in sorted(full.items()):
        if len(text) == 1:
            result.append((code, ord(text), 0, False))
            continue
        head = text[:-1]
        if len(head) > 1:
            first = nfc(head)
            head = first if len(first) == 1 else chr(composite[head][0])
        composes = nfc(head + text[-1]) == chr(code)
        result.append((code, ord(head), ord(text[-1]), composes))
    return result


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def pack_ranges(codes):
    out, previous = b"", 0
    for first, last in ranges(codes):
        out += varint(first - previous) + varint(last - first)
        previous = last
    return out


def pack_classes(classes):
    out, previous, run = b"", 0, []
    for code, value in sorted(classes.items()):
        if run and run[1] == code - 1 and run[2] == value:
            run[1] = code
            continue
        if run:
            out += varint(run[0] - previous) + varint(run[1] - run[0]) + varint(run[2])
            previous = run[1]
        run = [code, code, value]
    return out + varint(run[0] - previous) + varint(run[1] - run[0]) + varint(run[2])


def pack_decompositions(entries):
    out, previous = b"", 0
    for code, first, second, composes in entries:
        out += varint((code - previous) << 1 | composes) + varint(first) + varint(second)
        previous = code
    return out


def literal(name, comment, data):
    lines = textwrap.wrap(base64.b64encode(data).decode(), 96)
    body = "\n".join(f"        {line}\\" for line in lines)[:-1]
    return f'    /// {comment}\n    static let {name} = """\n{body}\n        """\n'


def main():
    letters, numbers, spaces = members(r"\p{L}"), members(r"\p{N}"), members(r"\s")
    classes, entries = combining_classes(), decompositions()
    parts = [
        literal("letters", r"`\p{L}`: ranges.", pack_ranges(letters)),
        literal("numbers", r"`\p{N}`: ranges.", pack_ranges(numbers)),
        literal("spaces", r"`\s`: ranges.", pack_ranges(spaces)),
        literal("combiningClasses", "Canonical combining classes other than 0: ranges, each followed by its class.",
                pack_classes(classes)),
        literal("decompositions",
                "Canonical decompositions but for Hangul syllables: scalar, first, second (0 for a single scalar).",
                pack_decompositions(entries)),
    ]
    OUTPUT.write_text(
        f"""// Written by Tools/reference/unicode_tables.py with tokenizers {tokenizers.__version__}; not edited by hand.

/// Unicode as the `tokenizers` package knows it, packed: base64 of LEB128 numbers. A range is its distance
/// from the end of the previous one and its length less one; a decomposition starts with twice the distance
/// from the previous scalar, plus one if the pair composes again.
enum UnicodeTables {{
{chr(10).join(parts)}}}
"""
    )
    print(f"letters {len(letters)}, numbers {len(numbers)}, spaces {len(spaces)}, marks {len(classes)}, "
          f"decompositions {len(entries)}, composing {sum(entry[3] for entry in entries)}")


if __name__ == "__main__":
    main()
