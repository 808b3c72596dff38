#pragma once
// 1×1 convolutions of every `stride`-th pixel, as shortcuts that change the shape, and both their gradients: products of matrices. NHWC and
// [inputs, outputs], both multiples of `lanes`.
#include <algorithm>

#include "endings.h"
#include "filters.h"
#include "winogradGradient.h"

namespace points {

using winograd::Images;
using winograd::parts;
using winograd::wholePanels;

/** Pixels whose inputs and outputs stay in the first-level cache. */
constexpr int pixelsPerTask = 48;

/** Where the pixel of the outputs with a number lies in x. */
struct Pixels {
  Pixels(Images images, int stride)
      : images(images), stride(stride), high(parts(images.height, stride)), wide(parts(images.width, stride)),
        count(int64_t(images.count) * high * wide) {}
  int64_t at(int64_t pixel) const { return placeOf(cellOf(pixel)); }
  /** Calls each(index, place in x) for `count` pixels in order, from one on. */
  template <typename Each>
  void forEach(int64_t first, int count, const Each& each) const {
    Cell cell = cellOf(first);
    for (int index = 0; index < count; index++, cell.column++) {
      if (cell.column == wide) cell.column = 0, cell.row++;
      if (cell.row == high) cell.row = 0, cell.image++;
      each(index, placeOf(cell));
    }
  }
  /** Calls each(place in x) for those between that pixel and the next ones, to the right and below: every place belongs to one pixel. */
  template <typename Each>
  void forPassedOver(int64_t pixel, const Each& each) const {
    const int inImage = static_cast<int>(pixel % (high * wide));
    const int rows = std::min(stride, images.height - inImage / wide * stride);
    const int columns = std::min(stride, images.width - inImage % wide * stride);
    for (int index = 1; index < rows * columns; index++) each(at(pixel) + int64_t(index / columns) * images.width + index % columns);
  }
  const Images images;
  const int stride, high, wide;
  const int64_t count;

 private:
  struct Cell {
    int64_t image;
    int row, column;
  };
  Cell cellOf(int64_t pixel) const {
    const int inImage = static_cast<int>(pixel % (high * wide));
    return {pixel / (high * wide), inImage / wide, inImage % wide};
  }
  int64_t placeOf(const Cell& cell) const {
    return (cell.image * images.height + cell.row * stride) * images.width + cell.column * stride;
  }
};

/** Floats of a kernel in panels: [panels][depth][panel]. */
static inline int64_t panelsLength(int depth, int columns) { return int64_t(depth) * wholePanels(columns); }

/** A kernel [depth, columns]; where it `isTurned`, one [columns, depth]. */
template <bool isTurned>
static inline void toPanels(const float* kernel, int depth, int columns, float* panels) {
  for (int d = 0; d < depth; d += lanes) {
    for (int column = 0; column < wholePanels(columns); column += lanes) {
      Vec rows[lanes] = {};
      if (column < columns) {
        for (int row = 0; row < lanes; row++) {
          rows[row] = load(isTurned ? kernel + int64_t(column + row) * depth + d : kernel + int64_t(d + row) * columns + column);
        }
        if (isTurned) winograd::transpose(rows);
      }
      float* const to = panels + (int64_t(column / panel) * depth + d) * panel + column % panel;
      for (int row = 0; row < lanes; row++) store(to + row * panel, rows[row]);
    }
  }
}

/**
 * y [.., columns] = x [.., depth] times the kernel at every `stride`-th pixel, and what `ending` makes of it.
 * @tparam isBackward - x is the gradient of the outputs, y that of what they were made of: `ending` of zero at the pixels that were passed over.
 * @param images - before the outputs were made of them. @param panels - of panelsLength. @returns false where there is no memory.
 */
template <bool isBackward, typename T, typename Ending = AsTheyAre>
static bool convolve(const T* x, const float* kernel, T* y, Images images, int stride, int depth, int columns, float* panels,
                     const Ending& ending = {}) {
  const Pixels pixels(images, stride);
  toPanels<isBackward>(kernel, depth, columns, panels);
  std::atomic<bool> hasMemory{true};
  parallelFor(static_cast<int>((pixels.count + pixelsPerTask - 1) / pixelsPerTask), [&](int task) {
    float* const values = threadScratch(int64_t(pixelsPerTask) * (depth + panel));
    if (values == nullptr) return hasMemory.store(false);
    float* const sums = values + int64_t(pixelsPerTask) * depth;
    const int64_t first = int64_t(task) * pixelsPerTask;
    const int count = static_cast<int>(std::min<int64_t>(pixelsPerTask, pixels.count - first));
    int64_t places[pixelsPerTask];
    pixels.forEach(first, count, [&](int p, int64_t ownPlace) {
      places[p] = ownPlace;
      const T* const from = x + (isBackward ? first + p : ownPlace) * depth;
      for (int channel = 0; channel < depth; channel += lanes) store(values + int64_t(p) * depth + channel, load(from + channel));
      if (!isBackward) return;
      pixels.forPassedOver(first + p, [&](int64_t place) {
        for (int column = 0; column < columns; column += lanes) {
          const int64_t at = place * columns + column;
          ending.with(column, [&](const auto& end) { store(y + at, end(Vec{}, at)); });
        }
      });
    });
    for (int column = 0; column < columns; column += panel) {
      const LeftRows<float> left{values, depth};
      const float* const right = panels + int64_t(column) * depth;
      // Of a last panel that is half empty, only the other half.
      if (columns - column > lanes) multiplyRows<2>(count, left, right, depth, sums);
      else multiplyRows<1>(count, left, right, depth, sums);
      for (int half = 0; half < panel && column + half < columns; half += lanes) {
        ending.with(column + half, [&](const auto& end) {
          for (int p = 0; p < count; p++) {
            const int64_t place = (isBackward ? places[p] : first + p) * columns + column + half;
            store(y + place, end(load(sums + p * panel + half), place));
          }
        });
      }
    }
  });
  return hasMemory.load();
}

/** Floats for the sums of every part of the pixels: [parts][inputs][outputs in whole panels]. */
static inline int64_t sumsLength(const winograd::GradPlan& plan, int inputs, int outputs) {
  return plan.tileParts * panelsLength(inputs, outputs);
}

/**
 * The gradient [inputs, outputs] of the kernel, from x [.., inputs] and the gradient dy [.., outputs] of what it made of that.
 * @param sums - of sumsLength. @returns false where there is no memory.
 */
template <typename T>
static bool filterGradient(const T* x, const T* dy, float* grad, float* sums, const winograd::GradPlan& plan, Images images, int stride,
                           int inputs, int outputs) {
  const Pixels pixels(images, stride);
  const int columns = wholePanels(outputs), groups = inputs / lanes;
  const int64_t partLength = panelsLength(inputs, outputs);
  std::atomic<bool> hasMemory{true};
  parallelFor(plan.channelParts * plan.tileParts, [&](int task) {
    const int channelPart = task % plan.channelParts, part = task / plan.channelParts;
    const int firstChannel = groups * channelPart / plan.channelParts * lanes;
    const int channels = groups * (channelPart + 1) / plan.channelParts * lanes - firstChannel;
    const int64_t first = pixels.count * part / plan.tileParts, last = pixels.count * (part + 1) / plan.tileParts;
    float* const values = threadScratch(int64_t(pixelsPerTask) * (channels + columns));
    if (values == nullptr) return hasMemory.store(false);
    float* const grads = values + int64_t(pixelsPerTask) * channels;
    float* const ownSums = sums + part * partLength + int64_t(firstChannel) * columns;
    if (first == last) std::memset(ownSums, 0, sizeof(float) * channels * columns);
    for (int64_t start = first; start < last; start += pixelsPerTask) {
      const int count = static_cast<int>(std::min<int64_t>(pixelsPerTask, last - start));
      pixels.forEach(start, count, [&](int p, int64_t place) {
        const T* const from = x + place * inputs + firstChannel;
        for (int channel = 0; channel < channels; channel += lanes) {
          store(values + int64_t(channel) * pixelsPerTask + p * lanes, load(from + channel));
        }
        const T* const gradients = dy + (start + p) * outputs;
        for (int column = 0; column < columns; column += lanes) {
          float* const to = grads + (int64_t(column / panel) * pixelsPerTask + p) * panel + column % panel;
          store(to, column < outputs ? load(gradients + column) : Vec{});
        }
      });
      const auto addProduct =
          start == first ? multiply<columnRows, false, 2, LeftColumns<float>> : multiply<columnRows, true, 2, LeftColumns<float>>;
      for (int column = 0; column < columns; column += panel) {
        for (int channel = 0; channel < channels; channel += columnRows) {
          const LeftColumns<float> left{values + int64_t(channel / lanes) * lanes * pixelsPerTask + channel % lanes};
          addProduct(left, grads + int64_t(column) * pixelsPerTask, count, ownSums + int64_t(channel) * columns + column, columns);
        }
      }
    }
  });
  if (!hasMemory.load()) return false;
  parallelFor(inputs, [&](int channel) {
    for (int column = 0; column < outputs; column += lanes) {
      const float* const from = sums + int64_t(channel) * columns + column;
      Vec sum = load(from);
      for (int part = 1; part < plan.tileParts; part++) sum += load(from + part * partLength);
      store(grad + int64_t(channel) * outputs + column, sum);
    }
  });
  return true;
}

}  // namespace points
