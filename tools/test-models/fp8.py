"""DeepSeek's fp8 blocks: e4m3 values, one float32 scale a block."""
import torch

LARGEST = 448.0


def spread(scale, shape, block):
    """A scale per element from a scale per block; edges may be ragged."""
    s = scale.repeat_interleave(block[0], 0).repeat_interleave(block[1], 1)
    return s[:shape[0], :shape[1]]


def store(w, block):
    """(e4m3, weight_scale_inv) of a float32 matrix."""
    rows, cols = [-(-n // size) for n, size in zip(w.shape, block)]
    scale = torch.empty(rows, cols)
    for i in range(rows):
        for j in range(cols):
            b = w[i * block[0]:(i + 1) * block[0],
                  j * block[1]:(j + 1) * block[1]]
            scale[i, j] = b.abs().max() / LARGEST
    return (w / spread(scale, w.shape, block)).to(torch.float8_e4m3fn), scale


def widen(q, scale, block):
    """bf16, as the weight is computed with; the scale is multiplied."""
    return (q.float() * spread(scale, q.shape, block)).bfloat16()
