"""The other side of the comparison: `transformers` generates, TRL's GRPOTrainer takes a step.

    python Benchmarks/reference_side.py --model DIR --data FOLDER --measure generation|step

Started by compare_with_trl.py with the packages of requirements.txt. Measures what `deepeyes bench` measures, with
the same options, and prints the same JSON.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import sys
import tempfile
import time

import torch
from PIL import Image
from transformers import (
    AutoTokenizer,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    TrainerCallback,
    set_seed,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.utils import logging

SYSTEM = "You are a careful visual assistant. Think first, then answer inside <answer></answer>."


class StillImageProcessor(Qwen2_5_VLProcessor):
    """The processor of the model without its part for videos, which torchvision would have to be there for."""

    def check_argument_for_proper_class(self, argument_name, argument):
        if argument_name == "video_processor":
            return None
        return super().check_argument_for_proper_class(argument_name, argument)


def processor_of(directory: pathlib.Path):
    tokenizer = AutoTokenizer.from_pretrained(directory)
    return StillImageProcessor(
        image_processor=Qwen2VLImageProcessorPil.from_pretrained(directory),
        tokenizer=tokenizer,
        video_processor=None,
        chat_template=tokenizer.chat_template,
    )


def load(directory: pathlib.Path, dtype: str = "float32"):
    model = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        directory, dtype=getattr(torch, dtype), attn_implementation="sdpa"
    )
    return model, processor_of(directory)


def read_prompts(folder: pathlib.Path) -> list[dict]:
    """Questions with the paths of their images."""
    entries = json.loads((folder / "prompts.json").read_text())
    return [
        {"question": entry["question"], "images": [str(folder / name) for name in entry["images"]]}
        for entry in entries
    ]


def conversation(prompt: dict) -> list[dict]:
    images = [{"type": "image", "image": Image.open(path).convert("RGB")} for path in prompt["images"]]
    return [
        {"role": "system", "content": [{"type": "text", "text": SYSTEM}]},
        {"role": "user", "content": images + [{"type": "text", "text": prompt["question"]}]},
    ]


def tokenized(processor, prompt: dict) -> dict:
    return processor.apply_chat_template(
        [conversation(prompt)],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )


def generation(arguments, prompts: list[dict]) -> list[float]:
    """Seconds of each group, from question and image file to text; the warm-up first."""
    model, processor = load(arguments.model, arguments.dtype)
    model.eval()
    seconds = []
    for index in range(arguments.warm_up + arguments.repeat):
        start = time.perf_counter()
        inputs = tokenized(processor, prompts[index % len(prompts)])
        with torch.inference_mode():
            output = model.generate(
                **inputs,
                do_sample=True,
                temperature=1.0,
                top_p=1.0,
                top_k=0,
                min_new_tokens=arguments.tokens,
                max_new_tokens=arguments.tokens,
                num_return_sequences=arguments.group,
            )
        completions = output[:, inputs["input_ids"].shape[1] :]
        processor.batch_decode(completions, skip_special_tokens=True)
        seconds.append(time.perf_counter() - start)
        assert completions.shape == (arguments.group, arguments.tokens), completions.shape
    return seconds


class StepClock(TrainerCallback):
    """Times each step from the end of the one before it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.last = 0.0

    def on_train_begin(self, *_, **__) -> None:
        self.last = time.perf_counter()

    def on_step_end(self, *_, **__) -> None:
        now = time.perf_counter()
        self.seconds.append(now - self.last)
        self.last = now


def step(arguments, prompts: list[dict]) -> list[float]:
    """Seconds of each step of GRPOTrainer; the warm-up first."""
    import datasets
    from trl import GRPOConfig, GRPOTrainer

    model, processor = load(arguments.model)
    rows = [
        {
            "prompt": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": prompt["question"]},
            ],
            "images": prompt["images"],
        }
        for prompt in prompts
    ]
    dataset = datasets.Dataset.from_list(rows)
    dataset = dataset.cast_column("images", datasets.List(datasets.Image()))

    def reward(completions, completion_ids, **_):
        lengths = {len(ids) for ids in completion_ids}
        assert lengths == {arguments.tokens} and len(completion_ids) == arguments.group, lengths
        return [float(index % 2) for index in range(len(completions))]

    clock = StepClock()
    with tempfile.TemporaryDirectory() as output:
        settings = GRPOConfig(
            output_dir=output,
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            max_steps=arguments.warm_up + arguments.repeat,
            per_device_train_batch_size=arguments.group,
            gradient_accumulation_steps=1,
            num_generations=arguments.group,
            num_iterations=1,
            max_completion_length=arguments.tokens,
            generation_kwargs={"min_new_tokens": arguments.tokens},
            temperature=1.0,
            beta=0.0,
            learning_rate=1e-6,
            lr_scheduler_type="constant",
            weight_decay=0.01,
            optim="adamw_torch_fused",
            max_grad_norm=1.0,
            shuffle_dataset=False,
            dataloader_pin_memory=False,
            log_multimodal=False,
            logging_strategy="no",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        GRPOTrainer(
            model=model,
            reward_funcs=reward,
            args=settings,
            train_dataset=dataset,
            processing_class=processor,
            callbacks=[clock],
        ).train()
    return clock.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--measure", choices=("generation", "step"), required=True)
    parser.add_argument("--group", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=10)
    parser.add_argument("--warm-up", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32", help="of generation")
    arguments = parser.parse_args()

    logging.set_verbosity_error()
    torch.set_num_threads(arguments.threads)
    set_seed(1)
    prompts = read_prompts(arguments.data)
    measure = generation if arguments.measure == "generation" else step
    seconds = measure(arguments, prompts)
    timed = seconds[arguments.warm_up :]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    processor = processor_of(arguments.model)
    report = {
        "warmUpSeconds": seconds[: arguments.warm_up],
        "seconds": timed,
        "median": statistics.median(timed),
        "minimum": min(timed),
        "maximum": max(timed),
        "peakBytes": peak,
    }
    prompt_tokens = [tokenized(processor, prompt)["input_ids"][0].tolist() for prompt in prompts]
    print(json.dumps({"promptTokens": prompt_tokens, arguments.measure: report}))


if __name__ == "__main__":
    main()
