/** The result of an invocation: the handler's answer, or its error in the Lambda service's format. */
export type Invocation =
  | { readonly ok: true; readonly payload: unknown }
  | {
      readonly ok: false;
      readonly error: {
        readonly errorType: string;
        readonly errorMessage: string;
        readonly trace: readonly string[];
      };
      /**
       * True if the Lambda service refused the call with `errorMessage`. In that case the function did not
       * throw.
       */
      readonly refusedByService?: true;
    };

/**
 * The Lambda service. It runs the production handlers by their short names, which are their folders in
 * `functions/`.
 */
export interface Lambda {
  invoke(functionName: string, payload: unknown): Promise<Invocation>;
}
