/** A route of a product, and the scope that a call of it needs. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/apis/<product>`; a segment in braces is a parameter: `/reports/{id}`. */
  readonly path: string;
  /** `<product>/<name>`, as it stands in access tokens. */
  readonly scope: string;
}
