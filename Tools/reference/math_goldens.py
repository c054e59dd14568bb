"""Writes pairs of a right answer and an answer, with the verdicts of math-verify.

    python math_goldens.py OUTPUT.json        needs math-verify==0.9.0

Each line of the file is [expected, answer, verdict]; the verdict is null if math-verify cannot parse an answer.
"""

import itertools
import json
import pathlib
import random
import sys

from math_verify import parse, verify

#: Groups of notations: two of the same group are equal, two of different groups are not.
GROUPS = [
    ["\\frac{1}{2}", "0.5", "1/2", "\\dfrac12", "50\\%", ".5", "\\frac{2}{4}", "2^{-1}", "0.50"],
    ["3", "3.0", "\\sqrt{9}", "x=3", "x = 3", "\\frac{6}{2}", "3\\text{ cm}", "1+2", "\\left(3\\right)", "3.000"],
    ["-3", "-3.0", "-\\sqrt{9}", "x=-3", "-\\frac{6}{2}", "1-4"],
    ["2\\sqrt{2}", "\\sqrt{8}", "2^{3/2}", "2\\cdot\\sqrt{2}", "\\sqrt{2}+\\sqrt{2}", "\\frac{4}{\\sqrt{2}}", "\\sqrt[3]{8}\\sqrt2"],
    ["\\pi", "\\frac{2\\pi}{2}", "\\pi^1", "1\\pi"],
    ["\\frac{\\pi}{3}", "\\pi/3", "\\frac{1}{3}\\pi", "\\frac13\\pi", "\\dfrac{2\\pi}{6}"],
    ["1234", "1,234", "1{,}234", "1234.0", "1.234\\times10^{3}", "1.234 \\times 10^3", "1\\,234"],
    ["0.00003", "3\\times10^{-5}", "3\\cdot 10^{-5}", "\\frac{3}{100000}"],
    ["2.5", "2\\frac{1}{2}", "\\frac{5}{2}", "5/2", "2.50", "250\\%"],
    ["x^2+2x+1", "(x+1)^2", "1+2x+x^2", "(1+x)(x+1)", "x(x+2)+1", "x^{2}+2\\cdot x+1"],
    ["x^2-1", "(x-1)(x+1)", "x^2 - 1", "-(1-x^2)"],
    ["\\frac{x}{x+1}", "1-\\frac{1}{x+1}", "x/(x+1)", "\\dfrac{x}{1+x}"],
    ["\\sin^2 x", "1-\\cos^2 x", "(\\sin x)^2", "\\sin^2(x)"],
    ["\\{1,2,3\\}", "\\{3,2,1\\}", "1,2,3", "3,1,2", "\\{1, 2, 3\\}"],
    ["(1,2)", "(1.0,2)", "\\left(1,2\\right)", "(1, 2)", "(\\frac{2}{2}, 2)"],
    ["(2,1)", "(2, 1)", "\\left(2,1\\right)"],
    ["[1,2)", "[1, 2)", "\\left[1,2\\right)"],
    ["(1,2,3)", "(1, 2, 3)", "\\left(1,2,3\\right)"],
    ["(3,2,1)", "(3, 2, 1)"],
    ["x>3", "3<x", "x > 3", "(3,\\infty)", "x\\in(3,\\infty)"],
    ["x\\geq 3", "3\\le x", "[3,\\infty)", "x \\ge 3"],
    ["y=2x+1", "y = 2x + 1", "2x+1=y", "y-2x=1"],
    ["\\text{even}", "\\text{even}"],
    ["\\ln 2", "\\ln(2)", "\\frac{1}{2}\\ln 4", "\\ln{2}", "-\\ln\\frac{1}{2}"],
    ["\\log_2 8+1", "4", "2^2", "\\log_{2} 16"],
    ["5+2i", "2i+5", "5 + 2i"],
    ["5-2i", "5 - 2i", "-2i+5"],
    ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{bmatrix}1\\\\2\\end{bmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"],
    ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}"],
    ["x=1,x=2", "x=2,x=1", "x=1\\text{ or }x=2", "x = 1, x = 2"],
    ["1\\pm\\sqrt{2}", "1+\\sqrt{2},1-\\sqrt{2}", "\\{1-\\sqrt2,1+\\sqrt2\\}"],
    ["\\infty", "\\infty", "+\\infty"],
    ["-\\infty", "-\\infty"],
    ["90^\\circ", "90", "90^{\\circ}", "90\\text{ degrees}"],
    ["\\$15", "15", "15.00", "15\\text{ dollars}"],
    ["120", "5!", "120.0"],
    ["10", "\\binom{5}{2}", "\\binom{5}{3}", "10\\text{ apples}"],
    ["3.14", "3.140", "\\frac{314}{100}"],
    ["3.1415", "3.14150"],
    ["3.141593", "3.1415930"],
    ["ab", "ba", "a\\cdot b", "a b"],
    ["a_1", "a_{1}"],
    ["|x|", "\\left|x\\right|", "|-x|"],
    ["e^2", "e^{2}", "e\\cdot e"],
    ["(1,2)\\cup(3,4)", "(3,4)\\cup(1,2)", "(1, 2) \\cup (3, 4)"],
    ["\\emptyset", "\\emptyset", "\\varnothing"],
    ["7", "\\lfloor 7.9 \\rfloor", "7.", "\\mathbf{7}"],
    ["0", "0.0", "-0", "1-1"],
    ["1e-5", "0.00001", "10^{-5}"],
    ["\\frac{-1}{2}", "-\\frac{1}{2}", "-0.5", "\\frac{1}{-2}", "-1/2"],
    ["\\tan 45^\\circ", "\\tan 45^{\\circ}"],
    ["1000000", "1,000,000", "10^6", "1{,}000{,}000"],
]
#: Formats of an answer in a completion.
FRAMES = ["${}$", "\\boxed{{{}}}", "The answer is ${}$.", "So $n$ is odd, hence $\\boxed{{{}}}$."]
#: Plain text without dollar signs.
PLAIN = [
    ("3", "3"), ("3", "The answer is 3."), ("0.5", "1/2"), ("1/2", "0.5"), ("50%", "0.5"), ("0.5", "50%"), ("12", "13"),
    ("1,234", "1234"), ("B", "B"), ("yes", "yes"), ("-4", "-4"), ("-4", "4"), ("3.14", "3.1415"), ("2/3", "0.6667"),
    ("x=3", "3"), ("100", "1e2"), ("7", "seven"), ("", "3"), ("3", ""),
]
#: Units after a number.
UNITS = [
    "cm", "m", "km", "mm", "in", "inches", "ft", "feet", "miles", "kg", "g", "L", "mL", "s", "min", "minutes", "h", "hours",
    "mph", "km/h", "m/s", "m^2", "cm²", "m3", "square meters", "sq ft", "kg/m^3", "°C", "degrees", "N", "V", "dollars",
    "units", "percent", "pct", "%",
]
#: Measured numbers; the first is expected.
MEASURED = [
    ("5", "5 {}"), ("5", "5{}"), ("5 {}", "5"), ("5 {}", "5 {}"), ("6 {}", "5 {}"), ("-2", "-2 {}"), ("6", "The answer is 5 {}."),
    ("5", "The answer is 5 {}."), ("5", "$5$ {}"), ("5", "5\\text{{ {}}}"),
]
#: Percentages and formulas with units.
PERCENTAGES = [
    ("0.28", "28 percent"), ("28%", "28 percent"), ("28", "28%"), ("28%", "28"), ("0.28", "28"), ("28%", "0.28%"),
    ("3/4", "3/4 mile"), ("2.5", "2.5cm"), ("1,200", "1200 km"), ("5 km", "5 m"), ("5", "\\boxed{5 cm}"), ("5", "$5 cm$"),
    ("5", "x = 5 cm"), ("50", "5 cm = 50 mm"), ("5", "$5x$"),
]


def verdict(expected, answer):
    gold, answered = parse(expected), parse(answer)
    if not gold or not answered:
        return None
    return bool(verify(gold, answered))


def pairs():
    draw = random.Random(0)
    for group in GROUPS:
        for first, second in itertools.islice(itertools.permutations(group, 2), 14):
            yield f"${first}$", draw.choice(FRAMES).format(second)
    for _ in range(250):
        one, other = draw.sample(GROUPS, 2)
        yield f"${draw.choice(one)}$", draw.choice(FRAMES).format(draw.choice(other))
    yield from PLAIN
    for unit in UNITS:
        for expected, answer in MEASURED:
            yield expected.format(unit), answer.format(unit)
    yield from PERCENTAGES


def main():
    lines = [[expected, answer, verdict(expected, answer)] for expected, answer in pairs()]
    text = "[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n"
    pathlib.Path(sys.argv[1]).write_text(text)
    counts = {value: sum(line[2] is value for line in lines) for value in (True, False, None)}
    print(f"{len(lines)} pairs: {counts}")


if __name__ == "__main__":
    main()
