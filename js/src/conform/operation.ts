import type { Value } from './answer.js';
import type { Driver } from './driver.js';
import type { Decoder } from './json.js';
import { inputOf } from './question.js';

/** Reads its input, asks the component, and gives the `ok` object. */
export type Operation = (driver: Driver, input: string) => Value;

/** An operation with an input of this form. */
export function operation<T>(form: Decoder<T>, answer: (driver: Driver, input: T) => Value): Operation {
  return (driver, input) => answer(driver, inputOf(input, form));
}

/** Like {@link operation}, for texts of metadata. */
export function wholeOperation<T>(form: Decoder<T>, answer: (driver: Driver, input: T) => Value): Operation {
  return (driver, input) => answer(driver, inputOf(input, form, true));
}
