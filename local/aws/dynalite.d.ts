/** dynalite@4 has no types of its own: this is as much of it as is used. */
declare module 'dynalite/validations/index.js' {
  /** The input without what the operation does not have. Throws as `checkValidations`. */
  export function checkTypes(input: unknown, types: object): object;
  /** Throws an error with `statusCode` and `body`, which is what DynamoDB answers. Adds the parsed expressions to the input. */
  export function checkValidations(input: object, types: object, custom: unknown, storage: object): void;
}
