#pragma once
// Arithmetic on whole tensors of float32: parameters, their velocities and gradients, and what becomes of them in a step. Memory bounds it: every
// element is read and written once.
#include <algorithm>

#include "../threads/threads.h"
#include "vectors.h"

namespace updates {

/** So many elements are a task: from two on several threads are worth their start. */
constexpr int64_t perTask = 1 << 14;

static inline int tasks(int64_t length) { return static_cast<int>((length + perTask - 1) / perTask); }

/** A vector of which only the first `count` elements are there; the others are zeros. */
static inline Vec loadSome(const float* from, int64_t count) {
  Vec value = {};
  std::memcpy(&value, from, sizeof(float) * count);
  return value;
}

/** step(place, read, write) for every vector of `length` elements: read(from) loads and write(to, vector) stores there. */
template <typename Step>
static void forVectors(int64_t length, const Step& step) {
  parallelFor(tasks(length), [&](int task) {
    int64_t place = task * perTask;
    const int64_t end = std::min(length, place + perTask);
    for (; place + lanes <= end; place += lanes) {
      step([&](const float* from) { return load(from + place); }, [&](float* to, Vec value) { store(to + place, value); });
    }
    if (place == end) return;
    const int64_t rest = end - place;
    step([&](const float* from) { return loadSome(from + place, rest); },
         [&](float* to, Vec value) { std::memcpy(to + place, &value, sizeof(float) * rest); });
  });
}

struct Momentum {
  float learningRate, momentum, weightDecay;
  bool isNesterov;
};

/** v ← μ·v + g + λ·θ; θ ← θ − η·v, or with Nesterov's step θ − η·(g + λ·θ + μ·v). */
static void momentum(const float* parameter, const float* velocity, const float* gradient, float* newParameter, float* newVelocity,
                     int64_t length, const Momentum& settings) {
  const Vec rate = all(settings.learningRate), momentum = all(settings.momentum), decay = all(settings.weightDecay);
  forVectors(length, [&](const auto& read, const auto& write) {
    const Vec theta = read(parameter), decayed = read(gradient) + decay * theta;
    // Without momentum the velocity is forgotten, whatever it is: 0 · ∞ is no number.
    const Vec next = settings.momentum == 0 ? decayed : momentum * read(velocity) + decayed;
    write(newVelocity, next);
    write(newParameter, theta - rate * (settings.isNesterov ? decayed + momentum * next : next));
  });
}

/** x·factor + y. */
static void scaledSum(const float* x, float factor, const float* y, float* to, int64_t length) {
  forVectors(length, [&](const auto& read, const auto& write) { write(to, read(x) * all(factor) + read(y)); });
}

/** Σx², each task's in float32 lanes, all of them in float64. @param sums - room for a double each task. */
static double squaredNorm(const float* x, int64_t length, double* sums) {
  parallelFor(tasks(length), [&](int task) {
    const int64_t first = task * perTask, end = std::min(length, first + perTask);
    Vec squares[4] = {};
    int64_t place = first;
    for (; place + 4 * lanes <= end; place += 4 * lanes) {
      for (int v = 0; v < 4; v++) {
        const Vec value = load(x + place + v * lanes);
        squares[v] += value * value;
      }
    }
    for (; place < end; place += lanes) {
      const Vec value = loadSome(x + place, std::min<int64_t>(lanes, end - place));
      squares[0] += value * value;
    }
    double sum = 0;
    for (int v = 0; v < 4; v++) {
      for (int lane = 0; lane < lanes; lane++) sum += squares[v][lane];
    }
    sums[task] = sum;
  });
  double sum = 0;
  for (int task = 0; task < tasks(length); task++) sum += sums[task];
  return sum;
}

}  // namespace updates
