#!/usr/bin/env python3
"""make_models.py [NAME...]: the tiny random checkpoints in test/models.

Writes configuration, tokenizer, weights and reference.safetensors.  Seeds are
tried in order until the reference is one that rounding cannot tip over: no
near-tie among the logits of the greedy tokens or in a router.
"""
import json
import os
import shutil
import sys
import tempfile

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import fp8
import make_tokenizers as tok
import reference
from make_tokenizers import MODELS, write_json

R1_HEAD = dict(architectures=['DeepseekV3ForCausalLM'],
               model_type='deepseek_v3')
TINY_DEEPSEEK = dict(
    hidden_size=72, intermediate_size=100, moe_intermediate_size=7,
    num_hidden_layers=3, num_nextn_predict_layers=0, num_attention_heads=3,
    num_key_value_heads=3, n_shared_experts=1, n_routed_experts=10, ep_size=1,
    routed_scaling_factor=1.7, kv_lora_rank=24, q_lora_rank=None,
    qk_rope_head_dim=8, v_head_dim=20, qk_nope_head_dim=12,
    topk_method='noaux_tc', n_group=2, topk_group=1, num_experts_per_tok=3,
    moe_layer_freq=1, first_k_dense_replace=1, norm_topk_prob=True,
    scoring_func='sigmoid', hidden_act='silu', max_position_embeddings=163840,
    rms_norm_eps=1e-6, tie_word_embeddings=False, attention_bias=False,
    attention_dropout=0.0, use_cache=True)
YARN = dict(factor=40, beta_fast=32, beta_slow=1, mscale=0.9,
            mscale_all_dim=0.7, original_max_position_embeddings=64)

# name: tokenizer, its size, rows of the embedding, storage, shards, config
SPECS = {
    'tiny-qwen2': ('qwen2', 336, 352, 'bf16', 1, dict(
        architectures=['Qwen2ForCausalLM'], model_type='qwen2',
        torch_dtype='bfloat16', hidden_size=48, intermediate_size=104,
        num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
        hidden_act='silu', max_position_embeddings=131072, rms_norm_eps=1e-6,
        rope_theta=10000, tie_word_embeddings=True, sliding_window=4096,
        use_sliding_window=False, max_window_layers=3, use_mrope=False,
        attention_dropout=0.0)),
    'tiny-llama': ('llama3', 336, 336, 'f32', 1, dict(
        architectures=['LlamaForCausalLM'], model_type='llama',
        torch_dtype='float32', hidden_size=32, intermediate_size=72,
        num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=1,
        head_dim=16, hidden_act='silu', max_position_embeddings=131072,
        rms_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=dict(
            rope_type='llama3', factor=8.0, low_freq_factor=1.0,
            high_freq_factor=4.0, original_max_position_embeddings=64),
        tie_word_embeddings=False, attention_bias=False, mlp_bias=False)),
    'tiny-deepseek': ('deepseek', 290, 299, 'bf16', 3, dict(
        **R1_HEAD, torch_dtype='bfloat16', **TINY_DEEPSEEK, rope_theta=10000,
        rope_scaling=dict(type='yarn', **YARN))),
    # The same model with its matrices in fp8 blocks, spelled as transformers 5
    # does: dtype, rope_parameters. A block of R1's, 128 x 128, would hold any
    # of these matrices whole. With blocks of 40 x 28 most have several, ragged
    # at both edges, and rows taken for columns are seen. With four shards two
    # matrices lie elsewhere than their scales.
    'tiny-deepseek-fp8': ('deepseek', 290, 299, 'fp8', 4, dict(
        **R1_HEAD, dtype='bfloat16', **TINY_DEEPSEEK,
        rope_parameters=dict(rope_type='yarn', rope_theta=10000, **YARN),
        quantization_config=dict(
            quant_method='fp8', fmt='e4m3', activation_scheme='dynamic',
            weight_block_size=[40, 28]))),
}
# The weights of these are those of another: made from its seed, which has to
# do, and its bf16 weights are what is quantised.
TWINS = {'tiny-deepseek-fp8': 'tiny-deepseek'}
TEXT = ('What is 123 + 456? The model thinks, then adds the numbers.\n'
        '思考过程 naïve café 🙂 -- it can\'t be 1,000!\n\n    x_1 = foo(bar);\n')


def shapes(c, rows):
    """name -> shape of every tensor of a configuration, one form per type."""
    h = c['hidden_size']
    out = {'model.embed_tokens.weight': (rows, h), 'model.norm.weight': (h,)}
    if not c['tie_word_embeddings']:
        out['lm_head.weight'] = (rows, h)

    def mlp(at, width):
        out[f'{at}.gate_proj.weight'] = out[f'{at}.up_proj.weight'] = width, h
        out[f'{at}.down_proj.weight'] = h, width

    for i in range(c['num_hidden_layers']):
        at = f'model.layers.{i}'
        out[f'{at}.input_layernorm.weight'] = (h,)
        out[f'{at}.post_attention_layernorm.weight'] = (h,)
        heads, a = c['num_attention_heads'], f'{at}.self_attn'
        if c['model_type'] != 'deepseek_v3':
            d = c.get('head_dim', h // heads)
            for x, n in (('q', heads), ('k', c['num_key_value_heads']),
                         ('v', c['num_key_value_heads'])):
                out[f'{a}.{x}_proj.weight'] = n * d, h
                if c['model_type'] == 'qwen2':
                    out[f'{a}.{x}_proj.bias'] = (n * d,)
            out[f'{a}.o_proj.weight'] = h, heads * d
            mlp(f'{at}.mlp', c['intermediate_size'])
            continue
        nope, rope = c['qk_nope_head_dim'], c['qk_rope_head_dim']
        rank, v = c['kv_lora_rank'], c['v_head_dim']
        out[f'{a}.q_proj.weight'] = heads * (nope + rope), h
        out[f'{a}.kv_a_proj_with_mqa.weight'] = rank + rope, h
        out[f'{a}.kv_a_layernorm.weight'] = (rank,)
        out[f'{a}.kv_b_proj.weight'] = heads * (nope + v), rank
        out[f'{a}.o_proj.weight'] = h, heads * v
        if i < c['first_k_dense_replace']:
            mlp(f'{at}.mlp', c['intermediate_size'])
            continue
        experts, width = c['n_routed_experts'], c['moe_intermediate_size']
        out[f'{at}.mlp.gate.weight'] = experts, h
        out[f'{at}.mlp.gate.e_score_correction_bias'] = (experts,)
        for e in range(experts):
            mlp(f'{at}.mlp.experts.{e}', width)
        mlp(f'{at}.mlp.shared_experts', width * c['n_shared_experts'])
    return out


def value(name, shape, random):
    """Weights under which attention, routing and logits are not flat."""
    x = torch.randn(shape, generator=random)
    if name.endswith('e_score_correction_bias'):
        return -0.5 + 0.25 * x  # mostly negative: masked is not zero
    if name.endswith('norm.weight'):
        return 1 + 0.2 * x
    if name.endswith('.bias'):
        return 0.4 * x
    if name.endswith('embed_tokens.weight'):
        return 0.35 * x
    gain = 1.0
    if name.endswith(('q_proj.weight', 'k_proj.weight', 'mqa.weight')):
        gain = 1.6
    if name.endswith(('lm_head.weight', 'gate.weight')):
        gain = 2.0
    return gain * x / shape[1] ** 0.5


def is_fp8(name, shape):
    return len(shape) == 2 and not name.endswith(
        ('embed_tokens.weight', 'lm_head.weight', 'mlp.gate.weight'))


def weights(c, rows, storage, seed):
    """(tensors as stored, the same as they are computed with)."""
    random = torch.Generator().manual_seed(seed)
    block = c.get('quantization_config', {}).get('weight_block_size')
    stored, plain = {}, {}
    for name, shape in shapes(c, rows).items():
        w = value(name, shape, random)
        if storage == 'f32' or name.endswith('e_score_correction_bias'):
            stored[name] = plain[name] = w
        elif storage == 'fp8' and is_fp8(name, shape):
            stored[name], scale = fp8.store(w.bfloat16().float(), block)
            stored[name.replace('.weight', '.weight_scale_inv')] = scale
            plain[name] = fp8.widen(stored[name], scale, block)
        else:
            stored[name] = plain[name] = w.bfloat16()
    return stored, plain


def write_shards(folder, tensors, count):
    if count == 1:
        save_file(tensors, f'{folder}/model.safetensors',
                  metadata=dict(format='pt'))
        return
    names = sorted(tensors)
    where = {n: f'model-{i * count // len(names) + 1:05}-of-{count:05}'
             '.safetensors' for i, n in enumerate(names)}
    for file in sorted(set(where.values())):
        save_file({n: tensors[n] for n in names if where[n] == file},
                  f'{folder}/{file}', metadata=dict(format='pt'))
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    write_json(f'{folder}/model.safetensors.index.json', dict(
        metadata=dict(total_size=total), weight_map=where))


def configure(name):
    """Everything but the weights; (config, ids of the tokenizer)."""
    kind, size, rows, _, _, config = SPECS[name]
    t = tok.build(kind, size)
    known, at = tok.count(t), tok.ids(t)
    assert known <= rows, (name, known)
    eos = at[tok.EOS]
    bos = eos if kind == 'qwen2' else at[tok.BOS]  # as the distills say
    config = config | dict(vocab_size=rows, bos_token_id=bos,
                           eos_token_id=eos)
    folder = f'{MODELS}/{name}'
    shutil.rmtree(folder, ignore_errors=True)
    write_json(f'{folder}/config.json', config)
    write_json(f'{folder}/generation_config.json', dict(
        _from_model_config=True, bos_token_id=at[tok.BOS], do_sample=True,
        eos_token_id=eos, temperature=0.6, top_p=0.95))
    write_json(f'{folder}/tokenizer.json', t)
    write_json(f'{folder}/tokenizer_config.json', tok.tokenizer_config(kind))
    return config, t


def seeds(name):
    if name not in TWINS:
        return range(1, 400)
    twin = f'{MODELS}/{TWINS[name]}/reference.safetensors'
    with safe_open(twin, 'pt') as file:
        return [int(file.metadata()['seed'])]


def check_twin(name, plain, stored):
    """Computed with are the twin's weights: the same bits where they are not
    quantised, else within the rounding of e4m3, 2**-4 of normal values and
    half the least one, 2**-10, of a block's scale."""
    folder = f'{MODELS}/{TWINS[name]}'
    theirs = {}
    for file in sorted(os.listdir(folder)):
        if file.startswith('model') and file.endswith('.safetensors'):
            theirs |= load_file(f'{folder}/{file}')
    assert theirs.keys() == plain.keys()
    for tensor, w in theirs.items():
        w, mine = w.float(), plain[tensor].float()
        scale = stored.get(f'{tensor}_scale_inv')
        if scale is None:
            assert torch.equal(w, mine), tensor
        else:
            # and once more to bf16
            most = w.abs() * (2**-4 + 2**-8) + scale.max() * 2**-10
            assert ((w - mine).abs() <= most).all(), tensor


def make(name):
    _, _, rows, storage, shards, _ = SPECS[name]
    config, t = configure(name)
    folder, known = f'{MODELS}/{name}', tok.count(t)
    coder = tok.Tokenizer.from_str(json.dumps(t))
    text = coder.encode(TEXT, add_special_tokens=False).ids
    bos = tok.ids(t)[tok.BOS]
    tokens = ([bos] + text * 3)[:160]
    stop = tok.ids(t)[tok.EOS]
    for seed in seeds(name):
        stored, plain = weights(config, rows, storage, seed)
        with tempfile.TemporaryDirectory() as d:
            save_file(plain, f'{d}/model.safetensors',
                      metadata=dict(format='pt'))
            write_json(f'{d}/config.json', {
                k: v for k, v in config.items()
                if k != 'quantization_config'})
            model = reference.load(d)
        tensors, got = reference.compute(model, tokens, tokens[:24], known)
        print(name, seed, got, flush=True)
        if (got['router'] > 1e-5 and got['lead'] > 1e-3
                and got['distinct'] > 24 and got['shift'] < 3e-2
                and stop not in tensors['greedy']):
            break
    else:
        raise SystemExit(f'{name}: no seed will do')
    write_shards(folder, stored, shards)
    save_file(tensors, f'{folder}/reference.safetensors', metadata={
        k: f'{v:.6g}' for k, v in (got | dict(seed=seed)).items()})
    if name in TWINS:
        check_twin(name, plain, stored)
    else:  # what is on the disk gives the same
        again = reference.load(folder)(torch.tensor([tokens])).logits[0]
        assert torch.equal(again, tensors['logits'])
    size = sum(os.path.getsize(f'{folder}/{f}') for f in os.listdir(folder)
               if f.startswith('model'))
    assert size <= 300_000, size
    print(name, 'weights', size, 'bytes, seed', seed, flush=True)


if __name__ == '__main__':
    torch.set_num_threads(1)
    for each in sys.argv[1:] or SPECS:
        make(each)
