/** What an invocation ends with: the handler's answer, or its error as the Lambda service words it. */
export type Invocation =
  | { readonly ok: true; readonly payload: unknown }
  | {
      readonly ok: false;
      readonly error: {
        readonly errorType: string;
        readonly errorMessage: string;
        readonly trace: readonly string[];
      };
      /** The Lambda service refused the call, in the words of `errorMessage`: the function did not throw this. */
      readonly refusedByService?: true;
    };

/** The Lambda service: runs the production handlers, by the short names they bear in `functions/`. */
export interface Lambda {
  invoke(functionName: string, payload: unknown): Promise<Invocation>;
}
