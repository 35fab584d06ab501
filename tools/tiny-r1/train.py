#!/usr/bin/env python3
"""train.py [--steps N] [--out DIR]: makes test/models/tiny-r1.

A DeepSeek-V3 model with every part of R1 (see model.py) learns to add and
subtract in its thoughts, and a few puzzles. AdamW, float32, two threads; the
rate falls to zero over the steps, so that a seed and a number of steps decide
the weights. `--state FILE` keeps what a cut run goes on from.
Stored in bf16 and evaluated after that rounding; the last lines it prints are
the share of right held-out answers and the acceptance of the extra layer.
Then `make_reference.py` writes what Fathom is compared with.
"""
import argparse
import itertools
import os
import random
import time

# On a busy machine threads that spin for each other eat the time of both:
# a step took 4 s, and 0.7 s since.
os.environ.setdefault('OMP_WAIT_POLICY', 'passive')

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from torch import nn  # noqa: E402

import data  # noqa: E402
import judge  # noqa: E402
from model import ds, new_model, round_to_bf16, state_dict, tok  # noqa: E402

PUZZLES_FROM, MTP_FROM = 0.4, 0.75  # parts of the steps
POOL = 16  # batches drawn at once and sorted by length


def encode(coder, text):
    return coder.encode(text, add_special_tokens=False).ids


def pool(coder, at, size, seed, late):
    """`POOL` batches of (tokens, targets): only what the model says counts."""
    source = data.examples(seed, data.forbidden(), late)
    rows = []
    for ex in itertools.islice(source, POOL * size):
        head, tail = (encode(coder, x) for x in data.text(*ex))
        rows.append(([at[tok.BOS]] + head + tail, len(head) + 1))
    rows.sort(key=lambda row: len(row[0]))
    out = []
    for i in range(0, len(rows), size):
        some = rows[i:i + size]
        width = max(len(r) for r, _ in some) + 1  # the end says itself again
        x = torch.full((len(some), width), at[tok.EOS])
        y = torch.full((len(some), width), -100)
        for j, (r, skip) in enumerate(some):
            x[j, :len(r)] = torch.tensor(r)
            y[j, skip:len(r) + 1] = x[j, skip:len(r) + 1]
        out.append((x, y))
    random.Random(seed).shuffle(out)
    return out


def silence(at, size=8, width=192):
    """After the end only ends follow, also far after it."""
    x = torch.full((size, width), at[tok.EOS])
    x[:, 0] = at[tok.BOS]
    return x


def watch_gates(*modules):
    """A list that receives (gate, chosen experts) while training."""
    gates = []
    for m in itertools.chain(*(x.modules() for x in modules)):
        if isinstance(m, ds.DeepseekV3TopkRouter):
            m.register_forward_hook(lambda g, i, o: gates.append(
                (g, o[2])) if g.training else None)
    return gates


@torch.no_grad()
def balance(gates, speed):
    """Expert loads are evened by the bias alone, without a loss."""
    for g, chosen in gates:
        load = torch.bincount(chosen.flatten(), minlength=g.num_experts)
        load = load.float()
        g.e_score_correction_bias += speed * (load.mean() - load).sign()
    gates.clear()


def losses(model, mtp, x, y, ahead):
    state = model.model(x, use_cache=False).last_hidden_state
    loss = F.cross_entropy(
        model.lm_head(state[:, :-1]).flatten(0, 1), y[:, 1:].flatten())
    if not ahead:
        return loss, torch.zeros(())
    return loss, F.cross_entropy(mtp(
        model, model.model.embed_tokens(x[:, 1:-1]).detach(),
        state[:, :-2].detach()).flatten(0, 1), y[:, 2:].flatten())


def quiet_loss(model, at, prompts):
    """Cross entropy of ends after a whole answer."""
    x = torch.cat((prompts[:8], silence(at, len(prompts[:8]))[:, 1:]), 1)
    n = prompts.shape[1]
    out = model(x, use_cache=False).logits[:, n:-1]
    return F.cross_entropy(out.flatten(0, 1), x[:, n + 1:].flatten())


class Run:
    def __init__(self, a):
        self.a, self.step = a, 0
        self.model, self.mtp, self.coder, self.at = new_model(
            a.out, a.seed, a.experts)
        self.params = [*self.model.parameters(), *self.mtp.parameters()]
        self.opt = torch.optim.AdamW(
            self.params, lr=a.rate, betas=(0.9, 0.98), weight_decay=0.01,
            fused=True)
        self.gates = watch_gates(self.model, self.mtp)
        self.batches = []
        if a.state and os.path.exists(a.state):
            s = torch.load(a.state)
            self.model.load_state_dict(s['model'])
            self.mtp.load_state_dict(s['mtp'])
            self.opt.load_state_dict(s['opt'])
            self.step = s['step']

    def keep(self):
        torch.save(dict(model=self.model.state_dict(), step=self.step,
                        mtp=self.mtp.state_dict(),
                        opt=self.opt.state_dict()), self.a.state + '.new')
        os.replace(self.a.state + '.new', self.a.state)

    def batch(self):
        which, i = divmod(self.step, POOL)
        if i == 0 or not self.batches:
            late = which * POOL >= PUZZLES_FROM * self.a.steps
            self.batches = pool(self.coder, self.at, self.a.batch,
                                self.a.seed * 1_000_000 + which, late)
        return self.batches[i]

    def one(self):
        part = self.step / self.a.steps
        x, y = self.batch()
        self.opt.param_groups[0]['lr'] = self.a.rate * min(
            1, (self.step + 1) / 50, 1.01 - part)
        self.opt.zero_grad()
        loss, ahead = losses(self.model, self.mtp, x, y, part >= MTP_FROM)
        (loss + ahead).backward()
        if self.step % 32 == 31:
            (0.1 * quiet_loss(self.model, self.at, x)).backward()
        nn.utils.clip_grad_norm_(self.params, 1.0)
        self.opt.step()
        balance(self.gates, 1e-3 * min(1, 2 * (1 - part)))
        self.step += 1
        return loss.item(), ahead.item()

    def save(self):
        save_file(state_dict(self.model, self.mtp),
                  f'{self.a.out}/model.safetensors',
                  metadata=dict(format='pt'))


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument('--steps', type=int, default=2000)
    p.add_argument('--stop', type=int, help='end after this step')
    p.add_argument('--out', default=f'{tok.MODELS}/tiny-r1')
    p.add_argument('--state', help='kept every 100 steps, read at the start')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--rate', type=float, default=2e-3)
    p.add_argument('--batch', type=int, default=64)
    p.add_argument('--experts', default='grouped_mm')
    return p.parse_args()


def main():
    a = arguments()
    torch.set_num_threads(2)
    os.makedirs(a.out, exist_ok=True)
    run = Run(a)
    print(sum(x.numel() for x in run.params), 'parameters', flush=True)
    begin, first = time.time(), run.step
    while run.step < (a.stop or a.steps):
        loss, ahead = run.one()
        if run.step % 20 == 0:
            each = (time.time() - begin) / (run.step - first)
            print(f'{run.step} loss {loss:.4f} ahead {ahead:.4f} '
                  f'{each:.3f} s a step', flush=True)
        if a.state and run.step % 100 == 0:
            run.keep()
        if run.step % 200 == 0:
            print('held out', judge.accuracy(
                run.model, run.coder, run.at, 50), flush=True)
    round_to_bf16(run.model, run.mtp)  # what is stored is what is judged
    run.save()
    judge.report(run.model, run.mtp, run.coder, run.at)


if __name__ == '__main__':
    main()
