"""llama.cpp's side of compare_large.py: the language model in q8_0 answers a prompt of as many tokens as the image has.

    python Benchmarks/llama_side.py --model DIR --data FOLDER --measure generation --tokens 33

Writes DIR/language-q8_0.gguf first, if it is not there. Prints the same JSON as the other sides.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics

import gguf
import numpy
import xllamacpp

PROMPT_TOKENS = 1_320


def tensors(folder):
    """Every tensor of the language model as float32, with its name in the checkpoint, which is in bf16."""
    file = folder / "model.safetensors"
    with open(file, "rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(length))
    for name, entry in header.items():
        if name.startswith(("model.", "lm_head")):
            start, end = entry["data_offsets"]
            bits = numpy.memmap(file, numpy.uint16, "r", 8 + length + start, ((end - start) // 2,))
            yield name, (bits.astype(numpy.uint32) << 16).view(numpy.float32).reshape(entry["shape"])


NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def renamed(name):
    module, kind = name.rsplit(".", 1)
    if module in NAMES:
        return f"{NAMES[module]}.{kind}"
    _, _, layer, rest = module.split(".", 3)
    return f"blk.{layer}.{NAMES[rest]}.{kind}"


def write(folder, path):
    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([f"<{index}>" for index in range(config["vocab_size"])])
    writer.add_token_types([gguf.TokenType.NORMAL] * config["vocab_size"])
    writer.add_token_merges(["< 0"])
    writer.add_eos_token_id(config["vocab_size"] - 1)
    for name, values in tensors(folder):
        if values.ndim == 1:
            writer.add_tensor(renamed(name), values)
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(renamed(name), gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--measure", choices=("generation",), default="generation")
    parser.add_argument("--group", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=33)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--warm-up", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    path = arguments.model / "language-q8_0.gguf"
    if not path.is_file():
        partial = path.with_suffix(".partial")
        write(arguments.model, partial)
        partial.rename(path)
    options = xllamacpp.CommonParams()
    options.model.path = str(path)
    options.n_ctx = 2048
    options.n_parallel = 1
    options.cpuparams.n_threads = arguments.threads
    options.cpuparams_batch.n_threads = arguments.threads
    options.warmup = False
    server = xllamacpp.Server(options)
    seconds = []
    for index in range(arguments.warm_up + arguments.repeat):
        request = {
            # Another first token each time, so that nothing of the cache is used again.
            "prompt": [1000 + index, *(100 + token % 5000 for token in range(PROMPT_TOKENS - 1))],
            "n_predict": arguments.tokens, "ignore_eos": True, "cache_prompt": False, "temperature": 1.0,
        }
        answer = server.handle_completions(request)
        answer = json.loads(answer) if isinstance(answer, (str, bytes)) else answer
        timings = answer["timings"]
        assert (timings["prompt_n"], timings["predicted_n"]) == (PROMPT_TOKENS, arguments.tokens), timings
        seconds.append((timings["prompt_ms"] + timings["predicted_ms"]) / 1000)
    timed = seconds[arguments.warm_up :]
    report = {
        "seconds": timed, "median": statistics.median(timed),
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps({"generation": report}))


if __name__ == "__main__":
    main()
