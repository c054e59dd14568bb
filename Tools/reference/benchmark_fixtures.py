#!/usr/bin/env python3
"""Writes a few items of every benchmark in the benchmark's file format, with predictions.

    python3 Tools/reference/benchmark_fixtures.py [FOLDER]     FOLDER is Tests/EvaluationTests/Goldens/benchmarks

Questions, answers and images are invented; only the file formats are those of the benchmarks. Each benchmark has a folder with
its own files and `predictions.*` in an official or a general format: a table of VLMEvalKit, a log of lmms-eval, or JSON lines
of DeepEyes. The tests expect scores that were computed by hand from this file. The output is reproducible byte for byte.
"""

import argparse
import base64
import csv
import io
import json
import pathlib

from PIL import Image, ImageDraw

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SIZE = (48, 32)


# Pictures ----------------------------------------------------------------------------------------------------------------


def picture(number, size=SIZE):
    """A rectangle whose position and color depend on the number."""
    image = Image.new("RGB", size, (230, 230, 230))
    left, top = 4 + 3 * number % 20, 3 + 2 * number % 12
    color = ((70 * number + 40) % 256, (130 * number + 90) % 256, (190 * number + 20) % 256)
    ImageDraw.Draw(image).rectangle([left, top, left + 15, top + 10], fill=color)
    return image


def encoded(number, form="PNG"):
    data = io.BytesIO()
    picture(number).save(data, format=form)
    return data.getvalue()


def base64_picture(number):
    return base64.b64encode(encoded(number)).decode()


# Forms -------------------------------------------------------------------------------------------------------------------


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def lines(path, rows):
    write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def table(path, rows):
    """A tab-separated table, quoted as by pandas; None is an empty cell."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    write(path, text.getvalue())


def log(path, pairs):
    """A log as written by lmms-eval with --log_samples."""
    lines(path, [
        {"doc_id": number, "doc": doc, "target": str(doc.get("answer", doc.get("label", ""))),
         "resps": [[response]], "filtered_resps": [response]}
        for number, (doc, response) in enumerate(pairs)
    ])


def answered(rows, predictions):
    """The rows of a VLMEvalKit result table: without images, with predictions."""
    return [{**{key: value for key, value in row.items() if key != "image"}, "prediction": prediction}
            for row, prediction in zip(rows, predictions, strict=True)]


def options(*texts):
    return dict(zip("ABCDEFGHI", texts))


# Benchmarks --------------------------------------------------------------------------------------------------------------


def vstar(folder):
    questions = {
        ("direct_attributes", "sa_1"): ("What is the color of the bag?", ["red", "blue", "green", "black"]),
        ("direct_attributes", "sa_2"): ("What is the material of the cup?", ["glass", "metal", "wood", "paper"]),
        ("relative_position", "sb_1"): ("Is the dog on the left or right side of the tree?", ["left", "right"]),
        ("relative_position", "sb_2"): ("Is the cup above or below the shelf?", ["above", "below"]),
    }
    for number, ((category, name), (question, choices)) in enumerate(questions.items()):
        write(folder / category / f"{name}.jpg", encoded(number, "JPEG"))
        write(folder / category / f"{name}.json", json.dumps({
            "target_object": ["bag", "cup", "dog", "cup"][number:number + 1],
            "bbox": [[4 + 3 * number % 20, 3 + 2 * number % 12, 16, 11]],
            "question": question, "options": choices}))

    def doc(number, category, label):
        return {"question_id": f"{number}", "text": "Which? (A) one (B) two (C) three (D) four",
                "category": category, "label": label}

    log(folder / "predictions.jsonl", [
        (doc(0, "direct_attributes", "A"), "A"),
        (doc(1, "direct_attributes", "B"), "The answer is (B)."),
        (doc(2, "direct_attributes", "C"), "Because it is clearly the third one."),  # "B" of Because: wrong
        (doc(3, "direct_attributes", "B"), "The answer is blue"),  # "b" of blue: right by luck
        (doc(4, "relative_position", "A"), "It is on the left, so option: A"),
        (doc(5, "relative_position", "D"), "I think (D)"),
        (doc(6, "relative_position", "A"), "None"),  # nothing
    ])
    lines(folder / "deepeyes.jsonl", [
        {"image": f"{number}.jpg", "question": "Which?", "answer": answer, "answer_choice": "A", "pred_ans": said,
         "pred_output": [{"role": "user", "content": "Which?"}, {"role": "assistant", "content": said}],
         "status": "success", "acc": acc}
        for number, (answer, said, acc) in enumerate(
            [("red", "A. red", 1.0), ("left", "B", 0.0), ("metal", "it is metal", 1.0), ("dog", "\\boxed{A}", 1.0)])
    ])


def hrbench(folder):
    # Two questions of each size, each with four rotations of its options.
    for size in ("4k", "8k"):
        rows, index = [], 0
        for category, question, texts, right in [
            ("single", "What is the number on the shirt?", ["7", "11", "23", "40"], "23"),
            ("cross", "Where is the bus?", ["left of the car", "right of the car", "behind", "in front"], "behind"),
        ]:
            for turn in range(4):
                turned = texts[turn:] + texts[:turn]
                rows.append({"index": index, "question": question, **options(*turned),
                             "answer": "ABCD"[turned.index(right)], "category": category, "cycle_category": turn,
                             "image": base64_picture(index // 4)})
                index += 1
        table(folder / f"hr_bench_{size}.tsv", rows)
    # Right letters: single C B A D, cross C B A D.
    table(folder / "predictions.tsv", answered(rows, [
        "C", "The answer is B.", "the shirt says 23", "A",
        "behind it", "B or C", "I can't process this file.", "D"]))


def pope(folder):
    rows = [("random", 1, "Is there a dog in the image?", "yes"), ("random", 2, "Is there a car in the image?", "no"),
            ("popular", 1, "Is there a person in the image?", "yes"), ("popular", 2, "Is there a cup in the image?", "no"),
            ("adversarial", 1, "Is there a fork in the image?", "no"), ("adversarial", 2, "Is there a cat in the image?", "yes")]
    for split in ("random", "popular", "adversarial"):
        lines(folder / f"coco_pope_{split}.json", [
            {"question_id": number, "image": f"COCO_val2014_{number:012}.jpg", "text": text, "label": label}
            for kind, number, text, label in rows if kind == split])
    for number in (1, 2):
        write(folder / "val2014" / f"COCO_val2014_{number:012}.jpg", encoded(number, "JPEG"))
    lines(folder / "predictions.jsonl", [{"question_id": 1, "answer": "Yes, there is."}, {"question_id": 2, "answer": "NO"}])


def mme_realworld_lite(folder):
    def row(index, task, subtask, topic, question, answer, *texts):
        choices = [f"({letter}) {text}" for letter, text in zip("ABCDE", texts + ("The image does not feature it.",))]
        return {"index": index, "image": base64_picture(index), "question": question,
                "multi-choice options": str(choices), **options(*choices), "answer": answer,
                "category": f"{task}/{subtask}", "l2-category": topic}

    rows = [
        row(0, "Perception", "OCR with Complex Context", "Advert", "What is the number?", "B", "1", "2", "3", "4"),
        row(1, "Perception", "OCR with Complex Context", "License plate", "What is the plate?", "A", "X1", "X2", "X3", "X4"),
        row(2, "Perception", "Remote Sensing", "color", "What color is the roof?", "D", "red", "blue", "green", "gray"),
        row(3, "Perception", "Monitoring", "person/attribute/color", "What is worn?", "C", "hat", "coat", "vest", "scarf"),
        row(4, "Reasoning", "Autonomous_Driving", "intention", "Where does the car go?", "E", "left", "right", "on", "back"),
        row(5, "Reasoning", "Diagram and Table", "calculate", "What is the sum?", "A", "5", "6", "7", "8"),
    ]
    table(folder / "MME-RealWorld-Lite.tsv", rows)
    table(folder / "predictions.tsv", answered(rows, [
        "The best answer is B", "", "the roof is gray", "(C) vest", "I choose E.", "Clearly 5"]))


def math_vista(folder):
    questions = {
        "1": {"question": "How many dots are there?", "question_type": "free_form", "answer_type": "integer", "answer": "7",
              "precision": None, "choices": None, "unit": None},
        "2": {"question": "Which animal is largest?", "question_type": "multi_choice", "answer_type": "text",
              "answer": "horse", "precision": None, "choices": ["cat", "horse"], "unit": None},
        "3": {"question": "What is the slope?", "question_type": "free_form", "answer_type": "float", "answer": "1.5",
              "precision": 1.0, "choices": None, "unit": None},
    }
    for number, (pid, question) in enumerate(questions.items()):
        question.update({
            "pid": pid, "image": f"images/{pid}.jpg", "query": question["question"],
            "metadata": {"category": "general-vqa", "context": "synthetic scene", "grade": "elementary school",
                         "img_height": SIZE[1], "img_width": SIZE[0], "language": "english",
                         "skills": ["numeric commonsense", "arithmetic reasoning"][:number + 1], "source": "made up",
                         "split": "testmini", "task": "visual question answering"}})
        write(folder / "images" / f"{pid}.jpg", encoded(number, "JPEG"))
    write(folder / "testmini.json", json.dumps(questions, indent=1))
    extractions = {"1": "7.9", "2": "(B) house", "3": "1.6"}
    write(folder / "predictions.json", json.dumps({
        pid: {**question, "response": "…", "extraction": extractions[pid]} for pid, question in questions.items()}, indent=1))


def math_vision(folder):
    rows = [
        {"id": "1", "question": "How many triangles are there? <image1>", "options": ["3", "$4$", "5", "6", "7"], "answer": "B",
         "image": "images/1.jpg", "solution": None, "level": 2, "subject": "counting"},
        {"id": "2", "question": "What is the area? <image1>", "options": [], "answer": "12", "image": "images/2.jpg",
         "solution": None, "level": 5, "subject": "metric geometry - area"},
    ]
    for row in rows:
        write(folder / row["image"], encoded(int(row["id"]), "JPEG"))
    for name in ("test.jsonl", "testmini.jsonl"):
        lines(folder / name, rows)
    lines(folder / "predictions.jsonl", [{"id": "1", "model_answer": "4"}, {"id": "2", "model_answer": "11.99"}])


def math_verse(folder):
    def row(index, version, subfield, question, answer, form):
        return {"index": index, "image": base64_picture(index), "question": question, "question_for_eval": question,
                "answer": answer, "question_type": form, "problem_version": version, "subject": "Plane Geometry",
                "metadata": str({"split": "testmini", "source": "made up", "subject": "Plane Geometry", "subfield": subfield})}

    rows = [
        row(0, "Text Dominant", "Angle", "Find x.\nChoices:\nA:30\nB:60", "B", "multi-choice"),
        row(1, "Text Dominant", "Area", "Find the area.", "12", "free-form"),
        row(2, "Vision Only", "Angle", "Find y.\nChoices:\nA:30\nB:60", "A", "multi-choice"),
        row(3, "Vision Only", "Length", "Find the length.", "0.5m", "free-form"),
    ]
    table(folder / "MathVerse_MINI.tsv", rows)
    judged = answered(rows, ["… so B", "The area is 12.", "B:60", "50 cm"])
    for row_, extract, score in zip(judged, ["B", "12", "B:60", "50 cm"], [True, True, False, True], strict=True):
        row_.update(extract=extract, score=score)
    table(folder / "predictions.tsv", judged)


def we_math(folder):
    def row(index, problem, key, question, answer):
        return {"index": index, "image": base64_picture(index), "ID": problem, "key": key, "split": "testmini",
                "question": question, "option": "A. 1; B. 2; C. 3; D. No correct answer",
                **options("1", "2", "3", "No correct answer"), "answer": answer, "category": "Plane Figures",
                "knowledge concept": "Area of Triangles"}

    rows, index = [], 0
    # Four problems with two steps and one with three: a row for each step, then one for the whole problem.
    for problem, steps in enumerate([2, 2, 2, 2, 3]):
        for part in [str(step + 1) for step in range(steps)] + ["multi"]:
            rows.append(row(index, problem, f"{steps}steps_{part}", f"Problem {problem}, part {part}?", "ABC"[index % 3]))
            index += 1
    table(folder / "WeMath.tsv", rows)
    # Right parts: all; only the steps; one step and the whole problem; none; all but the last step.
    verdicts = [1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1]
    said = []
    for number, (row_, right) in enumerate(zip(rows, verdicts, strict=True)):
        letter = row_["answer"] if right else "D"
        said.append([f"<Answer>: {letter}", f"It follows. Answer: {letter}. three", letter][number % 3])
    table(folder / "predictions.tsv", answered(rows, said))


def dyna_math(folder):
    rows = []
    for problem, (question, form, answers, subject, level) in enumerate([
        ("What is f(2)?", "float", ["3.000", "4.000", "5.000"], "algebra", "high school"),
        ("Which curve is odd?", "multiple choice", ["A", "B", "C"], "graph theory", "undergraduate"),
        ("Is it even or odd?", "text", ["even", "odd", "neither"], "algebra", "undergraduate"),
    ]):
        first = len(rows)
        for variant, answer in enumerate(answers):
            rows.append({"index": len(rows), "image": base64_picture(len(rows)), "qid": first, "varid": variant + 1,
                         "question": question, "answer_type": form, "answer": answer, "subject": subject,
                         "knowledge_level": level})
    table(folder / "DynaMath.tsv", rows)

    def form(answer):
        return json.dumps({"solution": "…", "short answer": answer})

    table(folder / "predictions.tsv", answered(rows, [
        form("3.000"), form("4.0005"), "5",  # right three times: worst case right
        form("A"), "b", form("D"),
        form("Even"), form("It is odd"), form("neither")]))


def logic_vista(folder):
    rows = [
        {"index": 0, "question": "Which comes next? A, B, C or D", "answer": "C", "skill": "inductive"},
        {"index": 1, "question": "Which two follow? A to E", "answer": "A, D", "skill": "deductive"},
        {"index": 2, "question": "How many more? A to D", "answer": "B", "skill": "numerical"},
        {"index": 3, "question": "Which is the rotation? A to D", "answer": "D", "skill": "spatial"},
        {"index": 4, "question": "Which gear turns left? A to C", "answer": "A", "skill": "mechanical"},
    ]
    table(folder / "LogicVista.tsv", [{**row, "image": base64_picture(row["index"])} for row in rows])
    judged = answered(rows, ["C comes next", "A and D", "about 4", "the right one, D", "gear B"])
    for row, extraction in zip(judged, ["c", "DA", "Z", "D", "B"], strict=True):
        row["res"] = extraction
    table(folder / "predictions.tsv", judged)


def mmmu(folder):
    rows = [
        {"index": 1, "id": "validation_Accounting_1", "question": "<image 1> What is the total?", **options("$1", "$2", "$3", "$4"),
         "answer": "B", "question_type": "multiple-choice", "category": "Accounting", "l2-category": "Business", "split": "validation"},
        {"index": 2, "id": "validation_Accounting_2", "question": "<image 1> What is the cost?", "answer": "1,200",
         "question_type": "open", "category": "Accounting", "l2-category": "Business", "split": "validation"},
        {"index": 3, "id": "validation_Art_1", "question": "<image 1> Which style?", **options("Baroque", "Cubism", "Gothic"),
         "answer": "C", "question_type": "multiple-choice", "category": "Art", "l2-category": "Art and Design", "split": "validation"},
        {"index": 4, "id": "validation_Art_2", "question": "<image 1> Who painted it?", **options("Monet", "Manet"),
         "answer": "A", "question_type": "multiple-choice", "category": "Art", "l2-category": "Art and Design", "split": "validation"},
    ]
    table(folder / "MMMU_DEV_VAL.tsv", [{**row, "image": base64_picture(row["index"])} for row in rows])
    docs = []
    for row in rows:
        doc = {key: row[key] for key in ("id", "question", "answer", "question_type")}
        docs.append({**doc, "options": str([row[letter] for letter in "ABCD" if letter in row])})
    log(folder / "predictions.jsonl", zip(docs, [
        "B", "First 1,000 is paid.\nThus the final cost is $1,200.00.", "(A) looks right at first, but it is (C)",
        "It was painted by Monet, of course."], strict=True))


def mmstar(folder):
    rows = [
        {"index": 0, "question": "What is shown?", **options("a dog", "a cat", "a bus", "a tree"), "answer": "A",
         "category": "coarse perception", "l2_category": "image scene and topic"},
        {"index": 1, "question": "How many are there?", **options("1", "2", "3", "4"), "answer": "D",
         "category": "fine-grained perception", "l2_category": "object counting"},
        {"index": 2, "question": "How many cups?", **options("1", "2", "3", "4"), "answer": "B",
         "category": "fine-grained perception", "l2_category": "object counting"},
        {"index": 3, "question": "What is x?", **options("1", "2", "3", "4"), "answer": "C",
         "category": "math", "l2_category": "geometry"},
    ]
    table(folder / "MMStar.tsv", [{**row, "image": base64_picture(row["index"])} for row in rows])
    table(folder / "predictions.tsv", answered(rows, [
        "A", "(B) or (C)? The correct answer is D", "There are three", "C. 3"]))


def mmvet(folder):
    rows = [
        {"index": 0, "question": "What is x in the equation?", "answer": "-1<AND>-5", "category": "ocr,math"},
        {"index": 1, "question": "What is written?", "answer": "open<OR>closed", "category": "ocr"},
        {"index": 2, "question": "Who is it, and where?", "answer": "the mayor", "category": "rec,know,gen"},
        {"index": 3, "question": "Which is on the left?", "answer": "the cup", "category": "rec,spat"},
    ]
    table(folder / "MMVet.tsv", [{**row, "image": base64_picture(row["index"])} for row in rows])
    judged = answered(rows, ["x = -1", "open", "a man", "the cup"])
    for row, score in zip(judged, [0.5, 1.0, 0.2, 0.9], strict=True):
        row["score"] = score
    table(folder / "predictions.tsv", judged)


def slake(folder):
    rows = [
        {"index": 0, "qid": 100, "question": "Is the lung healthy?", "answer": "No", "answer_type": "CLOSED",
         "content_type": "Abnormality", "modality": "X-Ray", "q_lang": "en"},
        {"index": 1, "qid": 101, "question": "Which organ is largest?", "answer": "Liver", "answer_type": "OPEN",
         "content_type": "Organ", "modality": "CT", "q_lang": "en"},
        {"index": 2, "qid": 102, "question": "What modality is this?", "answer": "X-Ray", "answer_type": "OPEN",
         "content_type": "Modality", "modality": "X-Ray", "q_lang": "en"},
        {"index": 3, "qid": 103, "question": "图中有肝脏吗?", "answer": "有", "answer_type": "CLOSED",
         "content_type": "Organ", "modality": "MRI", "q_lang": "zh"},
        {"index": 4, "qid": 104, "question": "How many kidneys are there?", "answer": "2", "answer_type": "OPEN",
         "content_type": "Quantity", "modality": "CT", "q_lang": "en"},
    ]
    for row in rows:
        row["image_path"] = f"images/{row['index']}.png"
        write(folder / row["image_path"], encoded(row["index"]))
    table(folder / "SLAKE.tsv", rows)
    table(folder / "predictions.tsv", answered(rows, ["nope.", "The liver", "xray (chest)", "是的", "two"]))


def aime2024(folder):
    rows = [{"index": number, "question": question, "answer": answer, "category": part}
            for number, (question, answer, part) in enumerate([
                ("Find the sum of all such $n$.", "023", "I"), ("Find $m+n$.", "204", "I"), ("Find the remainder.", "699", "II"),
                ("Find the number of paths.", "294", "II"), ("Find $p$.", "110", "II")])]
    table(folder / "AIME2024.tsv", rows)
    table(folder / "predictions.tsv", answered(rows, [
        "So $\\boxed{23}$.", "Answer: 204", "**Answer:** 699", "The answer is $\\boxed{\\frac{588}{2}}$", "\\boxed{011} no, \\boxed{110}"]))


def refcoco(folder):
    for name, rows in {
        "refcoco_testA.jsonl": [("the left person", [10, 8, 30, 24]), ("the red cup", [0, 0, 20, 16])],
        "refcoco+_val.jsonl": [("small dog", [24, 16, 48, 32])],
        "refcocog_test.jsonl": [("the tree behind the car", [12, 0, 36, 32])],
    }.items():
        lines(folder / name, [
            {"question_id": f"{name.split('.')[0]}_{number}", "image": f"images/{number}.jpg", "sent": sentence,
             "bbox": box, "width": SIZE[0], "height": SIZE[1]} for number, (sentence, box) in enumerate(rows)])
    for number in (0, 1):
        write(folder / "images" / f"{number}.jpg", encoded(number, "JPEG"))
    # Boxes of a log are fractions of width and height.
    log(folder / "predictions.jsonl", [
        ({"question_id": "1", "answer": "the left person", "bbox": [0.25, 0.25, 0.75, 0.75],
          "image_width": SIZE[0], "image_height": SIZE[1]}, "[0.25, 0.25, 0.75, 0.65]"),
        ({"question_id": "2", "answer": "the red cup", "bbox": [0, 0, 0.5, 0.5],
          "image_width": SIZE[0], "image_height": SIZE[1]}, "It is at (0, 0, 0.5, 0.5)."),
        ({"question_id": "3", "answer": "small dog", "bbox": [0.5, 0.5, 1, 1],
          "image_width": SIZE[0], "image_height": SIZE[1]}, "First [0.5, 0.5, 0.75, 1], then [0.5, 0.5, 1, 1]"),
    ])
    lines(folder / "grounding.jsonl", [
        {"question_id": "refcoco_testA_0", "prediction": '```json\n[{"bbox_2d": [10, 8, 30, 24], "label": "person"}]\n```'},
        {"question_id": "refcoco_testA_1", "prediction": "[0, 0, 417, 500]"},  # thousandths: 20.016 x 16
        {"question_id": "refcoco+_val_0", "prediction": "no box"},
        {"question_id": "refcocog_test_0", "prediction": "between 12 0 24 32 of the picture"},
    ])


def reasonseg(folder):
    shapes = {
        "train_1": [("target", [[10, 5], [29, 5], [29, 14], [10, 14]])],
        "train_2": [("target", [[0, 0], [9, 0], [9, 9], [0, 9]]), ("ignore", [[10, 0], [29, 0], [29, 9], [10, 9]])],
    }
    for number, (name, parts) in enumerate(shapes.items()):
        write(folder / "val" / f"{name}.jpg", encoded(number, "JPEG"))
        write(folder / "val" / f"{name}.json", json.dumps({
            "text": ["something that keeps one dry"], "is_sentence": True, "imageWidth": SIZE[0], "imageHeight": SIZE[1],
            "shapes": [{"label": label, "labels": [label], "shape_type": "polygon", "image_name": f"{name}.jpg",
                        "points": points, "group_id": None, "group_ids": [None], "flags": {}} for label, points in parts]}))
    # Pixels 10…29 by 5…14 are [10, 5, 30, 15]; the second box reaches over the ignored part.
    lines(folder / "predictions.jsonl", [
        {"image": "train_1.jpg", "prediction": "[10, 5, 30, 13]"},
        {"image": "train_2.jpg", "prediction": '{"bbox_2d": [0, 0, 30, 10]}'},
    ])


BENCHMARKS = {
    "vstar": vstar, "hrbench": hrbench, "pope": pope, "mme-realworld-lite": mme_realworld_lite, "mathvista": math_vista,
    "mathvision": math_vision, "mathverse": math_verse, "wemath": we_math, "dynamath": dyna_math, "logicvista": logic_vista,
    "mmmu": mmmu, "mmstar": mmstar, "mmvet": mmvet, "slake": slake, "aime2024": aime2024, "refcoco": refcoco,
    "reasonseg": reasonseg,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "Tests/EvaluationTests/Goldens/benchmarks")
    folder = parser.parse_args().folder
    for name, make in BENCHMARKS.items():
        make(folder / name)


if __name__ == "__main__":
    main()
