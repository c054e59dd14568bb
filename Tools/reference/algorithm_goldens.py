"""Writes losses, gradients and advantages of verl and TRL on random inputs.

    python algorithm_goldens.py OUTPUT.json        needs verl==0.9.0, trl==1.16.0 and torch

Trajectories have different numbers of tokens. Tokens of tools between them are masked in the reference and absent in the file,
because our lists hold completion tokens only. Everything is in double precision.
"""

import json
import pathlib
import sys
import types

import numpy
import torch
from trl.trainer.grpo_trainer import GRPOTrainer
from verl.trainer.ppo import core_algos
from verl.trainer.ppo.rollout_corr_helper import compute_rollout_correction_weights
from verl.workers.config import ActorConfig

torch.set_default_dtype(torch.float64)
GROUPS, MEMBERS, LENGTH = 3, 4, 9
random = torch.Generator().manual_seed(11)


def draw(*shape, scale=1.0):
    return torch.randn(*shape, generator=random) * scale


def rows(values, mask):
    """The values of tokens that count, by trajectory."""
    return [values[index][mask[index].bool()].tolist() for index in range(len(values))]


def inputs():
    count = GROUPS * MEMBERS
    mask = torch.zeros(count, LENGTH)
    for index in range(count):
        length = 3 + index % (LENGTH - 2)
        mask[index, :length] = 1
        if length > 4:
            mask[index, 2] = 0  # a token of a tool
    old = -draw(count, LENGTH).abs()
    new = old + draw(count, LENGTH, scale=0.35)
    rewards = torch.tensor([0.8, -0.2, 2.0, 0.0, 2.0, 2.0, 2.0, 2.0, 0.0, 2.0, 0.8, 1.0])
    return {
        "mask": mask, "old": old, "new": new, "reference": old + draw(count, LENGTH, scale=0.3),
        "sampled": old + draw(count, LENGTH, scale=0.5), "values": draw(count, LENGTH), "entropies": draw(count, LENGTH).abs(),
        "token_rewards": draw(count, LENGTH, scale=0.1) * mask, "rewards": rewards,
        "baselines": draw(count), "index": numpy.repeat(numpy.arange(GROUPS), MEMBERS),
    }


def last_token(rewards, mask):
    """The reward at the last token that counts."""
    scores = torch.zeros_like(mask)
    for index in range(len(mask)):
        scores[index, mask[index].nonzero().max()] = rewards[index]
    return scores


def advantages(data):
    mask, index = data["mask"], data["index"]
    outcome = last_token(data["rewards"], mask)
    shaped = outcome + data["token_rewards"]
    config = types.SimpleNamespace(gamma=0.9)
    cases = {
        "groupDeviation": core_algos.compute_grpo_outcome_advantage(outcome, mask, index)[0],
        "groupMean": core_algos.compute_grpo_outcome_advantage(outcome, mask, index, norm_adv_by_std_in_grpo=False)[0],
        "leaveOneOut": core_algos.compute_rloo_outcome_advantage(outcome, mask, index)[0],
        "whitenedGroupMean": core_algos.compute_reinforce_plus_plus_baseline_outcome_advantage(outcome, mask, index)[0],
        "whitenedReturn": core_algos.compute_reinforce_plus_plus_outcome_advantage(shaped, mask, config)[0],
        "greedyBaseline": core_algos.compute_remax_outcome_advantage(shaped, data["baselines"], mask)[0],
    }
    result = {name: rows(values, mask) for name, values in cases.items()}
    general, returns = core_algos.compute_gae_advantage_return(shaped, data["values"], mask, 0.9, 0.8)
    return {**result, "generalized": rows(general, mask), "returns": rows(returns, mask)}


def differentiated(data, loss):
    """The loss and its gradient by log-probability."""
    new = data["new"].clone().requires_grad_()
    value = loss(new)
    value.backward()
    return {"loss": value.item(), "gradient": rows(new.grad, data["mask"])}


def actor(**settings):
    return ActorConfig(strategy="fsdp", rollout_n=MEMBERS, ppo_micro_batch_size_per_gpu=1, **settings)


def verl_losses(data):
    mask, old = data["mask"], data["old"]
    weights = core_algos.compute_grpo_outcome_advantage(last_token(data["rewards"], mask), mask, data["index"])[0]
    clip = {"clip_ratio": 0.2, "clip_ratio_low": 0.2, "clip_ratio_high": 0.28, "clip_ratio_c": 3.0}
    modes = {"stepTokens": "token-mean", "sequence": "seq-mean-token-mean", "constant": "seq-mean-token-sum-norm"}

    def of(function, mode, config):
        return differentiated(data, lambda new: function(old, new, weights, mask, mode, config)[0])

    result = {
        f"clippedRatio {name}": of(core_algos.compute_policy_loss_vanilla, mode, actor(**clip)) for name, mode in modes.items()
    }
    result["sequenceRatio sequence"] = of(core_algos.compute_policy_loss_gspo, "seq-mean-token-mean", actor(**clip))
    result["clippedWeight stepTokens"] = of(core_algos.compute_policy_loss_cispo, "token-mean", actor(**clip))
    result["softGate sequence"] = of(
        core_algos.compute_policy_loss_sapo, "seq-mean-token-mean", actor(tau_pos=1.0, tau_neg=1.05, **clip))
    return result


def trl_loss(data, **settings):
    """TRL's loss on the same inputs; the model's answer is replaced by the log-probabilities and entropies."""
    mask = data["mask"]
    deviations = core_algos.compute_grpo_outcome_advantage(last_token(data["rewards"], mask), mask, data["index"])[0]
    weights = (deviations.sum(-1) / mask.sum(-1))
    options = dict(
        loss_type="grpo", importance_sampling_level="token", beta=0.0, epsilon_low=0.2, epsilon_high=0.28, top_entropy_quantile=1.0,
        delta=None, correction=None, entropy=0.0)
    options.update(settings)
    accelerator = types.SimpleNamespace(
        gather=lambda x: x, num_processes=1, sync_gradients=True, reduce=lambda x, reduction: x,
        pad_across_processes=lambda x, dim, pad_index: x)

    def loss(new):
        trainer = types.SimpleNamespace(
            _get_per_token_logps_and_entropies=lambda *_, **__: (new, data["entropies"], None), aux_loss_enabled=False,
            off_policy_mask_threshold=None, model=types.SimpleNamespace(training=True), accelerator=accelerator,
            current_gradient_accumulation_steps=1, max_completion_length=LENGTH, use_adaptive_entropy=False,
            use_vllm=options["correction"] is not None, vllm_importance_sampling_correction=True, chunk_size=None,
            _entropy_bonus_enabled=options["entropy"] > 0, entropy_coef=options["entropy"],
            _metrics={"train": __import__("collections").defaultdict(list)},
            args=types.SimpleNamespace(
                delta=options["delta"], use_bias_correction_kl=False, sapo_temperature_pos=1.0, sapo_temperature_neg=1.05,
                steps_per_generation=1),
            **{name: options[name] for name in (
                "loss_type", "importance_sampling_level", "beta", "epsilon_low", "epsilon_high", "top_entropy_quantile")})
        trainer.get_high_entropy_mask = types.MethodType(GRPOTrainer.get_high_entropy_mask, trainer)
        batch = {
            "prompt_ids": torch.zeros(len(mask), 1, dtype=torch.long), "prompt_mask": torch.ones(len(mask), 1),
            "completion_ids": torch.zeros(mask.shape, dtype=torch.long), "completion_mask": torch.ones_like(mask), "tool_mask": mask,
            "advantages": weights, "old_per_token_logps": data["old"], "ref_per_token_logps": data["reference"],
            "num_items_in_batch": mask.sum(), "importance_sampling_ratio": options["correction"]}
        return GRPOTrainer._compute_loss(trainer, None, batch)

    return differentiated(data, loss)


def importance(data):
    """The weights of the four corrections, by TRL's formulas, checked against verl's where it has them."""
    mask = data["mask"]
    difference = (data["old"] - data["sampled"]) * mask
    token, sequence = difference.exp(), difference.sum(-1, keepdim=True).exp().expand_as(mask)
    result = {
        "truncated token": token.clamp(max=2.0), "truncated sequence": sequence.clamp(max=2.0),
        "masked token": token.masked_fill((token < 0.5) | (token > 2.0), 0.0),
        "masked sequence": sequence.masked_fill((sequence < 0.5) | (sequence > 2.0), 0.0)}
    for level in ("token", "sequence"):
        theirs, _ = compute_rollout_correction_weights(difference, mask, rollout_is=level, rollout_is_threshold=2.0)
        assert torch.allclose(theirs * mask, result[f"truncated {level}"] * mask), level
    return result


def divergences(data):
    return {
        kind: differentiated(data, lambda new: (core_algos.kl_penalty(new, data["reference"], kind) * data["mask"]).sum())
        for kind in ("k1", "k2", "k3")}


def value_loss(data):
    mask = data["mask"]
    returns = data["values"] + draw(*mask.shape)
    predicted = (data["values"] + draw(*mask.shape, scale=0.6)).requires_grad_()
    loss, _ = core_algos.compute_value_loss(predicted, returns, data["values"], mask, 0.5)
    loss.backward()
    return {
        "returns": rows(returns, mask), "predicted": rows(predicted.detach(), mask), "loss": loss.item(),
        "gradient": rows(predicted.grad, mask)}


def main():
    data = inputs()
    mask = data["mask"]
    weights = importance(data)
    trl = {
        "grpo": trl_loss(data), "dapo": trl_loss(data, loss_type="dapo"), "dr_grpo": trl_loss(data, loss_type="dr_grpo"),
        "dual clip": trl_loss(data, loss_type="dapo", delta=3.0),
        "sequence": trl_loss(data, importance_sampling_level="sequence"),
        "cispo": trl_loss(data, loss_type="cispo", epsilon_high=1.28), "sapo": trl_loss(data, loss_type="sapo"),
        "divergence": trl_loss(data, loss_type="dapo", beta=0.04),
        "entropy fraction": trl_loss(data, loss_type="dapo", top_entropy_quantile=0.3),
        **{name: trl_loss(data, loss_type="dapo", correction=values) for name, values in weights.items()},
    }
    result = {
        "counts": mask.sum(-1).long().tolist(), "groups": GROUPS, "length": LENGTH, "rewards": data["rewards"].tolist(),
        "baselines": data["baselines"].tolist(),
        **{name: rows(data[name], mask) for name in (
            "old", "new", "reference", "sampled", "values", "entropies", "token_rewards")},
        "advantages": advantages(data), "verl": verl_losses(data), "trl": trl, "divergences": divergences(data),
        "importance": {name: rows(values, mask) for name, values in weights.items()}, "value": value_loss(data),
    }
    pathlib.Path(sys.argv[1]).write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
