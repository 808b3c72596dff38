// What the lab's kernels compute, without TensorFlow, against loops in float64 written from the definitions. Ends with 1 and says which
// case is wrong; compilers' sanitizers see the rest.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "maths/directConvolution.h"
#include "maths/globalPooling.h"
#include "maths/pointConvolution.h"
#include "maths/pooledBatchNorm.h"
#include "maths/updates.h"
#include "maths/winogradFilter.h"
#include "maths/winogradGradient.h"
#include "mayUseMatrixUnit.h"
#include "productRounding.h"

namespace {

std::mt19937 chance(7);
int failures = 0;

/** Of exactly the size that is asked for, aligned as TensorFlow's tensors are, so that a step beyond the end is seen. */
template <typename T>
struct Buffer {
  explicit Buffer(int64_t count) : count(count), data(static_cast<T*>(std::aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64))) {}
  ~Buffer() { std::free(data); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  const int64_t count;
  T* const data;
};

double valueOf(float value) { return value; }
double valueOf(Bfloat16 value) {
  const uint32_t bits = uint32_t(value.bits) << 16;
  float number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}
/** Eighths in [−2, 2]: exact in bfloat16. */
void fill(float& to) { to = static_cast<float>(static_cast<int>(chance() % 33) - 16) / 8; }
void fill(Bfloat16& to) {
  float number;
  fill(number);
  uint32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  to.bits = static_cast<uint16_t>(bits >> 16);
}
template <typename T>
void fill(Buffer<T>& buffer) {
  for (int64_t index = 0; index < buffer.count; index++) fill(buffer.data[index]);
}

/** The largest deviation from what is right, against the largest that is right. */
template <typename T>
void expect(const std::string& name, const Buffer<T>& found, const std::vector<double>& right, double tolerance) {
  double deviation = 0, size = 1e-30;
  for (int64_t index = 0; index < found.count; index++) {
    const double difference = std::abs(valueOf(found.data[index]) - right[index]);
    deviation = difference <= deviation ? deviation : difference;  // not-a-number counts
    size = std::max(size, std::abs(right[index]));
  }
  if (deviation / size <= tolerance) return;
  std::printf("%s: off by %g of the largest\n", name.c_str(), deviation / size);
  failures++;
}

/**
 * Deviations in units of the standard deviation that is derived from how factors are rounded: on average at most one, and none beyond five.
 * @param variances - of the factors' rounding. @param end - the unit with which the results themselves are rounded.
 */
template <typename T>
void expectRounded(const std::string& name, const Buffer<T>& found, const std::vector<double>& right, const std::vector<double>& variances,
                   double end) {
  double size = 1e-30, squares = 0, worst = 0;
  for (const double value : right) size = std::max(size, std::abs(value));
  for (int64_t index = 0; index < found.count; index++) {
    const double difference = valueOf(found.data[index]) - right[index];
    const double variance = variances[index] + std::pow(end * right[index], 2) / 3 + std::pow(1e-6 * size, 2);
    squares += difference * difference / variance;
    const double ratio = std::abs(difference) / std::sqrt(variance);
    worst = ratio <= worst ? worst : ratio;  // not-a-number counts
  }
  const double typical = std::sqrt(squares / found.count);
  if (typical <= 1 && worst <= 5) return;
  std::printf("%s: off by %g standard deviations, at most by %g\n", name.c_str(), typical, worst);
  failures++;
}

struct Shape {
  int count, height, width, inputs, outputs, stride;
  int high() const { return (height + stride - 1) / stride; }
  int wide() const { return (width + stride - 1) / stride; }
  std::string name() const {
    return std::to_string(count) + "x" + std::to_string(height) + "x" + std::to_string(width) + ", " +
           std::to_string(inputs) + " to " + std::to_string(outputs) + ", stride " + std::to_string(stride);
  }
};

/** Calls each(place in x, place in the kernel, place in y) for every product of a convolution with one zero around. */
void forProducts(const Shape& s, const std::function<void(int64_t, int64_t, int64_t)>& each) {
  for (int n = 0; n < s.count; n++)
    for (int row = 0; row < s.high(); row++)
      for (int column = 0; column < s.wide(); column++)
        for (int i = 0; i < 3; i++)
          for (int j = 0; j < 3; j++) {
            const int y = row * s.stride + i - 1, x = column * s.stride + j - 1;
            if (y < 0 || y >= s.height || x < 0 || x >= s.width) continue;
            for (int in = 0; in < s.inputs; in++)
              for (int out = 0; out < s.outputs; out++)
                each(((int64_t(n) * s.height + y) * s.width + x) * s.inputs + in,
                     (int64_t(3 * i + j) * s.inputs + in) * s.outputs + out,
                     ((int64_t(n) * s.high() + row) * s.wide() + column) * s.outputs + out);
          }
}

template <typename T>
rounding::Values valuesOf(const Buffer<T>& from, int count, int height, int width, int channels) {
  rounding::Values values{count, height, width, channels, {}};
  for (int64_t index = 0; index < from.count; index++) values.at.push_back(valueOf(from.data[index]));
  return values;
}

/**
 * What is normalised in the same pass is what is normalised after it, but for the convolution's own rounding in between.
 * @param convolve - with an ending, to y; returns whether there was memory.
 */
template <typename T, typename Convolve>
void testNormalised(const Shape& s, const Buffer<T>& plain, double tolerance, const Convolve& convolve) {
  Buffer<float> mean(s.outputs), factor(s.outputs), offset(s.outputs);
  for (auto* buffer : {&mean, &factor, &offset}) fill(*buffer);
  Buffer<T> residual(plain.count), y(plain.count);
  fill(residual);
  for (const bool isAdded : {false, true}) {
    if (!convolve(Normalised<T>{mean.data, factor.data, offset.data, isAdded ? residual.data : nullptr, isAdded}, y.data)) failures++;
    std::vector<double> right(y.count);
    for (int64_t index = 0; index < y.count; index++) {
      const int channel = static_cast<int>(index % s.outputs);
      const double normal = (valueOf(plain.data[index]) - mean.data[channel]) * factor.data[channel] + offset.data[channel];
      right[index] = isAdded ? std::max(0.0, normal + valueOf(residual.data[index])) : normal;
    }
    expect("normalised convolution of " + s.name(), y, right, tolerance);
  }
}

template <typename T, typename Forward, typename Backward>
void testConvolution(const Shape& s, double tolerance) {
  const winograd::Images wide{s.count, s.height, s.width}, narrow{s.count, s.high(), s.wide()};
  Buffer<T> x(int64_t(s.count) * s.height * s.width * s.inputs), y(int64_t(s.count) * s.high() * s.wide() * s.outputs);
  Buffer<float> kernel(int64_t(9) * s.inputs * s.outputs);
  fill(x);
  fill(kernel);
  std::vector<double> right(y.count);
  forProducts(s, [&](int64_t from, int64_t weight, int64_t to) {
    right[to] += valueOf(x.data[from]) * kernel.data[weight];
  });
  const winograd::Filtering<Forward, T> filtering(x.data, {kernel.data, s.inputs, s.outputs, false}, y.data, wide, narrow);
  if (!filtering.run(sharedScratch(filtering.sharedLength()))) failures++;
  constexpr bool roundsFactors = !std::is_same<typename WordOf<T>::type, float>::value;
  const double end = std::is_same<T, float>::value ? 0 : rounding::unit;
  const rounding::Values inputs = valuesOf(x, s.count, s.height, s.width, s.inputs);
  const std::vector<double> weights(kernel.data, kernel.data + kernel.count);
  if constexpr (roundsFactors) {
    const rounding::Values outputs = valuesOf(y, s.count, s.high(), s.wide(), s.outputs);
    expectRounded("convolution of " + s.name(), y, right, rounding::ofConvolution<Forward>(inputs, weights, outputs), end);
  } else expect("convolution of " + s.name(), y, right, tolerance);

  testNormalised(s, y, tolerance, [&](const Normalised<T>& ending, T* to) {
    const winograd::Filtering<Forward, T, Normalised<T>> normalising(x.data, {kernel.data, s.inputs, s.outputs, false}, to, wide, narrow, ending);
    return normalising.run(sharedScratch(normalising.sharedLength()));
  });

  Buffer<T> dy(y.count), dx(x.count);
  fill(dy);
  std::vector<double> rightInput(x.count), rightFilter(kernel.count);
  forProducts(s, [&](int64_t from, int64_t weight, int64_t to) {
    rightInput[from] += valueOf(dy.data[to]) * kernel.data[weight];
    rightFilter[weight] += valueOf(dy.data[to]) * valueOf(x.data[from]);
  });
  const winograd::Filtering<Backward, T> back(dy.data, {kernel.data, s.outputs, s.inputs, true}, dx.data, narrow, wide);
  if (!back.run(sharedScratch(back.sharedLength()))) failures++;
  const rounding::Values gradients = valuesOf(dy, s.count, s.high(), s.wide(), s.outputs);
  if constexpr (roundsFactors) {
    std::vector<double> around;
    for (int tap = 8; tap >= 0; tap--)
      for (int out = 0; out < s.outputs; out++)
        for (int in = 0; in < s.inputs; in++) around.push_back(weights[(int64_t(tap) * s.inputs + in) * s.outputs + out]);
    expectRounded("input gradient of " + s.name(), dx, rightInput, rounding::ofConvolution<Backward>(gradients, around, inputs), end);
  } else expect("input gradient of " + s.name(), dx, rightInput, tolerance);

  Buffer<float> grad(kernel.count);
  const winograd::GradPlan plan(s.inputs);
  float* const sums = sharedScratch(plan.sumsLength(s.inputs, s.outputs));
  if (!winograd::filterGradient<Forward, T>(x.data, dy.data, grad.data, sums, plan, wide, narrow, s.inputs, s.outputs)) failures++;
  if constexpr (roundsFactors) {
    expectRounded("filter gradient of " + s.name(), grad, rightFilter, rounding::ofFilterGradient<Forward>(inputs, gradients), 0);
  } else expect("filter gradient of " + s.name(), grad, rightFilter, 1e-5);
}

template <typename T>
void testConvolutions(double tolerance) {
  // Sides that no tile divides, one pixel, channels that leave a part of a panel, filters larger than the inputs, tiles whose inputs all
  // lie inside, beside some that lack one column; and squares of the matrix unit: two of rows, not all there, several along the sum.
  for (const Shape& s : {Shape{2, 7, 9, 16, 48, 1}, Shape{1, 1, 1, 32, 16, 1}, Shape{3, 5, 4, 32, 32, 2}, Shape{1, 2, 3, 48, 16, 2},
                         Shape{1, 2, 2, 32, 640, 1}, Shape{2, 9, 12, 16, 16, 1}, Shape{2, 18, 15, 16, 16, 2}, Shape{29, 9, 4, 32, 16, 1},
                         Shape{1, 5, 3, 64, 48, 1}, Shape{1, 7, 5, 96, 48, 2}}) {
    if (s.stride == 1) testConvolution<T, Unmoved, Unmoved>(s, tolerance);
    else testConvolution<T, Halving, Doubling>(s, tolerance);
  }
}

template <typename T>
void testBatchNorm(int64_t count, int channels, double tolerance) {
  const std::string name = std::to_string(count) + " rows of " + std::to_string(channels);
  const batchNorm::Rows rows(count, channels);
  Buffer<T> x(count * channels), residual(x.count), y(x.count), dy(x.count), dx(x.count), passed(x.count);
  for (auto* buffer : {&x, &residual, &dy}) fill(*buffer);
  Buffer<float> factor(channels), offset(channels), mean(channels), shift(channels), slope(channels);
  for (auto* buffer : {&factor, &offset, &shift, &slope}) fill(*buffer);
  Buffer<double> sums(rows.sumsLength());
  batchNorm::moments(x.data, rows, sums.data);

  std::vector<double> means(channels), squares(channels), right(x.count), rightDx(x.count), sumDy(channels), sumProduct(channels);
  const auto forAll = [&](const std::function<void(int64_t, int)>& each) {
    for (int64_t index = 0; index < x.count; index++) each(index, static_cast<int>(index % channels));
  };
  forAll([&](int64_t index, int channel) { means[channel] += valueOf(x.data[index]) / count; });
  forAll([&](int64_t index, int channel) { squares[channel] += std::pow(valueOf(x.data[index]) - means[channel], 2); });
  Buffer<float> foundMean(channels), foundSquares(channels);
  for (int channel = 0; channel < channels; channel++) {
    foundMean.data[channel] = static_cast<float>(sums.data[channel]);
    foundSquares.data[channel] = static_cast<float>(sums.data[channels + channel]);
    mean.data[channel] = foundMean.data[channel];
  }
  expect("means of " + name, foundMean, means, 1e-5);
  expect("squares of " + name, foundSquares, squares, 1e-5);

  const batchNorm::Affine affine{mean.data, factor.data, offset.data};
  batchNorm::normalise<true, true>(x.data, residual.data, y.data, rows, affine);
  forAll([&](int64_t index, int channel) {
    const double normal = (valueOf(x.data[index]) - mean.data[channel]) * factor.data[channel] + offset.data[channel];
    right[index] = std::max(0.0, normal + valueOf(residual.data[index]));
  });
  expect("normalisation of " + name, y, right, tolerance);

  batchNorm::gradientSums<batchNorm::Passing::byOutput>(dy.data, x.data, y.data, passed.data, rows, affine, sums.data);
  forAll([&](int64_t index, int channel) {
    const double gradient = valueOf(y.data[index]) > 0 ? valueOf(dy.data[index]) : 0;
    sumDy[channel] += gradient;
    sumProduct[channel] += gradient * (valueOf(x.data[index]) - mean.data[channel]);
    rightDx[index] = factor.data[channel] * (gradient - shift.data[channel] -
                                             (valueOf(x.data[index]) - mean.data[channel]) * slope.data[channel]);
  });
  for (int channel = 0; channel < channels; channel++) {
    foundMean.data[channel] = static_cast<float>(sums.data[channel]);
    foundSquares.data[channel] = static_cast<float>(sums.data[channels + channel]);
  }
  expect("sums of gradients of " + name, foundMean, sumDy, 1e-5);
  expect("sums of products of " + name, foundSquares, sumProduct, 1e-5);
  batchNorm::inputGradient<batchNorm::Passing::everywhere>(passed.data, x.data, dx.data, rows, affine, shift.data, slope.data);
  expect("input gradient of " + name, dx, rightDx, tolerance);
}

/** Each window passes on its largest value, the first of equal ones, where that is positive. */
template <typename T>
void testPooled(int count, int height, int width, int channels, double tolerance) {
  const std::string name = "pooled " + std::to_string(height) + "x" + std::to_string(width) + " of " + std::to_string(channels);
  const batchNorm::Windows windows{count, height, width, channels};
  Buffer<T> x(int64_t(count) * height * width * channels), dx(x.count), y(windows.bands() * windows.wide() * channels), dy(y.count);
  Buffer<float> factor(channels), offset(channels), mean(channels), shift(channels), slope(channels);
  for (auto* buffer : {&x, &dy}) fill(*buffer);
  for (auto* buffer : {&factor, &offset, &mean, &shift, &slope}) fill(*buffer);
  const batchNorm::Affine affine{mean.data, factor.data, offset.data};
  const auto normal = [&](int64_t place) {
    const int channel = static_cast<int>(place % channels);
    return (valueOf(x.data[place]) - mean.data[channel]) * factor.data[channel] + offset.data[channel];
  };
  std::vector<double> right(y.count), passed(x.count), sumDy(channels), sumProduct(channels), rightDx(x.count);
  for (int64_t to = 0; to < y.count; to++) {
    const int64_t channel = to % channels, column = to / channels % windows.wide(), band = to / channels / windows.wide();
    const int64_t image = band / windows.high(), row = band % windows.high();
    int64_t largest = -1;
    for (int i = 0; i < 2; i++)
      for (int j = 0; j < 2; j++) {
        const int64_t place = ((image * height + 2 * row + i) * width + 2 * column + j) * channels + channel;
        if (normal(place) > (largest < 0 ? 0 : normal(largest))) largest = place;
      }
    if (largest < 0) continue;
    right[to] = normal(largest);
    passed[largest] = valueOf(dy.data[to]);
    sumDy[channel] += passed[largest];
    sumProduct[channel] += passed[largest] * (valueOf(x.data[largest]) - mean.data[channel]);
  }
  for (int64_t place = 0; place < x.count; place++) {
    const int channel = static_cast<int>(place % channels);
    rightDx[place] = factor.data[channel] * (passed[place] - shift.data[channel] - (valueOf(x.data[place]) - mean.data[channel]) * slope.data[channel]);
  }
  batchNorm::normalisePooled(x.data, y.data, windows, affine);
  expect(name, y, right, tolerance);
  Buffer<double> sums(windows.sumsLength());
  batchNorm::pooledGradientSums(dy.data, x.data, windows, affine, sums.data);
  Buffer<float> foundDy(channels), foundProduct(channels);
  for (int channel = 0; channel < channels; channel++) {
    foundDy.data[channel] = static_cast<float>(sums.data[channel]);
    foundProduct.data[channel] = static_cast<float>(sums.data[channels + channel]);
  }
  expect("sums of gradients, " + name, foundDy, sumDy, 1e-5);
  expect("sums of products, " + name, foundProduct, sumProduct, 1e-5);
  batchNorm::pooledInputGradient(dy.data, x.data, dx.data, windows, affine, shift.data, slope.data);
  expect("input gradient, " + name, dx, rightDx, tolerance);
}

template <typename T>
void testDirect(const Shape& s, double tolerance) {
  const winograd::Images images{s.count, s.height, s.width};
  Buffer<T> x(int64_t(s.count) * s.height * s.width * s.inputs), y(int64_t(s.count) * s.height * s.width * s.outputs), dy(y.count);
  Buffer<float> kernel(int64_t(9) * s.inputs * s.outputs), grad(kernel.count), sums(direct::filterSumsLength(images, s.inputs, s.outputs));
  for (auto* buffer : {&x, &dy}) fill(*buffer);
  fill(kernel);
  std::vector<double> right(y.count), rightFilter(kernel.count);
  forProducts(s, [&](int64_t from, int64_t weight, int64_t to) {
    right[to] += valueOf(x.data[from]) * kernel.data[weight];
    rightFilter[weight] += valueOf(x.data[from]) * valueOf(dy.data[to]);
  });
  if (!direct::convolve(x.data, kernel.data, y.data, images, s.inputs, s.outputs)) failures++;
  expect("direct convolution of " + s.name(), y, right, tolerance);
  testNormalised(s, y, tolerance, [&](const Normalised<T>& ending, T* to) {
    return direct::convolve(x.data, kernel.data, to, images, s.inputs, s.outputs, ending);
  });
  if (!direct::filterGradient(x.data, dy.data, grad.data, sums.data, images, s.inputs, s.outputs)) failures++;
  expect("direct filter gradient of " + s.name(), grad, rightFilter, 1e-5);
}

/** 1×1, by the definition: of every `stride`-th pixel. */
template <typename T>
void testPoint(const Shape& s, double tolerance) {
  const winograd::Images images{s.count, s.height, s.width};
  Buffer<T> x(int64_t(s.count) * s.height * s.width * s.inputs), y(int64_t(s.count) * s.high() * s.wide() * s.outputs);
  Buffer<T> dx(x.count), dy(y.count);
  Buffer<float> kernel(int64_t(s.inputs) * s.outputs), grad(kernel.count);
  Buffer<float> panels(points::panelsLength(s.inputs, s.outputs)), panelsBack(points::panelsLength(s.outputs, s.inputs));
  for (auto* buffer : {&x, &dy}) fill(*buffer);
  fill(kernel);
  std::vector<double> right(y.count), rightInput(x.count), rightFilter(kernel.count);
  for (int64_t to = 0; to < y.count; to++) {
    const int64_t pixel = to / s.outputs, column = pixel % s.wide(), row = pixel / s.wide() % s.high(), image = pixel / s.wide() / s.high();
    const int64_t first = ((image * s.height + row * s.stride) * s.width + column * s.stride) * s.inputs;
    for (int in = 0; in < s.inputs; in++) {
      const int64_t from = first + in, weight = int64_t(in) * s.outputs + to % s.outputs;
      right[to] += valueOf(x.data[from]) * kernel.data[weight];
      rightInput[from] += valueOf(dy.data[to]) * kernel.data[weight];
      rightFilter[weight] += valueOf(dy.data[to]) * valueOf(x.data[from]);
    }
  }
  const auto convolve = [&](const auto& ending, T* to) {
    return points::convolve<false>(x.data, kernel.data, to, images, s.stride, s.inputs, s.outputs, panels.data, ending);
  };
  if (!convolve(AsTheyAre(), y.data)) failures++;
  expect("1×1 convolution of " + s.name(), y, right, tolerance);
  testNormalised(s, y, tolerance, convolve);
  if (!points::convolve<true>(dy.data, kernel.data, dx.data, images, s.stride, s.outputs, s.inputs, panelsBack.data)) failures++;
  expect("1×1 input gradient of " + s.name(), dx, rightInput, tolerance);
  const winograd::GradPlan plan(s.inputs);
  Buffer<float> sums(points::sumsLength(plan, s.inputs, s.outputs));
  if (!points::filterGradient(x.data, dy.data, grad.data, sums.data, plan, images, s.stride, s.inputs, s.outputs)) failures++;
  expect("1×1 filter gradient of " + s.name(), grad, rightFilter, 1e-5);
}

template <typename T>
void testGlobalPooling(int count, int pixels, int channels, double tolerance) {
  const std::string name = "of " + std::to_string(count) + " images of " + std::to_string(pixels) + " pixels";
  const globalPooling::Images images{count, pixels, channels};
  Buffer<T> x(int64_t(count) * pixels * channels), dx(x.count), y(int64_t(count) * channels), dy(y.count);
  for (auto* buffer : {&x, &dy}) fill(*buffer);
  std::vector<double> right(y.count), rightDx(x.count);
  for (int64_t place = 0; place < x.count; place++) {
    const int64_t to = place / channels / pixels * channels + place % channels;
    right[to] += valueOf(x.data[place]) / pixels;
    rightDx[place] = valueOf(dy.data[to]) / pixels;
  }
  globalPooling::means(x.data, y.data, images);
  expect("means " + name, y, right, tolerance);
  globalPooling::meansGradient(dy.data, dx.data, images);
  expect("gradient of means " + name, dx, rightDx, tolerance);
}

void testUpdates(int64_t length) {
  const std::string name = " of " + std::to_string(length);
  Buffer<float> parameter(length), velocity(length), gradient(length), newParameter(length), newVelocity(length), sum(length);
  for (auto* buffer : {&parameter, &velocity, &gradient}) fill(*buffer);
  for (const float momentum : {0.0f, 0.875f}) {
    for (const bool isNesterov : {false, true}) {
      const updates::Momentum how{0.25f, momentum, 0.125f, isNesterov};
      std::vector<double> rightParameter(length), rightVelocity(length);
      for (int64_t at = 0; at < length; at++) {
        const double decayed = gradient.data[at] + 0.125 * parameter.data[at], next = momentum * velocity.data[at] + decayed;
        rightVelocity[at] = next;
        rightParameter[at] = parameter.data[at] - 0.25 * (isNesterov ? decayed + momentum * next : next);
      }
      updates::momentum(parameter.data, velocity.data, gradient.data, newParameter.data, newVelocity.data, length, how);
      expect("parameters" + name, newParameter, rightParameter, 1e-6);
      expect("velocities" + name, newVelocity, rightVelocity, 1e-6);
    }
  }
  std::vector<double> rightSum(length), rightNorm(1);
  for (int64_t at = 0; at < length; at++) {
    rightSum[at] = -0.375 * parameter.data[at] + gradient.data[at];
    rightNorm[0] += double(gradient.data[at]) * gradient.data[at];
  }
  updates::scaledSum(parameter.data, -0.375f, gradient.data, sum.data, length);
  expect("scaled sum" + name, sum, rightSum, 1e-6);
  Buffer<double> sums(updates::tasks(length));
  Buffer<float> norm(1);
  norm.data[0] = static_cast<float>(updates::squaredNorm(gradient.data, length, sums.data));
  expect("squared norm" + name, norm, rightNorm, 1e-6);
}

/** Kernels that are called from two threads at once: each has the threads and the scratch memory to itself while it computes. */
void testTurns() {
  const auto sum = [](int value) {
    for (int round = 0; round < 50; round++) {
      const Turn turn;
      float* const shared = sharedScratch(1000);
      parallelFor(1000, [&](int index) { shared[index] = static_cast<float>(value); });
      for (int index = 0; index < 1000; index++) {
        if (shared[index] != static_cast<float>(value)) std::abort();
      }
    }
  };
  std::thread other(sum, 2);
  sum(1);
  other.join();
}

/** Threads that have gone to sleep take part again: two tasks that each wait for the other to have begun both end. */
void testTogether() {
  if (threadCount() == 1) return;
  for (int round = 0; round < 5; round++) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> begun{0};
    const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    parallelFor(2, [&](int) {
      begun++;
      while (begun.load() < 2) {
        if (std::chrono::steady_clock::now() > last) return;
        std::this_thread::yield();
      }
    });
    if (begun.load() == 2 && std::chrono::steady_clock::now() < last) continue;
    std::printf("no other thread takes part\n");
    failures++;
    return;
  }
}

}  // namespace

int main() {
#if defined(__AMX_BF16__)
  if (!mayUseMatrixUnit()) return 2;
#endif
  testTurns();
  testTogether();
  for (const int64_t length : {1, lanes - 1, lanes, 4 * lanes + 3, 16384, 16385, 50000}) testUpdates(length);
  for (const int channels : {lanes, 4 * lanes, 5 * lanes}) {
    testGlobalPooling<float>(3, 49, channels, 1e-6);
    testGlobalPooling<Bfloat16>(17, 16, channels, 8e-3);
  }
  testConvolutions<float>(1e-5);
  testConvolutions<Bfloat16>(8e-3);  // half a unit of 2⁻⁷ at the ends
  testBatchNorm<float>(1000, 48, 1e-5);
  testBatchNorm<float>(3, 16, 1e-5);
  testBatchNorm<Bfloat16>(700, 80, 8e-3);
  testPooled<float>(3, 7, 5, 48, 1e-5);
  testPooled<Bfloat16>(70, 2, 4, 16, 8e-3);
  for (const Shape& s : {Shape{3, 7, 9, 1, 32, 1}, Shape{1, 1, 1, 3, 64, 1}, Shape{20, 5, 4, 4, 3 * lanes, 1}}) {
    testDirect<float>(s, 1e-5);
    testDirect<Bfloat16>(s, 8e-3);
  }
  // Several tasks, the last one not full, and channels that leave a part of a panel.
  for (const Shape& s : {Shape{3, 7, 9, 16, 32, 2}, Shape{1, 1, 1, 32, 16, 2}, Shape{5, 4, 5, 48, 3 * lanes, 1}, Shape{2, 6, 3, 16 * lanes, 48, 3}}) {
    testPoint<float>(s, 1e-5);
    testPoint<Bfloat16>(s, 8e-3);
  }
  std::printf("%d threads, %d wrong\n", threadCount(), failures);
  return failures == 0 ? 0 : 1;
}
