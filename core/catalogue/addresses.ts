/** Returns the address below which a product's routes are called. */
export const apiUrlOf = (publicUrl: string, product: string): string => `${publicUrl}/apis/${product}`;

/** Returns the address of a product's documentation for developers. */
export const documentationUrlOf = (publicUrl: string, product: string): string =>
  `${publicUrl}/docs/${product}`;

/** The path of a product's OpenAPI description below its routes. No route of a product may have it. */
export const openApiPath = '/openapi.json';
