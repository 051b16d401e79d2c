/** A route of a product, and the scope that is needed to call it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path below `/apis/<product>`. A segment in braces is a parameter: `/reports/{id}`. */
  readonly path: string;
  /** `<product>/<name>`, as it stands in access tokens. */
  readonly scope: string;
}
