/** asl-validator has no types of its own. */
declare module 'asl-validator' {
  /** Validates a definition. It adds a QueryLanguage to every state of the given object. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errorsText: (separator?: string) => string;
  };
}
