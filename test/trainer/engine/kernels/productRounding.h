#pragma once
// How far a Winograd convolution may be off whose factors (transformed inputs, filters, gradients) are rounded to bfloat16 before they are
// multiplied, while all else is float32: a model derived from the transforms alone. A factor f is off by at most u·|f|, u = 2⁻⁸, and,
// rounded to the nearest, by a variance of at most (u·f)²/3. A product of two is off by twice that share of its square; outputs are sums
// of products of other signs and places, whose variances add up.
#include <array>
#include <vector>

#include "maths/transforms.h"

namespace rounding {

constexpr double unit = 1.0 / 256;

/** Row by row what a transform along one axis makes of n values. */
template <size_t n, size_t m>
using Matrix = std::array<std::array<double, n>, m>;

template <size_t n, size_t m, void (*along)(const Vec*, Vec*)>
Matrix<n, m> matrixOf() {
  Matrix<n, m> matrix;
  for (size_t column = 0; column < n; column++) {
    Vec one[n] = {}, result[m];
    one[column] = all(1);
    along(one, result);
    for (size_t row = 0; row < m; row++) matrix[row][column] = result[row][0];
  }
  return matrix;
}

template <size_t n, size_t m>
Matrix<n, m> squared(Matrix<n, m> matrix) {
  for (auto& row : matrix)
    for (double& value : row) value *= value;
  return matrix;
}

/** A square of n × n values that read(row, column) gives, transformed along both axes: m × m, row by row. */
template <size_t n, size_t m, typename Read>
std::vector<double> bothWays(const Matrix<n, m>& matrix, const Read& read) {
  std::vector<double> result(m * m);
  for (size_t p = 0; p < m; p++)
    for (size_t q = 0; q < m; q++)
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) result[p * m + q] += matrix[p][i] * matrix[q][j] * read(i, j);
  return result;
}

/** Images [count][height][width][channels] of which what lies outside is 0. */
struct Values {
  int count, height, width, channels;
  std::vector<double> at;
  double operator()(int image, int row, int column, int channel) const {
    if (row < 0 || row >= height || column < 0 || column >= width) return 0;
    return at[((int64_t(image) * height + row) * width + column) * channels + channel];
  }
};

template <typename Scheme>
struct Points {
  static constexpr int side = Scheme::products;
  static int filterPoint(int product) {
    return filterValues * Scheme::filterOf(product / side) + Scheme::filterOf(product % side);
  }
};

/** Calls each(image, first row, first column) for every tile of outputs. */
template <typename Scheme, typename Each>
void forTiles(int count, int height, int width, const Each& each) {
  for (int image = 0; image < count; image++)
    for (int row = 0; row < height; row += Scheme::outputSide)
      for (int column = 0; column < width; column += Scheme::outputSide) each(image, row, column);
}

/** The products' inputs of a tile: [channel][product]. */
template <typename Scheme>
std::vector<std::vector<double>> inputsOf(const Values& x, int image, int row, int column) {
  const auto matrix = matrixOf<Scheme::inputSide, Scheme::products, Scheme::inputs>();
  std::vector<std::vector<double>> values;
  for (int channel = 0; channel < x.channels; channel++) {
    values.push_back(bothWays(matrix, [&](int i, int j) {
      return x(image, Scheme::firstInput(row) + i, Scheme::firstInput(column) + j, channel);
    }));
  }
  return values;
}

/** Variances of y, whose shape is given, from x and the taps of kernel [3,3,x's channels,y's channels]. */
template <typename Scheme>
std::vector<double> ofConvolution(const Values& x, const std::vector<double>& kernel, const Values& y) {
  constexpr int side = Scheme::products;
  const auto filter = matrixOf<3, filterValues, Scheme::filter>();
  const auto outputs = squared(matrixOf<side, Scheme::outputSide, Scheme::outputs>());
  std::vector<std::vector<double>> filters;
  for (int in = 0; in < x.channels; in++)
    for (int out = 0; out < y.channels; out++)
      filters.push_back(bothWays(filter, [&](int i, int j) { return kernel[(int64_t(3 * i + j) * x.channels + in) * y.channels + out]; }));
  std::vector<double> variances(y.at.size());
  forTiles<Scheme>(y.count, y.height, y.width, [&](int image, int row, int column) {
    const auto values = inputsOf<Scheme>(x, image, row, column);
    for (int out = 0; out < y.channels; out++) {
      std::vector<double> sums(side * side);
      for (int product = 0; product < side * side; product++)
        for (int in = 0; in < x.channels; in++) {
          const double exact = values[in][product] * filters[in * y.channels + out][Points<Scheme>::filterPoint(product)];
          sums[product] += 2 * unit * unit / 3 * exact * exact;
        }
      const auto found = bothWays(outputs, [&](int p, int q) { return sums[p * side + q]; });
      for (int i = 0; i < Scheme::outputSide && row + i < y.height; i++)
        for (int j = 0; j < Scheme::outputSide && column + j < y.width; j++)
          variances[((int64_t(image) * y.height + row + i) * y.width + column + j) * y.channels + out] =
              found[i * Scheme::outputSide + j];
    }
  });
  return variances;
}

/** Variances of the gradient [3,3,x's channels,dy's channels] of a filter. */
template <typename Scheme>
std::vector<double> ofFilterGradient(const Values& x, const Values& dy) {
  constexpr int side = Scheme::products;
  const auto gradient = matrixOf<Scheme::outputSide, side, Scheme::outputGrads>();
  const auto taps = squared(matrixOf<filterValues, 3, Scheme::filterGrads>());
  const int64_t filters = int64_t(x.channels) * dy.channels;
  std::vector<std::array<double, filterValues * filterValues>> sums(filters);
  forTiles<Scheme>(dy.count, dy.height, dy.width, [&](int image, int row, int column) {
    const auto values = inputsOf<Scheme>(x, image, row, column);
    for (int out = 0; out < dy.channels; out++) {
      const auto grads = bothWays(gradient, [&](int i, int j) { return dy(image, row + i, column + j, out); });
      for (int in = 0; in < x.channels; in++)
        for (int product = 0; product < side * side; product++) {
          const double exact = values[in][product] * grads[product];
          sums[int64_t(in) * dy.channels + out][Points<Scheme>::filterPoint(product)] += 2 * unit * unit / 3 * exact * exact;
        }
    }
  });
  std::vector<double> variances(9 * filters);
  for (int64_t pair = 0; pair < filters; pair++) {
    const auto found = bothWays(taps, [&](int i, int j) { return sums[pair][filterValues * i + j]; });
    for (int tap = 0; tap < 9; tap++) variances[tap * filters + pair] = found[tap];
  }
  return variances;
}

}  // namespace rounding
