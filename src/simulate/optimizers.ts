/**
 * Update rules as PyTorch 2 computes them (torch/optim/*.py, the single-tensor functions), in float64. Settings keep
 * PyTorch's names and defaults, momentum excepted, which the caller gives.
 */
export interface OptimizerSpec {
  readonly kind: OptimizerKind;
  /** sgd and rmsprop. */
  readonly momentum?: number;
  /** sgd. */
  readonly nesterov?: boolean;
  readonly dampening?: number;
  /** Added to the gradient; decoupled (θ ← θ − lr·λ·θ) in adamw. */
  readonly weight_decay?: number;
  /** adam and adamw. */
  readonly betas?: readonly [number, number];
  readonly amsgrad?: boolean;
  readonly eps?: number;
  /** rmsprop: smoothing of the squared gradient. */
  readonly alpha?: number;
  readonly centered?: boolean;
  /** adagrad. */
  readonly lr_decay?: number;
  readonly initial_accumulator_value?: number;
}

export type OptimizerKind = "sgd" | "adam" | "adamw" | "rmsprop" | "adagrad";

/** One optimizer's state. Changes θ and may overwrite g. */
export type Update = (theta: Float64Array, g: Float64Array, lr: number) => void;

export function optimizerOf(spec: OptimizerSpec, size: number): Update {
  return makers[spec.kind](spec, size);
}

const makers: Record<OptimizerKind, (spec: OptimizerSpec, size: number) => Update> = {
  sgd,
  adam: (spec, size) => adam(spec, size, false),
  adamw: (spec, size) => adam(spec, size, true),
  rmsprop,
  adagrad,
};

/** b ← μ b + (1 − dampening) g (b = g at the first step), θ ← θ − lr · b, or − lr · (g + μ b) with Nesterov. */
function sgd(
  { momentum: mu = 0, nesterov = false, dampening = 0, weight_decay = 0 }: OptimizerSpec,
  size: number,
): Update {
  const buffer = new Float64Array(size);
  let first = true;
  return (theta, g, lr) => {
    for (let i = 0; i < size; i++) {
      const gi = g[i]! + weight_decay * theta[i]!;
      let step = gi;
      if (mu !== 0) {
        const b = first ? gi : mu * buffer[i]! + (1 - dampening) * gi;
        buffer[i] = b;
        step = nesterov ? gi + mu * b : b;
      }
      theta[i]! -= lr * step;
    }
    first = false;
  };
}

/** m, v: running means of g and g²; θ ← θ − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps). */
function adam(spec: OptimizerSpec, size: number, decoupled: boolean): Update {
  const { betas = [0.9, 0.999], eps = 1e-8, weight_decay = decoupled ? 0.01 : 0, amsgrad = false } = spec;
  const [beta1, beta2] = betas;
  const m = new Float64Array(size);
  const v = new Float64Array(size);
  const largest = new Float64Array(amsgrad ? size : 0);
  let power1 = 1;
  let power2 = 1;
  return (theta, g, lr) => {
    power1 *= beta1;
    power2 *= beta2;
    const stepSize = lr / (1 - power1);
    const correction = Math.sqrt(1 - power2);
    for (let i = 0; i < size; i++) {
      let gi = g[i]!;
      if (decoupled) theta[i]! *= 1 - lr * weight_decay;
      else gi += weight_decay * theta[i]!;
      m[i]! += (gi - m[i]!) * (1 - beta1);
      v[i] = v[i]! * beta2 + (1 - beta2) * gi * gi;
      let second = v[i]!;
      if (amsgrad) second = largest[i] = Math.max(largest[i]!, second);
      theta[i]! -= (stepSize * m[i]!) / (Math.sqrt(second) / correction + eps);
    }
  };
}

/** s ← α s + (1 − α) g²; θ ← θ − lr · g / (√s + eps), the quotient gathered by momentum when there is some. */
function rmsprop(spec: OptimizerSpec, size: number): Update {
  const { momentum = 0, alpha = 0.99, eps = 1e-8, weight_decay = 0, centered = false } = spec;
  const square = new Float64Array(size);
  const mean = new Float64Array(size);
  const buffer = new Float64Array(size);
  return (theta, g, lr) => {
    for (let i = 0; i < size; i++) {
      const gi = g[i]! + weight_decay * theta[i]!;
      square[i] = square[i]! * alpha + (1 - alpha) * gi * gi;
      let s = square[i]!;
      if (centered) {
        mean[i]! += (gi - mean[i]!) * (1 - alpha);
        s -= mean[i]! * mean[i]!;
      }
      const step = gi / (Math.sqrt(s) + eps);
      buffer[i] = momentum * buffer[i]! + step;
      theta[i]! -= lr * (momentum > 0 ? buffer[i]! : step);
    }
  };
}

/** s ← s + g²; θ ← θ − lr / (1 + (t − 1) lr_decay) · g / (√s + eps). */
function adagrad(spec: OptimizerSpec, size: number): Update {
  const { lr_decay = 0, weight_decay = 0, initial_accumulator_value = 0, eps = 1e-10 } = spec;
  const sum = new Float64Array(size).fill(initial_accumulator_value);
  let t = 0;
  return (theta, g, lr) => {
    const rate = lr / (1 + t++ * lr_decay);
    for (let i = 0; i < size; i++) {
      const gi = g[i]! + weight_decay * theta[i]!;
      sum[i]! += gi * gi;
      theta[i]! -= (rate * gi) / (Math.sqrt(sum[i]!) + eps);
    }
  };
}
