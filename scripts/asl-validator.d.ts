/** Brings no types of its own. */
declare module 'asl-validator' {
  /** Adds a QueryLanguage to every state of the definition that it is given. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errorsText: (separator?: string) => string;
  };
}
