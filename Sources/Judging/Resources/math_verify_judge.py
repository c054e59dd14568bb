"""A judge program: asks math-verify whether two formulas are the same. One JSON object a line, in and out."""
import json
import sys

try:
    from math_verify import parse, verify
except ImportError:
    sys.exit("math-verify is not installed for this Python: pip install math-verify")


def value(text):
    # A formula without marks is read whole; in plain text math-verify would take the last number of it.
    is_marked = "$" in text or "boxed" in text
    return (not is_marked and parse("$" + text + "$")) or parse(text)


def is_right(expected, answer):
    gold, answered = value(expected), value(answer)
    return bool(gold and answered and verify(gold, answered))


for line in sys.stdin:
    request = json.loads(line)
    verdict = is_right(request["expected"], request["answer"])
    print(json.dumps({"id": request["id"], "correct": verdict}), flush=True)
