/* The noisy quadratic under SGD: the loop of src/simulate, for comparison. cc -O3 simulate.c -lm
 * xoroshiro128+ (Blackman and Vigna) and a 256-layer ziggurat with 56 bits of position, one 64-bit draw for each normal.
 * Prints seconds of processor time (best of five) and a sum that keeps the loop alive. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LAYERS 256
static const double TAIL = 3.6541528853610088, AREA = 0.00492867323399;
static double width[LAYERS], inner[LAYERS], height[LAYERS + 1];
typedef struct { uint64_t a, b; } Random;

static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static inline uint64_t next(Random *r) {
  uint64_t a = r->a, b = r->b, out = a + b;
  b ^= a;
  r->a = rotl(a, 24) ^ b ^ (b << 16);
  r->b = rotl(b, 37);
  return out;
}
static double uniform(Random *r) { return ((next(r) >> 11) + 0.5) / 9007199254740992.0; }
static double density(double x) { return exp(-0.5 * x * x); }

static void tables(void) {
  double edge[LAYERS + 1];
  edge[0] = AREA / density(TAIL);
  edge[1] = TAIL;
  for (int i = 2; i < LAYERS; i++) edge[i] = sqrt(-2 * log(AREA / edge[i - 1] + density(edge[i - 1])));
  edge[LAYERS] = 0;
  for (int i = 0; i < LAYERS; i++) {
    width[i] = edge[i] / 0x1p55;
    inner[i] = edge[i + 1] / edge[i] * 0x1p55;
    height[i] = density(edge[i]);
  }
  height[LAYERS] = 1;
}

static inline double normal(Random *r) {
  for (;;) {
    uint64_t bits = next(r);
    int layer = bits & 255;
    double u = (double)((int64_t)bits >> 8);
    if (fabs(u) < inner[layer]) return u * width[layer];
    if (layer == 0) {
      for (;;) {
        double x = -log(uniform(r)) / TAIL;
        if (-2 * log(uniform(r)) >= x * x) return u < 0 ? -TAIL - x : TAIL + x;
      }
    }
    double x = u * width[layer];
    if (height[layer] + uniform(r) * (height[layer + 1] - height[layer]) < density(x)) return x;
  }
}

int main(int argc, char **argv) {
  int seeds = atoi(argv[1]), steps = atoi(argv[2]), every = steps / 400;
  double h[2] = {1, 20}, sigma = 0.1, best = 1e9, sum = 0;
  double *rates = malloc(steps * sizeof *rates), *loss = malloc(401 * seeds * sizeof *loss);
  for (int k = 0; k < steps; k++) rates[k] = 0.05 * (1 - (double)k / steps);
  tables();
  for (int round = 0; round < 5; round++) {
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (int s = 0; s < seeds; s++) {
      Random r = {0x9e3779b97f4a7c15u * (s + 1), 0xbf58476d1ce4e5b9u ^ s};
      double theta[2] = {1, 1};
      for (int k = 0; k < steps; k++) {
        if (k % every == 0) loss[s * 401 + k / every] = 0.5 * (h[0] * theta[0] * theta[0] + h[1] * theta[1] * theta[1]);
        double check = 0;
        for (int i = 0; i < 2; i++) {
          double after = theta[i] - rates[k] * (h[i] * theta[i] + sigma * normal(&r));
          theta[i] = after;
          check += after - after;
        }
        if (check != 0) return 1;
      }
      sum += theta[0] + theta[1];
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double seconds = to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9;
    if (seconds < best) best = seconds;
  }
  printf("%.6f %.17g\n", best, sum + loss[0]);
  return 0;
}
