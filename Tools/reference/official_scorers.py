"""The scorers of lmms-eval, as functions from rows to verdicts and scores.

`verdicts(benchmark, rows)` returns whether each row is right, and the benchmark's scores under the names of `deepeyes evaluate`.
No model or judge is called: a scorer that needs one gets the reply recorded in the row.
"""

import contextlib
import importlib
import importlib.util
import io
import os
import pathlib
import random
import re
import sys
import types

os.environ.setdefault("OPENAI_API_KEY", "none")
os.environ["VERBOSE"] = ""
os.environ["TQDM_DISABLE"] = "1"

# The tasks package imports torch, which no scorer needs; an empty module with its path replaces it.
_tasks = types.ModuleType("lmms_eval.tasks")
_tasks.__path__ = [str(pathlib.Path(importlib.util.find_spec("lmms_eval").origin).parent / "tasks")]
sys.modules["lmms_eval.tasks"] = _tasks


def task(name):
    return importlib.import_module(f"lmms_eval.tasks.{name}")


@contextlib.contextmanager
def logged():
    """The lines that loguru would print."""
    from loguru import logger
    lines = []
    logger.remove()
    logger.add(lambda message: lines.append(message.record["message"]))
    yield lines
    logger.remove()


def verdicts(benchmark, rows):
    with contextlib.redirect_stdout(io.StringIO()), logged() as lines:
        return SCORERS[benchmark](rows, lines)


def vstar(rows, _):
    utils = task("vstar_bench.utils")
    results = [utils.vstar_process_results(row, [row["prediction"]])["vstar_overall_acc"] for row in rows]
    return [result["score"] == 1 for result in results], {"overall": utils.vstar_aggregate_results(results) / 100}


def hrbench(rows, _):
    utils = task("hrbench.utils")
    recorded = {}

    class Judged(type(utils.hrbench_evaluator)):
        def _post_request(self, _):
            return {"choices": [{"message": {"content": recorded["letter"]}}]}

    utils.hrbench_evaluator = Judged(api_key="none")
    results = []
    for row in rows:
        recorded["letter"] = row["gpt_prediction"]
        results.append(utils.hrbench_process_results(row, [row["prediction"]]))
    figures = {}
    for name in ("average", "single", "cross"):
        figures[name] = utils.hrbench_aggregate_results([result[name] for result in results if name in result], None)
    return [result["average"]["gpt_score"] == 1 for result in results], figures


def mme_realworld(rows, _):
    utils = task("mme_realworld.utils")
    results = [utils.mme_realworld_process_results(row, [row["prediction"]])["mme_realworld_score"] for row in rows]
    right = [utils.mme_realworld_aggregate_results([result]) == 1 for result in results]
    return right, {"overall": utils.mme_realworld_aggregate_results(results)}


def mmstar(rows, _):
    utils = task("mmstar.utils")
    results = [utils.mmstar_process_results(row, [row["prediction"]]) for row in rows]
    figures = {"average": utils.mmstar_aggregate_results([result["average"] for result in results])}
    for name in {row["category"] for row in rows}:
        figures[name] = utils.mmstar_aggregate_results([result[name] for result in results if name in result])
    return [result["average"]["score"] == 1 for result in results], figures


def mmmu(rows, _):
    utils = task("mmmu.utils")
    # The seed of the official repository; lmms-eval uses the generator's current state.
    random.seed(42)
    results = [utils.mmmu_process_results(row, [row["prediction"]])["mmmu_acc"] for row in rows]
    right = [utils.evaluate_mmmu([result])[1]["acc"] == 1 for result in results]
    return right, {"overall": utils.mmmu_aggregate_results(results)}


def slake(rows, _):
    utils = task("slake.utils")
    results = [utils.slake_process_results(row, [row["prediction"]])["slake_accuracy"] for row in rows]
    figures = {"overall": utils.slake_aggregate_accuracy(results)}
    for group, name, aggregate in [("answer_type", "open", utils.slake_aggregate_open_accuracy),
                                   ("modality", "x-ray", utils.slake_aggregate_xray_accuracy),
                                   ("content_type", "kg", utils.slake_aggregate_kg_accuracy)]:
        figures[group, name] = aggregate(results)
    return [result["is_correct"] for result in results], figures


def aime(rows, _):
    utils = task("aime.utils")

    def is_right(row):
        try:
            return utils.process_results(row, [row["prediction"]])["exact_match"] == 1
        except AssertionError:  # a box without braces
            return False

    right = [is_right(row) for row in rows]
    return right, {"overall": sum(right) / len(right)}


def refcoco(rows, _):
    utils = task("refcoco.utils_rec")

    def parts(row):
        (x1, y1, x2, y2), width, height = row["bbox"], row["width"], row["height"]
        return {**row, "bbox": [x1 / width, y1 / height, x2 / width, y2 / height]}

    results = [utils.refcoco_bbox_rec_process_result(parts(row), [row["prediction"]])["refcoco_IoU"] for row in rows]
    figures = {"IoU": utils.refcoco_bbox_rec_iou(results), "Center_ACC": utils.refcoco_bbox_rec_center_acc(results)}
    for name in ("01", "03", "05", "07", "09"):
        figures[f"ACC@{name[0]}.{name[1]}"] = getattr(utils, f"refcoco_bbox_rec_acc{name}")(results)
    return [utils.compute_accuracy(result["bbox"], result["pred"]) for result in results], figures


def refcoco_grounding(rows, _):
    utils = task("refcoco_grounding.utils")

    def doc(row):
        x1, y1, x2, y2 = row["bbox"]
        return {**row, "bbox": [x1, y1, x2 - x1, y2 - y1], "image": types.SimpleNamespace(size=(row["width"], row["height"]))}

    results = [utils.refcoco_grounding_process_result(doc(row), [row["prediction"]])["refcoco_grounding_IoU"] for row in rows]
    figures = {"IoU": utils.refcoco_grounding_iou(results), "Center_ACC": utils.refcoco_grounding_center_acc(results)}
    for name in ("01", "03", "05", "07", "09"):
        figures[f"ACC@{name[0]}.{name[1]}"] = getattr(utils, f"refcoco_grounding_acc{name}")(results)
    return [utils._compute_accuracy(result["bbox"], result["pred"], 0.5) for result in results], figures


def mathverse(rows, _):
    evaluator = task("mathverse.mathverse_evals").MathVerseEvaluator()
    config = {"metadata": {"trunk_response": -1, "quick_match": False}}
    _, scores = evaluator.eval_results([{**row, "metadata": dict(row["metadata"])} for row in rows], config)
    figures = {"overall": scores["average"]["correct"] / scores["average"]["total"]}
    for group in ("problem_version", "subfield"):
        for name, score in scores[group].items():
            figures[group, name] = score["correct"] / score["total"]
    return [row["true_false"] for row in rows], figures


def mmvet(rows, lines):
    utils = task("mmvet.utils")
    results = [{"score": row["score"], "capabilities": row["capability"]} for row in rows]
    figures = {"total": utils.mmvet_aggregate_results(results) / 100}
    found = {}
    for line in lines:
        if match := re.fullmatch(r"Score for (\w+): ([\d.]+)", line):
            found.setdefault(match[1], []).append(float(match[2]) / 100)
    figures["≈rec"], figures["≈spat"] = found["rec"][0], found["spat"][0]
    return [row["score"] == 1 for row in rows], figures


def wemath(rows, _):
    utils, reasoning = task("wemath.wemath_utils"), task("wemath.reasoning.utils")
    data = [{**row, "acc_score": float(row["hit"])} for row in rows]
    figures = {
        "≈Score (Strict)": reasoning.wemath_aggregate_results_strict(data),
        "≈Score (Loose)": reasoning.wemath_aggregate_results_loose(data),
    }
    frame = utils.pd.DataFrame(data)
    frame["joker"] = frame["acc_score"] == 1.0
    merged = [utils.process_steps_data(frame[frame["key"].str.contains(f"{steps}steps")], steps) for steps in (2, 3)]
    _, rates = utils.compute_final_scores(utils.calculate_metrics(*merged), total_count=525)
    for name, rate in rates.items():
        title, _, kind = name.removesuffix("_rate").partition("_")
        for kind in [kind.title()] if kind else ["Strict", "Loose"]:
            figures[f"≈{title} ({kind})"] = rate
    return [row["hit"] == 1 for row in rows], {
        name: float(figure.rstrip("%")) / 100 for name, figure in figures.items()}


def wemath_reasoning(rows, _):
    utils = task("wemath.reasoning.utils")
    results = [utils.wemath_reasoning_process_results(row, [row["prediction"]])["wemath_loose"] for row in rows]
    figures = {"≈Score (Strict)": utils.wemath_aggregate_results_strict(results),
               "≈Score (Loose)": utils.wemath_aggregate_results_loose(results)}
    return [result["acc_score"] == 1 for result in results], {
        name: float(figure.rstrip("%")) / 100 for name, figure in figures.items()}


def dynamath_reasoning(rows, _):
    utils = task("dynamath.reasoning.utils")
    results = [utils.dynamath_process_results({**row, "ground_truth": row["answer"]}, [row["prediction"]])["dynamath_worst"]
               for row in rows]
    return [result["acc"] == 1 for result in results], {
        "overall": utils.dynamath_aggregate_results_average(results),
        "Worst Case Overall": utils.dynamath_aggregate_results_worst(results)}


def logicvista_reasoning(rows, _):
    utils = task("logicvista.reasoning.utils")
    right = [utils.logicvista_reasoning_process_results(row, [row["prediction"]])["acc_score"] == 1 for row in rows]
    return right, {"overall": sum(right) / len(right)}


def reasonseg(rows, _):
    """Not a scorer of lmms-eval: draws masks with OpenCV like the data set's own script."""
    import cv2
    import numpy as np
    grounding = task("refcoco_grounding.utils")

    def drawn(mask, points, value):
        corners = np.array([points], dtype=np.int32)
        cv2.polylines(mask, corners, True, value, 1)
        cv2.fillPoly(mask, corners, value)
        return mask

    right, shared_sum, union_sum, mean = [], 0, 0, 0
    for row in rows:
        empty = np.zeros((row["imageHeight"], row["imageWidth"]), np.uint8)
        shapes = [shape for shape in row["shapes"] if shape["label"].lower() != "flag"]
        areas = [drawn(empty.copy(), shape["points"], 1).sum() for shape in shapes]
        target = empty.copy()
        for place in np.argsort(areas)[::-1]:
            drawn(target, shapes[place]["points"], 255 if "ignore" in shapes[place]["label"].lower() else 1)
        answer = empty.copy()
        y, x = np.mgrid[:answer.shape[0], :answer.shape[1]] + 0.5
        for x1, y1, x2, y2 in grounding._parse_pred_boxes(row["prediction"]):
            answer[(x >= x1) & (x < x2) & (y >= y1) & (y < y2)] = 1
        counted = target != 255
        shared = int(((answer == 1) & (target == 1) & counted).sum())
        union = int((((answer == 1) | (target == 1)) & counted).sum())
        overlap = shared / (union + 1e-5) if union else 1
        shared_sum, union_sum, mean = shared_sum + shared, union_sum + union, mean + overlap / len(rows)
        right.append(overlap >= 0.5)
    return right, {"gIoU": mean, "cIoU": shared_sum / union_sum}


SCORERS = {
    "vstar": vstar, "hrbench": hrbench, "mme-realworld": mme_realworld, "mathverse": mathverse, "wemath": wemath, "mmmu": mmmu,
    "mmstar": mmstar, "mmvet": mmvet, "slake": slake, "aime2024": aime, "refcoco": refcoco, "refcoco-grounding": refcoco_grounding,
    "reasonseg": reasonseg, "wemath-reasoning": wemath_reasoning, "dynamath-reasoning": dynamath_reasoning,
    "logicvista-reasoning": logicvista_reasoning,
}
