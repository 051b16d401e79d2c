/** The parts of dynalite@4 that the twin uses. The package has no type declarations of its own. */
declare module 'dynalite/validations/index.js' {
  /**
   * Returns the input without fields that the operation does not have. Throws the same errors as
   * `checkValidations`.
   */
  export function checkTypes(input: unknown, types: object): object;
  /**
   * Adds the parsed expressions to the input.
   *
   * @throws an error with `statusCode` and `body`, which form DynamoDB's answer
   */
  export function checkValidations(input: object, types: object, custom: unknown, storage: object): void;
}
