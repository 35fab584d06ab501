"""The architecture of tiny-r1: its configuration, its extra layer, its names.

Every part of R1 is there: MLA with both ranks, YaRN, a dense first layer,
groups of experts with a correction bias, a shared expert, a layer that
predicts one token further (MTP).
"""
import json
import os
import sys

import torch
from torch import nn
from transformers import DeepseekV3Config, DeepseekV3ForCausalLM
from transformers.models.deepseek_v3 import modeling_deepseek_v3 as ds

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../test-models'))
import make_tokenizers as tok  # noqa: E402

import data  # noqa: E402

CONFIG = dict(
    architectures=['DeepseekV3ForCausalLM'], model_type='deepseek_v3',
    torch_dtype='bfloat16', hidden_size=192, intermediate_size=384,
    moe_intermediate_size=64, num_hidden_layers=4, num_nextn_predict_layers=1,
    num_attention_heads=4, num_key_value_heads=4, n_shared_experts=1,
    n_routed_experts=8, ep_size=1, routed_scaling_factor=2.5, kv_lora_rank=48,
    q_lora_rank=64, qk_rope_head_dim=16, v_head_dim=32, qk_nope_head_dim=16,
    topk_method='noaux_tc', n_group=4, topk_group=2, num_experts_per_tok=2,
    moe_layer_freq=1, first_k_dense_replace=1, norm_topk_prob=True,
    scoring_func='sigmoid', hidden_act='silu', max_position_embeddings=163840,
    rms_norm_eps=1e-6, rope_theta=10000, rope_scaling=dict(
        type='yarn', factor=40, beta_fast=32, beta_slow=1, mscale=1.0,
        mscale_all_dim=1.0, original_max_position_embeddings=4096),
    tie_word_embeddings=False, attention_bias=False, attention_dropout=0.0,
    use_cache=True)
VOCABULARY = 448
STD = 0.05


class Mtp(nn.Module):
    """Predicts token i + 2 from the normed state i and token i + 1."""

    def __init__(self, config):
        super().__init__()
        h, eps = config.hidden_size, config.rms_norm_eps
        self.enorm, self.hnorm = (ds.DeepseekV3RMSNorm(h, eps)
                                  for _ in range(2))
        self.eh_proj = nn.Linear(2 * h, h, bias=False)
        self.layer = ds.DeepseekV3DecoderLayer(
            config, config.num_hidden_layers)
        self.norm = ds.DeepseekV3RMSNorm(h, eps)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=STD)
        self.layer.mlp.gate.e_score_correction_bias.zero_()

    def forward(self, model, embedded, state):
        x = self.eh_proj(torch.cat(
            (self.enorm(embedded), self.hnorm(state)), -1))
        n = x.shape[1]
        at = torch.arange(n)[None]
        mask = torch.full((n, n), torch.finfo(x.dtype).min).triu(1)
        x = self.layer(x, attention_mask=mask[None, None], position_ids=at,
                       position_embeddings=model.model.rotary_emb(x, at))
        return model.lm_head(self.norm(x))


def write_folder(folder):
    """Everything but the weights; returns the tokenizer.json."""
    t = tok.build('deepseek', VOCABULARY, text=data.tokenizer_corpus())
    at = tok.ids(t)
    ends = dict(bos_token_id=at[tok.BOS], eos_token_id=at[tok.EOS])
    tok.write_json(f'{folder}/tokenizer.json', t)
    tok.write_json(f'{folder}/tokenizer_config.json',
                   tok.tokenizer_config('deepseek'))
    tok.write_json(f'{folder}/config.json',
                   CONFIG | dict(vocab_size=tok.count(t)) | ends)
    tok.write_json(f'{folder}/generation_config.json', dict(
        _from_model_config=True, do_sample=False, **ends))
    data.write_held_out(f'{folder}/heldout.jsonl')
    return t


def new_model(folder, seed, experts='grouped_mm'):
    t = write_folder(folder)
    torch.manual_seed(seed)
    c = DeepseekV3Config.from_pretrained(folder)
    c._attn_implementation = 'eager'
    c._experts_implementation = experts
    c.initializer_range = STD
    model = DeepseekV3ForCausalLM(c).float()
    coder = tok.Tokenizer.from_str(json.dumps(t))
    return model, Mtp(c).float(), coder, tok.ids(t)


def state_dict(model, mtp):
    """R1's names, bf16; the layer after the last is the extra one.

    transformers keeps a layer's experts in two tensors; a stored expert has
    three of its own.
    """
    c, out = model.config, {}
    at = f'model.layers.{c.num_hidden_layers}'
    both = dict(model.state_dict())
    both |= {f'{at}.{k}': v for k, v in mtp.layer.state_dict().items()}
    for x in ('enorm', 'hnorm', 'eh_proj'):
        both[f'{at}.{x}.weight'] = getattr(mtp, x).weight.data
    both[f'{at}.shared_head.norm.weight'] = mtp.norm.weight.data
    both[f'{at}.shared_head.head.weight'] = model.lm_head.weight.data.clone()
    both[f'{at}.embed_tokens.weight'] = (
        model.model.embed_tokens.weight.data.clone())
    for name, w in both.items():
        w = w.detach()
        if name.endswith('experts.gate_up_proj'):
            for e, two in enumerate(w):
                gate, up = two.chunk(2)
                base = name.replace('gate_up_proj', str(e))
                out[f'{base}.gate_proj.weight'] = gate
                out[f'{base}.up_proj.weight'] = up
        elif name.endswith('experts.down_proj'):
            for e, one in enumerate(w):
                base = name.replace('down_proj', str(e))
                out[f'{base}.down_proj.weight'] = one
        else:
            out[name] = w
    return {k: (v.float() if k.endswith('e_score_correction_bias')
                else v.bfloat16()).contiguous() for k, v in out.items()}


def round_to_bf16(model, mtp):
    """What is stored; the correction biases are buffers and stay."""
    with torch.no_grad():
        for x in [*model.parameters(), *mtp.parameters()]:
            x.copy_(x.bfloat16().float())
