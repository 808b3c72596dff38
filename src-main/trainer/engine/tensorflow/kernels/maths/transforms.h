#pragma once
// Winograd's minimal filtering along one axis (Lavin & Gray 2016; Toom–Cook at the points named here): from values to products and back.
// Points that are halves and eighths are exact in binary, and these keep the rounding error at a few times that of the direct sum.
#include "vectors.h"

/** Two pairs of points, ±a and ±b; every transform of an even and an odd half gives or takes a pair. */
template <typename Points>
struct Pairs {
  static constexpr float a = Points::a, b = Points::b, aa = a * a, bb = b * b;

  static ALWAYS_INLINE void combine(Vec evenA, Vec oddA, Vec evenB, Vec oddB, Vec* out) {
    out[0] = evenA + a * oddA;
    out[1] = evenA - a * oddA;
    out[2] = evenB + b * oddB;
    out[3] = evenB - b * oddB;
  }
  /** Four outputs of the products at the pairs, and of that at infinity. */
  static ALWAYS_INLINE void outputs(const Vec* m, Vec atInfinity, Vec* out) {
    const Vec sumA = m[0] + m[1], differenceA = m[0] - m[1];
    const Vec sumB = m[2] + m[3], differenceB = m[2] - m[3];
    out[0] = sumA + sumB;
    out[1] = a * differenceA + b * differenceB;
    out[2] = aa * sumA + bb * sumB;
    out[3] = (a * aa) * differenceA + ((b * bb) * differenceB + atInfinity);
  }
  /** The transpose: the gradients of four outputs at the pairs. */
  static ALWAYS_INLINE void outputGrads(const Vec* d, Vec* out) {
    combine(d[0] + aa * d[2], d[1] + aa * d[3], d[0] + bb * d[2], d[1] + bb * d[3], out);
  }
};

struct PointsOfThree {
  static constexpr float a = 0.625f, b = 1.5f;
};

/** Four outputs of a 3-tap filter by six products: points 0, ±5/8, ±3/2, ∞. */
struct ThreeTaps : Pairs<PointsOfThree> {
  static constexpr float weightZero = 1 / (aa * bb), weightA = 1 / (2 * aa * (aa - bb)), weightB = 1 / (2 * bb * (bb - aa));

  /** Six inputs at the points. */
  static ALWAYS_INLINE void inputs(const Vec* d, Vec* out) {
    out[0] = (aa * bb) * d[0] + (d[4] - (aa + bb) * d[2]);
    combine(d[4] - bb * d[2], d[3] - bb * d[1], d[4] - aa * d[2], d[3] - aa * d[1], out + 1);
    out[5] = (aa * bb) * d[1] + (d[5] - (aa + bb) * d[3]);
  }
  static ALWAYS_INLINE void outputs(const Vec* m, Vec* out) {
    Pairs::outputs(m + 1, m[5], out);
    out[0] += m[0];
  }
  static ALWAYS_INLINE void outputGrads(const Vec* d, Vec* out) {
    out[0] = d[0];
    Pairs::outputGrads(d, out + 1);
    out[5] = d[3];
  }
  /** Three taps at the points. */
  static ALWAYS_INLINE void filter(const Vec* g, Vec* out) {
    out[0] = weightZero * g[0];
    combine(weightA * (g[0] + aa * g[2]), weightA * g[1], weightB * (g[0] + bb * g[2]), weightB * g[1], out + 1);
    out[5] = g[2];
  }
  /** The transpose: the gradients of three taps. */
  static ALWAYS_INLINE void filterGrads(const Vec* m, Vec* out) {
    const Vec sumA = weightA * (m[1] + m[2]), differenceA = weightA * (m[1] - m[2]);
    const Vec sumB = weightB * (m[3] + m[4]), differenceB = weightB * (m[3] - m[4]);
    out[0] = weightZero * m[0] + (sumA + sumB);
    out[1] = a * differenceA + b * differenceB;
    out[2] = aa * sumA + (bb * sumB + m[5]);
  }
};

struct PointsOfTwo {
  static constexpr float a = 0.375f, b = 1.25f;
};

/** Four outputs of a 2-tap filter by five products: points ±3/8, ±5/4, ∞. */
struct TwoTaps : Pairs<PointsOfTwo> {
  /** Of +a and +b; those of −a and −b are their negatives. */
  static constexpr float weightA = 1 / (2 * a * (aa - bb)), weightB = 1 / (2 * b * (bb - aa));

  /** Five inputs at the points. */
  static ALWAYS_INLINE void inputs(const Vec* d, Vec* out) {
    combine(d[3] - bb * d[1], d[2] - bb * d[0], d[3] - aa * d[1], d[2] - aa * d[0], out);
    out[4] = (aa * bb) * d[0] + (d[4] - (aa + bb) * d[2]);
  }
  static ALWAYS_INLINE void outputs(const Vec* m, Vec* out) { Pairs::outputs(m, m[4], out); }
  static ALWAYS_INLINE void outputGrads(const Vec* d, Vec* out) {
    Pairs::outputGrads(d, out);
    out[4] = d[3];
  }
  static ALWAYS_INLINE void filter(Vec first, Vec second, Vec* out) {
    combine((weightA * a) * second, (weightA / a) * first, (weightB * b) * second, (weightB / b) * first, out);
    out[4] = second;
  }
  static ALWAYS_INLINE void filterGrads(const Vec* m, Vec& first, Vec& second) {
    first = weightA * (m[0] - m[1]) + weightB * (m[2] - m[3]);
    second = (weightA * a) * (m[0] + m[1]) + ((weightB * b) * (m[2] + m[3]) + m[4]);
  }
};

// A scheme: how `outputSide` outputs come from `inputSide` inputs by `products` products along one axis. Product p multiplies with the
// filter's value `filterOf(p)`, of which there are six in every scheme. An output at o reads inputs from firstInput(o) on.

constexpr int filterValues = 6;

/** A 3-tap filter with one zero before and after, moved by one; turned round, it is its own way back to the inputs. */
struct Unmoved {
  static constexpr int inputSide = 6, inputStep = 4, products = 6, outputSide = 4;
  static int filterOf(int product) { return product; }
  static int firstInput(int output) { return output - 1; }
  static ALWAYS_INLINE void inputs(const Vec* d, Vec* out) { ThreeTaps::inputs(d, out); }
  static ALWAYS_INLINE void outputs(const Vec* m, Vec* out) { ThreeTaps::outputs(m, out); }
  static ALWAYS_INLINE void outputGrads(const Vec* d, Vec* out) { ThreeTaps::outputGrads(d, out); }
  static ALWAYS_INLINE void filter(const Vec* g, Vec* out) { ThreeTaps::filter(g, out); }
  static ALWAYS_INLINE void filterGrads(const Vec* m, Vec* out) { ThreeTaps::filterGrads(m, out); }
};

/** What the two directions of a 3-tap filter moved by two share: its outer taps meet every other input, its middle tap the rest. */
struct MovedByTwo {
  static int filterOf(int product) { return product < 5 ? product : 5; }
  static ALWAYS_INLINE void filter(const Vec* g, Vec* out) {
    TwoTaps::filter(g[0], g[2], out);
    out[5] = g[1];
  }
  static ALWAYS_INLINE void filterGrads(const Vec* m, Vec* out) {
    TwoTaps::filterGrads(m, out[0], out[2]);
    out[1] = m[5];
  }
};

/** A 3-tap filter with one zero before and after, moved by two. */
struct Halving : MovedByTwo {
  static constexpr int inputSide = 9, inputStep = 8, products = 9, outputSide = 4;
  static int firstInput(int output) { return 2 * output - 1; }
  static ALWAYS_INLINE void inputs(const Vec* d, Vec* out) {
    const Vec outer[5] = {d[0], d[2], d[4], d[6], d[8]};
    TwoTaps::inputs(outer, out);
    for (int i = 0; i < 4; i++) out[5 + i] = d[2 * i + 1];
  }
  static ALWAYS_INLINE void outputs(const Vec* m, Vec* out) {
    TwoTaps::outputs(m, out);
    for (int i = 0; i < 4; i++) out[i] += m[5 + i];
  }
  static ALWAYS_INLINE void outputGrads(const Vec* d, Vec* out) {
    TwoTaps::outputGrads(d, out);
    for (int i = 0; i < 4; i++) out[5 + i] = d[i];
  }
};

/** The way back from the outputs of `Halving` to its inputs, with the filter turned round. */
struct Doubling : MovedByTwo {
  static constexpr int inputSide = 5, inputStep = 4, products = 9, outputSide = 8;
  static int firstInput(int output) { return output / 2; }
  static ALWAYS_INLINE void inputs(const Vec* d, Vec* out) {
    TwoTaps::inputs(d, out);
    for (int i = 0; i < 4; i++) out[5 + i] = d[i];
  }
  static ALWAYS_INLINE void outputs(const Vec* m, Vec* out) {
    Vec odd[4];
    TwoTaps::outputs(m, odd);
    for (int i = 0; i < 4; i++) {
      out[2 * i] = m[5 + i];
      out[2 * i + 1] = odd[i];
    }
  }
};
