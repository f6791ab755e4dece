"""Two steps of one stage of self-supervised boosting in PyTorch (float64): writes boosting.json beside this file.

A classifier with the logit softplus(w.x + c) + d is trained on data against negatives by torch.optim.Adam with weight decay on w. The coefficient of its
feature maximises alpha mean f(data) - log mean exp(alpha f(negatives)) by bisection of the derivative. The log-likelihood of the model with that feature is exact, by
enumeration. `examples/boosting/tests/reference.rs` compares.
"""

import itertools
import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
PIXELS = 5
data = (torch.rand(30, PIXELS) < torch.tensor([0.7, 0.2, 0.5, 0.9, 0.4])).double()
negatives = (torch.rand(30, PIXELS) < 0.5).double()
bias = torch.randn(PIXELS) * 0.5
# Nearly the direction in which the means differ, so that the coefficient lies inside its range.
weights = (5 * (data.mean(0) - negatives.mean(0)) + torch.randn(PIXELS) * 0.2).requires_grad_()
offsets = torch.tensor([1.1, -0.7], requires_grad=True)  # c and d
start = {"weights": weights.tolist(), "offsets": offsets.tolist()}
RATE, DECAY = 0.05, 0.01

optimizer = torch.optim.Adam([{"params": [weights], "weight_decay": DECAY}, {"params": [offsets]}], lr=RATE)
softplus = torch.nn.functional.softplus


def feature(x):
    return softplus(x @ weights + offsets[0])


for _ in range(2):
    optimizer.zero_grad()
    loss = softplus(-feature(data) - offsets[1]).mean() + softplus(feature(negatives) + offsets[1]).mean()
    loss.backward()
    optimizer.step()

with torch.no_grad():
    on_data, on_negatives = feature(data), feature(negatives)

    def slope(alpha):
        tilted = torch.softmax(alpha * on_negatives, 0)
        return (on_data.mean() - tilted @ on_negatives).item()

    low, high = 0.0, 1.0
    if slope(1.0) > 0:
        low = 1.0
    elif slope(0.0) < 0:
        high = 0.0
    while high - low > 1e-14:
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    alpha = (low + high) / 2

    states = torch.tensor(list(itertools.product([0.0, 1.0], repeat=PIXELS)))

    def log_weight(x):
        return x @ bias + alpha * feature(x)

    log_z = torch.logsumexp(log_weight(states), 0)
    likelihood = (log_weight(data).mean() - log_z).item()

out = {
    "data": data.tolist(),
    "negatives": negatives.tolist(),
    "bias": bias.tolist(),
    "rate": RATE,
    "decay": DECAY,
    "start": start,
    "after_two_steps": {"weights": weights.tolist(), "offsets": offsets.tolist()},
    "coefficient": alpha,
    "log_z": log_z.item(),
    "log_likelihood": likelihood,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
