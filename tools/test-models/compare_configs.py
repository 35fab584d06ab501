#!/usr/bin/env python3
"""compare_configs.py FATHOM [MODEL_TYPE...]: which values of keys are taken.

Gives each key of a configuration in turn each of a few values, and asks
transformers, by a model that answers three tokens, and `fathom compile
--emit=model`. Names what transformers takes and Fathom refuses, with Fathom's
words: each has to be something that is not computed.
"""
import copy
import json
import os
import subprocess
import sys
import tempfile

import torch
from transformers import AutoConfig, AutoModelForCausalLM

import make_variants

VALUES = [None, False, True, 0, 0.0, 1, 1.0, 2, '', [], {}]
MORE = ['attention_bias', 'mlp_bias', 'head_dim', 'rope_scaling',
        'rope_parameters', 'sliding_window', 'use_sliding_window',
        'max_window_layers', 'layer_types', 'partial_rotary_factor',
        'quantization_config', 'attention_dropout', 'hidden_dropout',
        'original_max_position_embeddings', 'torch_dtype', 'dtype',
        'use_mrope', 'scoring_func', 'topk_method', 'moe_layer_freq',
        'ep_size', 'aux_loss_alpha', 'seq_aux', 'num_nextn_predict_layers',
        'qk_head_dim', 'num_local_experts', 'rope_interleave', 'n_group',
        'topk_group', 'qk_layernorm', 'logit_scale', 'attention_multiplier',
        'attn_logit_softcapping', 'final_logit_softcapping', 'use_qk_norm',
        'pretraining_tp', 'use_cache', 'tokenizer_class', 'auto_map',
        'output_attentions', 'return_dict', 'is_decoder', 'bos_token_id',
        'pad_token_id', 'chunk_size_feed_forward', 'architectures',
        'transformers_version', 'initializer_range', 'num_experts',
        'tie_word_embeddings', 'is_encoder_decoder', 'rope_theta']


def is_taken(config):
    """Whether transformers makes a model of it that answers."""
    try:
        made = AutoConfig.for_model(**config)
        made._experts_implementation = 'eager'
        model = AutoModelForCausalLM.from_config(
            made, attn_implementation='eager')
        logits = model(torch.tensor([[1, 2, 3]]), use_cache=False).logits
        return bool(torch.isfinite(logits).all())
    except Exception:  # Whatever it is that it cannot do.
        return False


def refusal(fathom, config, folder):
    path = os.path.join(folder, 'config.json')
    with open(path, 'w') as file:
        json.dump(config, file)
    ran = subprocess.run([fathom, 'compile', path, '--emit=model', '-o',
                          os.path.join(folder, 'out.mlir')],
                         capture_output=True, text=True)
    return ran.stderr.strip() if ran.returncode else ''


@torch.no_grad()
def main(fathom, *types):
    asked = 0
    for base in (make_variants.LLAMA, make_variants.QWEN2,
                 make_variants.DEEPSEEK):
        if types and base['model_type'] not in types:
            continue
        for key in sorted({*base, *MORE} - {'model_type'}):
            for value in [*copy.deepcopy(VALUES), 'absent']:
                config = {k: v for k, v in base.items() if k != key}
                if value != 'absent':
                    config[key] = value
                if not is_taken(copy.deepcopy(config)):
                    continue
                asked += 1
                with tempfile.TemporaryDirectory() as folder:
                    words = refusal(fathom, config, folder)
                if words:
                    print(f'{base["model_type"]}: {key} = {value!r}: '
                          f'{words.splitlines()[-1]}', flush=True)
    print(asked, 'configurations that transformers takes')


if __name__ == '__main__':
    torch.set_num_threads(1)
    main(*sys.argv[1:])
