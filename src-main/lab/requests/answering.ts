/** Makes a request of a function that answers at once; what it throws becomes the refusal. */
export const answering =
  <Input, Output>(answer: (input: Input) => Output) =>
  (input: Input): Promise<Output> =>
    new Promise((resolve) => {
      resolve(answer(input));
    });

/** Makes a request of an action that answers nothing. */
export const doing = <Input>(act: (input: Input) => void) =>
  answering((input: Input) => {
    act(input);
    return {};
  });
