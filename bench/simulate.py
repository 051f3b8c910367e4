"""The noisy quadratic under SGD with numpy, vectorised over the seeds: the comparison of simulate.bench.ts."""
import sys
import time

import numpy as np

seeds, steps = int(sys.argv[1]), int(sys.argv[2])
h, sigma = np.array([1.0, 20.0]), 0.1
rates = 0.05 * (1 - np.arange(steps) / steps)
every = steps // 400
best = float("inf")
for _ in range(2):
    start = time.process_time()
    random = np.random.default_rng(0)
    theta = np.ones((seeds, 2))
    losses = []
    for k in range(steps):
        if k % every == 0:
            losses.append(0.5 * (h * theta * theta).sum(axis=1))
        theta -= rates[k] * (h * theta + sigma * random.standard_normal(theta.shape))
    best = min(best, time.process_time() - start)
print(best)
