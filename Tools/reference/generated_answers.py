"""Generates questions of each benchmark, and answers in all common formats of model output, from a seed.

The formats are taken from logs: a letter with or without brackets, sentences, boxes, tags, long reasoning that names several
options, refusals, empty text. Each generator returns rows of questions with a `prediction`.
"""

import json
import random

WORDS = ("red blue green black white left right above below dog cat bus tree bag cup hat coat shirt street sign two three "
         "Circle Elephant Bicycle Camera Dolphin wooden metal large small empty open closed front behind").split()

REASONS = ["Let me look at the image more closely.", "At first I considered option A, then (B).", "A closer look shows a sign.",
           "Because the light comes from the left, C seems unlikely.", "Each of the options A, B, C and D is possible.",
           "Comparing A. and B. I see that D) does not fit.", "The image shows a crowd.\nThe sign is small.", "Okay, so:",
           "<think>Is it A? No. Is it B?</think>", "Based on the picture, the answer could be B or C."]

REFUSALS = ["", " ", "I'm sorry, but I can't help with that.", "I can't process this file.", "Cannot determine the answer",
            "None", "N/A", "unknown", "Sorry, I can't help with images of people yet.", "The image does not show it.", ".", "Z",
            "I'm sorry, but without the image provided I cannot say.", "Failed to obtain answer via API.", "无法回答"]


def letter_answer(rng, letters, texts):
    """A possible answer to a question with options."""
    letter, other = rng.choice(letters), rng.choice(letters)
    text = texts[letters.index(letter)] if rng.random() < 0.7 else rng.choice(texts)
    shapes = [
        lambda: letter, lambda: letter.lower(), lambda: f"({letter})", lambda: f"{letter}.", lambda: f"{letter})",
        lambda: f"{letter}:", lambda: f" {letter}\n", lambda: f"{letter}. {text}", lambda: f"({letter}) {text}.",
        lambda: f"{letter}: {text}", lambda: f"{letter}, {text}", lambda: f"'{letter}'", lambda: f"\"{letter}.\"",
        lambda: f"**{letter}**", lambda: f"**{letter}. {text}**", lambda: f"[{letter}]", lambda: f"{letter}-{text}",
        lambda: f"The answer is {letter}", lambda: f"The answer is {letter}.", lambda: f"The answer is ({letter}).",
        lambda: f"The best answer is: {letter}", lambda: f"The correct answer is {letter}) {text}",
        lambda: f"the correct option is {letter.lower()}", lambda: f"Answer: {letter}", lambda: f"Answer:{letter}",
        lambda: f"ANSWER IS {letter}", lambda: f"Best option: {letter}", lambda: f"Option {letter}", lambda: f"I choose {letter}",
        lambda: f"Answer: \\boxed{{{letter}}}", lambda: f"\\boxed{{{letter}}}", lambda: f"$\\boxed{{\\text{{{letter}}}}}$",
        lambda: f"<answer>{letter}</answer>", lambda: f"<answer>{letter}. {text}</answer>", lambda: f"<Answer>: {letter}",
        lambda: f"<think>{rng.choice(REASONS)}</think><answer>{letter}</answer>", lambda: text, lambda: text.upper(),
        lambda: f"The answer is {text}.", lambda: f"It is the {text} one.", lambda: f"I see a {text} in the picture, on the far side.",
        lambda: f"{rng.choice(REASONS)} {rng.choice(REASONS)} So the answer is {letter}.",
        lambda: f"{rng.choice(REASONS)}\n\nAnswer: ({letter})", lambda: f"{rng.choice(REASONS)} Therefore, {letter}",
        lambda: f"{rng.choice(REASONS)} It must be {text}.", lambda: f"{letter} or {other}", lambda: f"{letter} and {other}",
        lambda: f"{letter}, {other}", lambda: f"{letter}{other}", lambda: f"Not {other} but {letter}",
        lambda: f"Either ({other}) or ({letter})", lambda: f"{other}. is wrong; {letter}. is right",
        lambda: f"A cat, that is {text}", lambda: f"Clearly {text}", lambda: f"Definitely {letter}!", lambda: f"{letter}\n{text}",
        lambda: f"The answer\n{letter}", lambda: f"final answer is {letter} {text}", lambda: f"答案是{letter}", lambda: f"选{letter}。",
        lambda: f"정답은 {letter}", lambda: f"{text} ({other})", lambda: "yes", lambda: "No, there is none.",
        lambda: f"1. {letter}", lambda: str(rng.randint(0, 99)), lambda: f"{letter}={text}", lambda: f"{letter}_", lambda: f"{letter};",
        lambda: " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 14))), lambda: rng.choice(REFUSALS),
        lambda: f"{rng.choice(REFUSALS)} {letter}",
    ]
    return rng.choice(shapes)()


def number_answer(rng, right, wrong):
    """A possible answer to a question whose answer is a number."""
    value = right if rng.random() < 0.6 else wrong
    shapes = [
        lambda: value, lambda: f"{value}.", lambda: f" {value} ", lambda: f"${value}$", lambda: f"{value}%", lambda: f"{value} cm",
        lambda: f"The answer is {value}.", lambda: f"The answer is {value}", lambda: f"Answer: {value}", lambda: f"answer : {value}",
        lambda: f"**Answer:** {value}", lambda: f"Answer: {wrong}\nNo.\nAnswer: {value}", lambda: f"\\boxed{{{value}}}",
        lambda: f"So $\\boxed{{{value}}}$.", lambda: f"\\boxed{{{wrong}}} no: \\boxed{{{value}}}", lambda: f"\\boxed {value}$ is it",
        lambda: f"\\boxed{{\\text{{{value}}}}}", lambda: f"\\boxed{{\\frac{{{value}}}{{1}}}}", lambda: f"\\boxed{{{value}",
        lambda: f"<answer>{value}</answer>", lambda: f"x = {value}", lambda: f"First {wrong} is added.\nThus the result is {value}",
        lambda: f"It could be {wrong}. So the final answer is {value}.", lambda: f"f(x) = {wrong} and so y={value}",
        lambda: f"about {value}", lambda: f"{value}.0", lambda: f"{value}.00", lambda: f"+{value}", lambda: f"-{value}",
        lambda: f"0{value}", lambda: f"{value}e0", lambda: f"{value}°", lambda: f"${value}", lambda: f"{value}/1", lambda: f"{value} π",
        lambda: f"{value}π", lambda: f"{rng.choice(REASONS)} {value}", lambda: f"{wrong} or {value}", lambda: f"{value}, {wrong}",
        lambda: f"<|im_start|>think\n{wrong}<|im_start|>answer\n{value}", lambda: f"a<|im_start|>answer now\n{value}",
        lambda: f"<|im_start|>{value}", lambda: f"The total is {value} dollars\nand that is it", lambda: f"={value}",
        lambda: f"{int(float(value)):,}.5" if float(value) < 1e15 else value, lambda: f"{float(value):.3f}", lambda: f"{value}\n",
        lambda: json.dumps({"solution": "…", "short answer": value}), lambda: f"```json\n{{\"short answer\": \"{value}\"}}\n```",
        lambda: json.dumps({"short answer": f"{value} units"}), lambda: f'{{"short answer": {value}}}', lambda: "{broken: " + value,
        lambda: " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 9))), lambda: rng.choice(REFUSALS), lambda: "inf", lambda: "1_0",
    ]
    return rng.choice(shapes)()


def word_answer(rng, right, wrong):
    """A possible answer to a question whose answer is one or two words."""
    value = right if rng.random() < 0.6 else wrong
    shapes = [
        lambda: value, lambda: value.upper(), lambda: f"{value}.", lambda: f" {value}\n", lambda: f"The {value}", lambda: f"{value} (left)",
        lambda: f"{value}（左）", lambda: f"It is {value}.", lambda: f"{value}!", lambda: f"\"{value}\"", lambda: f"{value}, {wrong}",
        lambda: value.replace(" ", "-"), lambda: f"{value}。", lambda: f"the answer is {value}", lambda: f"<answer>{value}</answer>",
        lambda: f"({wrong}) {value}", lambda: f"({wrong} {value}", lambda: f"x-{value}", lambda: f"so {value}\nis it",
        lambda: "Yes", lambda: "yes.", lambda: "Yeah!", lambda: "True", lambda: "No", lambda: "nope", lambda: "FALSE", lambda: "是的",
        lambda: "没有。", lambda: "不正常", lambda: "X-ray", lambda: "x ray", lambda: "XRay", lambda: "Xray image",
        lambda: "Yes, it is.", lambda: "No, it is not.", lambda: json.dumps({"short answer": value}), lambda: value[:1],
        lambda: rng.choice(REFUSALS), lambda: f"{rng.choice(REASONS)} {value}",
    ]
    return rng.choice(shapes)()


UNITS = ("pixels", "pixels", "thousandths", "parts", "parts")


def box_answer(rng, box, width, height, units=UNITS):
    """A possible answer to a localization question: in pixels, thousandths or fractions, exact or not, in many notations."""
    near = [max(0, number + rng.choice([0, 0, 1, -2, 4, -8, 15])) for number in box]
    if rng.random() < 0.15:
        near = [rng.randint(0, width) for _ in range(4)]
    unit = rng.choice(units)
    scale = {"pixels": (1, 1), "thousandths": (1000 / width, 1000 / height), "parts": (1 / width, 1 / height)}[unit]
    places = 3 if unit == "parts" else rng.choice([0, 0, 1])
    a, b, c, d = (f"{number * scale[index % 2]:.{places}f}" for index, number in enumerate(near))
    other = "[1, 2, 30, 40]"
    shapes = [
        lambda: f"[{a}, {b}, {c}, {d}]", lambda: f"[{a},{b},{c},{d}]", lambda: f"[ {a} , {b}, {c}, {d} ]", lambda: f"({a}, {b}, {c}, {d})",
        lambda: f"({a}, {b}), ({c}, {d})", lambda: f"({a},{b}),({c},{d})", lambda: f"{a}, {b}, {c}, {d}", lambda: f"{a} {b} {c} {d}",
        lambda: f"It is at [{a}, {b}, {c}, {d}].", lambda: f"First {other}, then [{a}, {b}, {c}, {d}]",
        lambda: f"[{a}, {b}, {c}, {d}] and {other}", lambda: f'{{"bbox_2d": [{a}, {b}, {c}, {d}], "label": "it"}}',
        lambda: f'```json\n[{{"bbox_2d": [{a}, {b}, {c}, {d}], "label": "it"}}]\n```', lambda: f'[{{"bbox": [{a}, {b}, {c}, {d}]}}, {{"box": {other}}}]',
        lambda: f'{{"objects": {{"one": {{"position": [{a}, {b}, {c}, {d}]}}}}}}', lambda: f'{{"bbox_2d": ["{a}", "{b}", "{c}", "{d}"]}}',
        lambda: f"<answer>[{a}, {b}, {c}, {d}]</answer>", lambda: f"<|box_start|>({a},{b}),({c},{d})<|box_end|>", lambda: f"[[{a}, {b}, {c}, {d}]]",
        lambda: f"x1={a}, y1={b}, x2={c}, y2={d}", lambda: f"[{c}, {d}, {a}, {b}]", lambda: f"[{a}, {b}, {c}]", lambda: f"[{a}, {b}, {c}, {d}, {a}]",
        lambda: f"\\boxed{{[{a}, {b}, {c}, {d}]}}", lambda: f"[-{a}, {b}, {c}, {d}]", lambda: f"[{a}, {b}, {c}, {d}", lambda: f"[{a} {b} {c} {d}]",
        lambda: f"The box:\n[{a},\n{b},\n{c},\n{d}]", lambda: rng.choice(REFUSALS), lambda: f'{{"bbox_2d": [{a}, {b}, {c}]}}', lambda: f"box {{ {a}, {b}, {c}, {d} }}",
    ]
    return rng.choice(shapes)()


def texts(rng, count):
    return [" ".join(rng.sample(WORDS, rng.randint(1, 2))) for _ in range(count)]


def with_options(rng, count, make):
    """Rows of questions with `count` options, completed by `make`."""
    letters = "ABCDEFGHI"[:count]
    choices = texts(rng, count)
    row = {**dict(zip(letters, choices)), "answer": rng.choice(letters)}
    row.update(make(row))
    row["prediction"] = letter_answer(rng, letters, choices)
    return row


def rows(benchmark, count, seed):
    """`count` rows of questions with predictions; the same for the same seed."""
    rng = random.Random(f"{benchmark} {seed}")
    return [GENERATORS[benchmark](rng, index) for index in range(count)]


# Questions ---------------------------------------------------------------------------------------------------------------


def vstar(rng, index):
    row = with_options(rng, 4, lambda _: {"question_id": f"q{index}", "category": rng.choice(["direct_attributes", "relative_position"])})
    return {**row, "label": row.pop("answer"), "text": "Which?"}


def hrbench(rng, index):
    return with_options(rng, 4, lambda _: {
        "index": index, "question": "Which?", "category": rng.choice(["single", "cross"]), "cycle_category": str(index % 4),
        "gpt_prediction": rng.choice("ABCDZ")})


def mme_realworld(rng, index):
    return with_options(rng, 5, lambda _: {
        "index": index, "question": "Which?",
        "category": f"{rng.choice(['Perception', 'Reasoning'])}/{rng.choice(['Monitoring', 'Autonomous_Driving', 'OCR with Complex Context', 'Diagram and Table', 'Remote Sensing'])}",
        "l2-category": rng.choice(["color", "Count", "vehicle/attribute/color", "vehicle/Attribute/motion", "person/attribute"])})


def mmstar(rng, index):
    return with_options(rng, 4, lambda _: {
        "index": index, "question": "Which?", "category": rng.choice(["math", "instance reasoning"]),
        "l2_category": rng.choice(["geometry", "diagram reasoning", "recognition"])})


def mmmu(rng, index):
    subject = rng.choice(["Accounting", "Art", "Art_Theory", "Math", "Psychology", "Clinical_Medicine"])
    shared = {"id": f"validation_{subject}_{index}", "question": "Which?"}
    if rng.random() < 0.6:
        letters = "ABCDEFGHI"[:rng.randint(2, 7)]
        row = with_options(rng, len(letters), lambda _: shared)
        row["options"] = str([row.pop(letter) for letter in letters])
        return {**row, "question_type": "multiple-choice"}
    right, wrong = str(rng.randint(1, 3000)), str(rng.randint(1, 3000))
    if rng.random() < 0.3:
        right, wrong = rng.sample(WORDS + ["x", "5"], 2)
        return {**shared, "question_type": "open", "options": "[]", "answer": right, "prediction": word_answer(rng, right, wrong)}
    answer = rng.choice([right, f"{int(right):,}", f"{right}.00", f"{right}.256"])
    return {**shared, "question_type": "open", "options": "[]", "answer": answer, "prediction": number_answer(rng, answer.replace(",", ""), wrong)}


def slake(rng, index):
    right, wrong = rng.sample(["Yes", "No", "Liver", "Left lung", "X-Ray", "MRI", "2", "肝脏", "有", "没有", "right kidney", "T2"], 2)
    return {"qid": index, "answer": right, "answer_type": rng.choice(["OPEN", "CLOSED"]), "q_lang": rng.choice(["en", "zh"]),
            "modality": rng.choice(["CT", "MRI", "X-Ray"]), "content_type": rng.choice(["Organ", "KG", "Color"]),
            "prediction": word_answer(rng, right, wrong)}


def aime2024(rng, index):
    right, wrong = str(rng.randint(0, 999)), str(rng.randint(0, 999))
    return {"id": f"2024-{index}", "answer": rng.choice([right, right.zfill(3)]), "prediction": number_answer(rng, right, wrong)}


def refcoco(rng, index):
    width, height = rng.randint(200, 640), rng.randint(200, 640)
    left, top = rng.randint(0, width - 60), rng.randint(0, height - 60)
    box = [left, top, rng.randint(left + 20, width), rng.randint(top + 20, height)]
    return {"question_id": f"r{index}", "answer": "it", "bbox": box, "width": width, "height": height,
            "prediction": box_answer(rng, box, width, height)}


def reasonseg(rng, index):
    width, height = rng.randint(60, 160), rng.randint(60, 160)

    def polygon():
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(6, 50)
        return [[min(width - 1, max(0, x + rng.uniform(-r, r))), min(height - 1, max(0, y + rng.uniform(-r, r)))]
                for _ in range(rng.randint(3, 9))]

    shapes = [{"label": "target", "points": polygon()}]
    for label in rng.sample(["target", "ignore", "flag", "Ignore"], rng.randint(0, 2)):
        shapes.append({"label": label, "points": polygon()})
    xs, ys = zip(*shapes[0]["points"])
    return {"image": f"{index}.jpg", "imageWidth": width, "imageHeight": height, "shapes": shapes, "is_sentence": rng.random() < 0.5,
            "prediction": box_answer(rng, [int(min(xs)), int(min(ys)), int(max(xs)), int(max(ys))], width, height, ["pixels"])}


def mathverse(rng, index):
    return {"index": index, "sample_index": str(index), "problem_index": str(index), "question": "?", "question_for_eval": "?", "answer": "A",
            "question_type": "multi-choice", "problem_version": rng.choice(["Text Dominant", "Vision Only", "Text Lite"]),
            "metadata": {"subfield": rng.choice(["Angle", "Area", "Length"]), "subject": rng.choice(["Plane Geometry", "Functions"])},
            "prediction": "…", "true_false": rng.random() < 0.5}


def mmvet(rng, index):
    capability = rng.choice(["rec", "ocr", "ocr,math", "rec,spat", "rec,gen,know", "ocr,spat,math", "rec,ocr"])
    return {"question_id": str(index), "question": "?", "answer": "…", "capability": capability, "prediction": "…",
            "score": rng.randint(0, 10) / 10}


def wemath(rng, index):
    # 150 problems with two steps and 180 with three: 150 x 3 + 180 x 4 rows.
    steps, place = (2, index) if index < 450 else (3, index - 450)
    problem, part = divmod(place, steps + 1)
    return {"ID": problem, "key": f"{steps}steps_{part + 1 if part < steps else 'multi'}", "split": "testmini", "knowledge concept": "?",
            "question": "?", "option": "?", "question number": index, "knowledge concept description": "?", "answer": rng.choice("ABCD"),
            "prediction": letter_answer(rng, "ABCD", texts(rng, 4)), "hit": int(rng.random() < 0.6)}


def dynamath(rng, index):
    form = rng.choice(["float", "multiple choice", "text"])
    row = {"index": index, "qid": str(index // 10), "question_id": str(index // 10), "id": str(index // 10), "varid": index % 10 + 1, "question": "?",
           "answer_type": form, "subject": rng.choice(["algebra", "graph theory"]), "knowledge_level": rng.choice(["high school", "undergraduate"])}
    if form == "float":
        right, wrong = f"{rng.uniform(0, 50):.3f}", f"{rng.uniform(0, 50):.3f}"
        return {**row, "answer": right, "prediction": number_answer(rng, rng.choice([right, right[:-1]]), wrong)}
    if form == "text":
        right, wrong = rng.sample(WORDS + ["even", "odd"], 2)
        return {**row, "answer": right, "prediction": word_answer(rng, right, wrong)}
    said = letter_answer(rng, "ABCD", texts(rng, 4))
    return {**row, "answer": rng.choice("ABCD"), "prediction": rng.choice([said, json.dumps({"solution": "B", "short answer": said})])}


def logicvista(rng, index):
    right = sorted(rng.sample("ABCDE", rng.choice([1, 1, 2, 3])))
    chosen = rng.sample(right, len(right)) if rng.random() < 0.5 else rng.sample("ABCDE", rng.randint(1, 3))
    shape = rng.choice(["".join(chosen), ", ".join(chosen), " ".join(chosen), "; ".join(chosen), "".join(chosen).lower(), "Z", "",
                        " and ".join(chosen), f"The answer is {chosen[0]}", ",".join(chosen) + ",", f"({chosen[0]})", f"{chosen[0]}\n"])
    return {"index": index, "question": "?", "answer": ", ".join(right), "skill": rng.choice(["inductive", "spatial", "numerical", "deductive, spatial"]),
            "prediction": letter_answer(rng, "ABCDE", texts(rng, 5)), "res": shape}


def reasoned(make):
    """Like `rows`, with most answers in tags or boxes after a chain of thought, as requested by reasoning tasks."""

    def generate(rng, index):
        row = make(rng, index)
        said = row["prediction"] if rng.random() < 0.7 else row["answer"]
        row["prediction"] = rng.choice([
            lambda: said, lambda: f"<answer>{said}</answer>", lambda: f"<think>{rng.choice(REASONS)}</think>\n<answer> {said} </answer>",
            lambda: f"{rng.choice(REASONS)} \\boxed{{{said}}}", lambda: f"\\boxed{{\\text{{{said}}}}}.", lambda: f"<answer>\\boxed{{{said}}}</answer>",
            lambda: f"<answer>${said}$</answer>", lambda: f"<answer>{said}.</answer>", lambda: f"<answer>B</answer><answer>{said}</answer>",
        ])()
        return row

    return generate


GENERATORS = {
    "vstar": vstar, "hrbench": hrbench, "mme-realworld": mme_realworld, "mathverse": mathverse, "wemath": wemath, "dynamath": dynamath,
    "logicvista": logicvista, "mmmu": mmmu, "mmstar": mmstar, "mmvet": mmvet, "slake": slake, "aime2024": aime2024, "refcoco": refcoco,
    "refcoco-grounding": refcoco, "reasonseg": reasonseg, "wemath-reasoning": reasoned(wemath),
    "dynamath-reasoning": reasoned(dynamath), "logicvista-reasoning": reasoned(logicvista),
}
