#!/usr/bin/env python3
"""make_variants.py: test/models/variants.jsonl, small models of each variant.

Each line is a configuration, how its weights differ from those that
test/e2e/variant_weights.py makes by itself, and the logits that transformers
computes for them in float32. transformers does not read what DeepSeek's own
code says about scores, groups and layers; there its modules are replaced by
what that code does, in `PublishersRouter` and by `moe_layer_freq`.
"""
import base64
import json
import os
import sys
import tempfile

import torch
from safetensors.torch import save_file
from transformers.models.deepseek_v3 import modeling_deepseek_v3 as deepseek

import reference

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.normpath(os.path.join(HERE, '../../test/e2e')))
import variant_weights  # noqa: E402

OUT = os.path.normpath(os.path.join(HERE, '../../test/models/variants.jsonl'))
TOKENS = 40
KEPT = [4, 64]  # rows and columns that are noted
COMMON = dict(
    hidden_size=32, intermediate_size=20, num_hidden_layers=2,
    num_attention_heads=2, num_key_value_heads=1, hidden_act='silu',
    max_position_embeddings=128, rms_norm_eps=1e-6, rope_theta=1000.0,
    vocab_size=264, bos_token_id=256, eos_token_id=257)
LLAMA = dict(architectures=['LlamaForCausalLM'], model_type='llama', **COMMON,
             tie_word_embeddings=False)
QWEN2 = dict(architectures=['Qwen2ForCausalLM'], model_type='qwen2', **COMMON,
             tie_word_embeddings=False)
DEEPSEEK = dict(
    architectures=['DeepseekV3ForCausalLM'], model_type='deepseek_v3',
    **COMMON | dict(num_hidden_layers=3, num_key_value_heads=2),
    q_lora_rank=None, kv_lora_rank=12, qk_nope_head_dim=6, qk_rope_head_dim=8,
    v_head_dim=10, moe_intermediate_size=5, n_routed_experts=8,
    n_shared_experts=1, num_experts_per_tok=3, n_group=4, topk_group=2,
    routed_scaling_factor=1.5, norm_topk_prob=True, first_k_dense_replace=1,
    num_nextn_predict_layers=0, tie_word_embeddings=False)
YARN = dict(factor=4.0, original_max_position_embeddings=32)
ROPES = {
    'linear': dict(factor=2.5),
    'dynamic': dict(factor=3.0),
    'yarn': dict(YARN, beta_fast=8, beta_slow=0.5),
    'llama3': dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=32),
}
SOFTMAX = ('config.json: \'scoring_func\' is "softmax" and is computed so; '
           'transformers does not read the key and computes sigmoid')
METHOD = ('config.json: \'topk_method\' is "%s" and is computed so; '
          'transformers does not read the key and computes noaux_tc')
NOT_USED = ("'model.layers.*.%s.bias' are not used: config.json asks for no "
            'such bias, and transformers does not use them either')
# What `fathom compile` warns of, by the name of the variant.
WARNINGS = {
    'llama-biases-not-asked-for': [
        NOT_USED % 'self_attn.q_proj', NOT_USED % 'mlp.down_proj'],
    'llama-tied-head-differs': [
        "'lm_head.weight' is used as it is stored: it differs from the "
        'embedding, to which tie_word_embeddings of config.json would tie it'],
    'qwen2-biases-by-name': [
        "config.json: 'attention_bias' of true is left out: qwen2 has biases "
        'of q, k and v, and no others'],
    'deepseek-no-router-bias': [
        "the checkpoint holds no 'e_score_correction_bias': experts are chosen "
        'by their scores alone, as transformers does'],
    'deepseek-every-second': [
        "config.json: 'moe_layer_freq' is 2 and is computed so; transformers "
        'does not read the key and computes 1'],
    'deepseek-softmax': [SOFTMAX],
    'deepseek-softmax-greedy': [SOFTMAX],
    'deepseek-greedy-in-groups': [METHOD % 'greedy'],
    'deepseek-greedy-with-bias': [
        "'e_score_correction_bias' is added to the scores that choose experts, "
        'as transformers does, though topk_method of config.json has none'],
    'deepseek-group-limited': [SOFTMAX, METHOD % 'group_limited_greedy'],
    'deepseek-group-limited-of-one': [METHOD % 'group_limited_greedy'],
}
ONE_GROUP = dict(n_group=1, topk_group=1)
NO_BIAS = dict(drop_suffixes=['e_score_correction_bias'])


def renamed(value, key):
    """The group with its type under `key`."""
    return {key: value.pop('type'), **value}


def rope_specs():
    for model, config in (('llama', LLAMA), ('qwen2', QWEN2),
                          ('deepseek', DEEPSEEK)):
        for i, (kind, group) in enumerate(ROPES.items()):
            older = (i + len(model)) % 2 == 0
            rope = renamed(dict(group, type=kind),
                           'type' if older else 'rope_type')
            if older:
                more = dict(rope_scaling=rope)
            else:
                more = dict(rope_theta=None, rope_parameters=dict(
                    rope, rope_theta=1000.0))
            made = {k: v for k, v in (config | more).items()
                    if k != 'rope_theta' or v is not None}
            yield f'{model}-rope-{kind}', made, {}
    yarns = {
        'attention-factor': dict(YARN, attention_factor=1.3),
        'mscale': dict(YARN, mscale=0.8, mscale_all_dim=0.5),
        'mscale-alone': dict(YARN, mscale=0.8),
        'not-truncated': dict(YARN, beta_fast=4, beta_slow=0.4, truncate=False),
        'nulls': dict(YARN, beta_fast=None, beta_slow=0, mscale=None,
                      truncate=None, attention_factor=None),
        'factor-null': dict(factor=None, original_max_position_embeddings=40),
        'no-original': dict(factor=4.0),
        'small-factor': dict(factor=0.5, original_max_position_embeddings=64.0),
    }
    for name, group in yarns.items():
        yield (f'llama-yarn-{name}',
               LLAMA | dict(rope_scaling=dict(type='yarn', **group)), {})
    yield ('llama-yarn-original-beside',
           LLAMA | dict(original_max_position_embeddings=24,
                        rope_scaling=dict(type='yarn', **YARN)), {})
    for kind in ('yarn', 'linear'):
        rope = dict(ROPES[kind], rope_type=kind, mscale_all_dim=0.7)
        yield (f'deepseek-mscale-{kind}',
               DEEPSEEK | dict(rope_scaling=rope), {})


def grouped_specs():
    yield 'llama-attention-bias', LLAMA | dict(attention_bias=True), {}
    yield 'llama-mlp-bias', LLAMA | dict(mlp_bias=True), {}
    yield ('llama-biases', LLAMA | dict(
        attention_bias=True, mlp_bias=True, intermediate_size=24,
        num_key_value_heads=None, head_dim=None), {})
    yield 'llama-nulls', LLAMA | dict(
        head_dim=None, rope_scaling=None, quantization_config=None,
        attention_dropout=None, pretraining_tp=None, pad_token_id=None), {}
    yield ('llama-biases-not-asked-for', LLAMA, dict(add={
        f'model.layers.{i}.{name}.bias': [size] for i in range(2)
        for name, size in (('self_attn.q_proj', 32), ('mlp.down_proj', 32))}))
    tied = LLAMA | dict(tie_word_embeddings=True)
    yield 'llama-tied', tied, {}
    head = {'lm_head.weight': [264, 32]}
    yield 'llama-tied-head-differs', tied, dict(add=head)
    yield ('llama-tied-head-alone', tied,
           dict(add=head, drop=['model.embed_tokens.weight']))
    yield 'llama-tied-head-equal', tied, dict(
        add=head, copy={'lm_head.weight': 'model.embed_tokens.weight'})
    yield 'qwen2-windows-none-has', QWEN2 | dict(
        use_sliding_window=True, sliding_window=8, max_window_layers=2), {}
    yield 'qwen2-window-null', QWEN2 | dict(
        use_sliding_window=True, sliding_window=None, max_window_layers=0,
        attention_dropout=0), {}
    yield 'qwen2-biases-by-name', QWEN2 | dict(attention_bias=True), {}


def deepseek_specs():
    def made(name, store=None, **more):
        return f'deepseek-{name}', DEEPSEEK | more, store or {}
    yield made('half-split', rope_interleave=False)
    yield made('attention-bias', attention_bias=True, q_lora_rank=9)
    yield made('attention-bias-no-q-rank', attention_bias=True)
    yield made('no-router-bias', NO_BIAS)
    yield made('one-group', **ONE_GROUP)
    yield made('null-groups', n_group=None, topk_group=None)
    yield made('norm-null', norm_topk_prob=None)
    yield made('no-shared', n_shared_experts=0)
    yield made('no-shared-wide', hidden_size=72, n_shared_experts=0)
    yield made('all-experts', first_k_dense_replace=0)
    yield made('no-experts', first_k_dense_replace=5)
    yield made('every-second', moe_layer_freq=2, num_hidden_layers=5)
    yield made('softmax', scoring_func='softmax')
    yield made('softmax-greedy', NO_BIAS, scoring_func='softmax',
               topk_method='greedy', norm_topk_prob=False, **ONE_GROUP)
    yield made('greedy-in-groups', NO_BIAS, topk_method='greedy')
    yield made('greedy-with-bias', topk_method='greedy', **ONE_GROUP)
    yield made('group-limited', NO_BIAS, scoring_func='softmax',
               topk_method='group_limited_greedy', norm_topk_prob=False)
    yield made('group-limited-of-one', NO_BIAS, n_group=8, topk_group=4,
               topk_method='group_limited_greedy')


def fp8_specs():
    def made(config, block, **more):
        fp8 = dict(block=block, scales='F32', plain=[]) | more
        group = dict(quant_method='fp8', activation_scheme='dynamic',
                     weight_block_size=block)
        if fp8['plain']:
            group[fp8.pop('key')] = fp8['plain']
        return config | dict(quantization_config=group), dict(fp8=fp8)
    for scales in ('F32', 'BF16', 'F16', 'F8_E8M0', 'U8'):
        yield (f'llama-fp8-{scales.lower()}',
               *made(LLAMA, [12, 20], scales=scales))
    yield ('llama-fp8-one-layer-kept', *made(
        LLAMA, [16, 16], plain=['model.layers.1.self_attn', 'down_proj'],
        key='ignored_layers'))
    yield ('llama-fp8-head', *made(
        LLAMA, [16, 16], also=['lm_head', 'embed_tokens']))
    for shape in ([], [1], [1, 1]):
        yield (f'llama-fp8-scale-of-rank-{len(shape)}',
               *made(LLAMA, None, scale_shape=shape))
    yield ('qwen2-fp8', *made(QWEN2, [32, 32], plain=['o_proj'],
                              key='modules_to_not_convert'))
    yield ('deepseek-fp8-some-experts', *made(
        DEEPSEEK, [8, 8], plain=['experts.3.', 'shared_experts'],
        key='exclude_modules', also=['mlp.gate.weight']))


class PublishersRouter(deepseek.DeepseekV3TopkRouter):
    """As DeepSeek's code for V2 and V3 chooses, by scoring_func and
    topk_method; with the correction where there is one."""

    def forward(self, hidden_states):
        c, x = self.config, hidden_states.view(-1, self.hidden_dim)
        logits = x @ self.weight.T
        softmax = getattr(c, 'scoring_func', None) == 'softmax'
        scores = logits.softmax(-1) if softmax else logits.sigmoid()
        choice = scores + self.e_score_correction_bias
        method = getattr(c, 'topk_method', None) or 'noaux_tc'
        if method != 'greedy' and c.n_group and c.n_group > 1:
            groups = choice.view(len(x), c.n_group, -1)
            best = method == 'group_limited_greedy'
            worth = (groups.amax(-1) if best
                     else groups.topk(2, -1).values.sum(-1))
            kept = torch.zeros_like(worth, dtype=torch.bool).scatter(
                1, worth.topk(c.topk_group, -1).indices, True)
            choice = groups.masked_fill(
                ~kept[..., None], -torch.inf).view_as(choice)
        order = choice.sort(-1, descending=True)
        self.margin = min(getattr(self, 'margin', torch.inf), (
            order.values[:, self.top_k - 1]
            - order.values[:, self.top_k]).min().item())
        ids = order.indices[:, :self.top_k]
        weights = scores.gather(1, ids)
        if c.norm_topk_prob:
            weights = weights / (weights.sum(-1, keepdim=True) + 1e-20)
        return logits, weights * self.routed_scaling_factor, ids


def load(variant, folder):
    config = {k: v for k, v in variant['config'].items()
              if k != 'quantization_config'}
    if config.get('model_type') == 'deepseek_v3':
        # Null is nothing to transformers' router, which is replaced.
        for key in ('n_group', 'topk_group'):
            config[key] = config[key] or 1
    with open(f'{folder}/config.json', 'w') as file:
        json.dump(config, file)
    plain = variant_weights.tensors(variant)[1]
    save_file({name: torch.tensor(numbers).view(shape)
               for name, (shape, numbers) in plain.items()},
              f'{folder}/model.safetensors', metadata=dict(format='pt'))
    return reference.load(folder)


def replace(model, variant):
    """Gives the layers what transformers does not read, if anything."""
    config = variant['config']
    if config['model_type'] != 'deepseek_v3':
        return []
    gates = []
    for layer in model.model.layers:
        if not hasattr(layer.mlp, 'gate'):
            continue
        gate = layer.mlp.gate
        gate.__class__, gate.config = PublishersRouter, model.config
        gates.append(gate)
    return gates


@torch.no_grad()
def logits_of(variant):
    """(logits, the smallest lead of a chosen expert)."""
    stride = variant['config'].get('moe_layer_freq') or 1
    original = deepseek.DeepseekV3MoE


    with tempfile.TemporaryDirectory() as folder:
        if stride == 1:
            model = load(variant, folder)
        else:
            # Layers are made in order: every other one is dense.
            made = iter(range(variant['config']['first_k_dense_replace'],
                              variant['config']['num_hidden_layers']))
            deepseek.DeepseekV3MoE = lambda config: (
                original(config) if next(made) % stride == 0
                else deepseek.DeepseekV3MLP(config))
            try:
                model = load(variant, folder)
            finally:
                deepseek.DeepseekV3MoE = original
    ids = torch.tensor([variant['tokens']])
    try:
        native = model(ids, use_cache=False).logits
    except RuntimeError:  # It needs two experts in a group.
        native = torch.inf
    gates = replace(model, variant)
    ours = model(ids, use_cache=False).logits
    apart = ((native - ours).abs().max() / ours.abs().max()).item()
    margin = min([gate.margin for gate in gates], default=torch.inf)
    return ours[0], margin, apart


def main(names):
    lines = []
    specs = [*grouped_specs(), *rope_specs(), *deepseek_specs(), *fp8_specs()]
    for name, config, store in specs:
        if names and not name.startswith(tuple(names)):
            continue
        for seed in range(1, 50):
            random = torch.Generator().manual_seed(seed)
            tokens = torch.randint(0, 256, (TOKENS,), generator=random)
            variant = dict(name=name, seed=seed, config=config, store=store,
                           tokens=tokens.tolist())
            logits, margin, apart = logits_of(variant)
            if margin > 2e-6:
                break
        else:
            raise SystemExit(f'{name}: no seed will do')
        print(f'{name}: seed {seed}, margin {margin:.3g}, otherwise than '
              f'transformers by {apart:.2g}', flush=True)
        kept = logits[-KEPT[0]:, :KEPT[1]].contiguous()
        lines.append(json.dumps(variant | dict(
            kept=KEPT, largest=round(logits[-KEPT[0]:].abs().max().item(), 4),
            warnings=WARNINGS.get(name, []),
            logits=base64.b64encode(kept.numpy().tobytes()).decode())))
    if names:
        return
    with open(OUT, 'w') as file:
        file.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    torch.set_num_threads(1)
    main(sys.argv[1:])
