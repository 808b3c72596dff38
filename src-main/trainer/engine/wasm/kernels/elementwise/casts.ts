import { stripElements, typeBool, typeFloat32, typeInt32, typeInt64 } from '../layout';
import { address, argument } from '../task';
import { Cast } from './table';

function convert<From, To>(from: usize, to: usize, first: usize, last: usize): void {
  for (let index = first; index < last; index++) {
    // Through the wider whole numbers, so that a byte gets the last 8 bits of what a float is truncated to.
    const value = load<From>(from + index * sizeof<From>());
    if (isFloat<From>() && sizeof<To>() == 1) store<To>(to + index * sizeof<To>(), <To>(<i32>value));
    else store<To>(to + index * sizeof<To>(), <To>value);
  }
}

function convertToTruth<From>(from: usize, to: usize, first: usize, last: usize): void {
  for (let index = first; index < last; index++) {
    store<u8>(to + index, load<From>(from + index * sizeof<From>()) != <From>0 ? 1 : 0);
  }
}

function convertFrom<From>(from: usize, to: usize, target: i32, first: usize, last: usize): void {
  if (target == typeFloat32) convert<From, f32>(from, to, first, last);
  else if (target == typeInt32) convert<From, i32>(from, to, first, last);
  else if (target == typeInt64) convert<From, i64>(from, to, first, last);
  else if (target == typeBool) convertToTruth<From>(from, to, first, last);
  else convert<From, u8>(from, to, first, last);
}

/** Floats are truncated towards 0; what is out of a whole number's range becomes its end, NaN 0. */
export function cast(task: i32): void {
  const from = address(Cast.from);
  const to = address(Cast.to);
  const source = argument(Cast.source);
  const target = argument(Cast.target);
  const first = <usize>(task * stripElements);
  const last = <usize>min(argument(Cast.count), (task + 1) * stripElements);
  if (source == typeFloat32) convertFrom<f32>(from, to, target, first, last);
  else if (source == typeInt32) convertFrom<i32>(from, to, target, first, last);
  else if (source == typeInt64) convertFrom<i64>(from, to, target, first, last);
  else convertFrom<u8>(from, to, target, first, last);
}
