#pragma once
// Winograd's minimal filtering along one axis (Lavin & Gray 2016; Toom–Cook at the points named here): from values to products and back.
// Points that are halves and eighths are exact in binary, and these keep the rounding error at a few times that of the direct sum.
#include "vectors.h"

/** Four outputs of a 3-tap filter by six products: points 0, ±5/8, ±3/2, ∞. */
struct ThreeTaps {
  static constexpr float a = 0.625f, b = 1.5f, aa = a * a, bb = b * b;
  static constexpr float weightZero = 1 / (aa * bb), weightA = 1 / (2 * aa * (aa - bb)), weightB = 1 / (2 * bb * (bb - aa));

  /** Six inputs at the points. */
  static ALWAYS_INLINE void inputs(const Vec* d, Vec* out) {
    const Vec evenA = d[4] - bb * d[2], oddA = d[3] - bb * d[1];
    const Vec evenB = d[4] - aa * d[2], oddB = d[3] - aa * d[1];
    out[0] = (aa * bb) * d[0] + (d[4] - (aa + bb) * d[2]);
    out[1] = evenA + a * oddA;
    out[2] = evenA - a * oddA;
    out[3] = evenB + b * oddB;
    out[4] = evenB - b * oddB;
    out[5] = (aa * bb) * d[1] + (d[5] - (aa + bb) * d[3]);
  }
  /** Four outputs of the products. */
  static ALWAYS_INLINE void outputs(const Vec* m, Vec* out) {
    const Vec sumA = m[1] + m[2], differenceA = m[1] - m[2];
    const Vec sumB = m[3] + m[4], differenceB = m[3] - m[4];
    out[0] = m[0] + (sumA + sumB);
    out[1] = a * differenceA + b * differenceB;
    out[2] = aa * sumA + bb * sumB;
    out[3] = (a * aa) * differenceA + ((b * bb) * differenceB + m[5]);
  }
  /** The transpose: the gradients of four outputs at the points. */
  static ALWAYS_INLINE void outputGrads(const Vec* d, Vec* out) {
    const Vec evenA = d[0] + aa * d[2], oddA = d[1] + aa * d[3];
    const Vec evenB = d[0] + bb * d[2], oddB = d[1] + bb * d[3];
    out[0] = d[0];
    out[1] = evenA + a * oddA;
    out[2] = evenA - a * oddA;
    out[3] = evenB + b * oddB;
    out[4] = evenB - b * oddB;
    out[5] = d[3];
  }
  /** Three taps at the points. */
  static ALWAYS_INLINE void filter(const Vec* g, Vec* out) {
    const Vec evenA = weightA * (g[0] + aa * g[2]), oddA = (weightA * a) * g[1];
    const Vec evenB = weightB * (g[0] + bb * g[2]), oddB = (weightB * b) * g[1];
    out[0] = weightZero * g[0];
    out[1] = evenA + oddA;
    out[2] = evenA - oddA;
    out[3] = evenB + oddB;
    out[4] = evenB - oddB;
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

/** Four outputs of a 2-tap filter by five products: points ±3/8, ±5/4, ∞. */
struct TwoTaps {
  static constexpr float a = 0.375f, b = 1.25f, aa = a * a, bb = b * b;
  static constexpr float weightA = 1 / (2 * a * (aa - bb)), weightB = 1 / (2 * b * (bb - aa));

  /** Five inputs at the points. */
  static ALWAYS_INLINE void inputs(const Vec* d, Vec* out) {
    const Vec oddA = d[3] - bb * d[1], evenA = d[2] - bb * d[0];
    const Vec oddB = d[3] - aa * d[1], evenB = d[2] - aa * d[0];
    out[0] = oddA + a * evenA;
    out[1] = oddA - a * evenA;
    out[2] = oddB + b * evenB;
    out[3] = oddB - b * evenB;
    out[4] = (aa * bb) * d[0] + (d[4] - (aa + bb) * d[2]);
  }
  static ALWAYS_INLINE void outputs(const Vec* m, Vec* out) {
    const Vec sumA = m[0] + m[1], differenceA = m[0] - m[1];
    const Vec sumB = m[2] + m[3], differenceB = m[2] - m[3];
    out[0] = sumA + sumB;
    out[1] = a * differenceA + b * differenceB;
    out[2] = aa * sumA + bb * sumB;
    out[3] = (a * aa) * differenceA + ((b * bb) * differenceB + m[4]);
  }
  static ALWAYS_INLINE void outputGrads(const Vec* d, Vec* out) {
    const Vec evenA = d[0] + aa * d[2], oddA = d[1] + aa * d[3];
    const Vec evenB = d[0] + bb * d[2], oddB = d[1] + bb * d[3];
    out[0] = evenA + a * oddA;
    out[1] = evenA - a * oddA;
    out[2] = evenB + b * oddB;
    out[3] = evenB - b * oddB;
    out[4] = d[3];
  }
  static ALWAYS_INLINE void filter(Vec first, Vec second, Vec* out) {
    const Vec evenA = weightA * first, oddA = (weightA * a) * second;
    const Vec evenB = weightB * first, oddB = (weightB * b) * second;
    out[0] = oddA + evenA;
    out[1] = oddA - evenA;
    out[2] = oddB + evenB;
    out[3] = oddB - evenB;
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
  static constexpr int inputSide = 6, products = 6, outputSide = 4;
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
  static constexpr int inputSide = 9, products = 9, outputSide = 4;
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
  static constexpr int inputSide = 5, products = 9, outputSide = 8;
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
