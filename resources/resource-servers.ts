import type { Catalogue } from '../core/catalogue/catalogue.ts';
import { type Resources, logicalId } from './cloudformation.ts';

/** Returns one Cognito resource server per product. Its scopes have the prefix `<product>/`. */
export function resourceServers(catalogue: Catalogue): Resources {
  return Object.fromEntries(
    Object.values(catalogue.products).map((product) => [
      logicalId('ResourceServer', product.id),
      {
        Type: 'AWS::Cognito::UserPoolResourceServer',
        Properties: {
          UserPoolId: { Ref: 'UserPool' },
          Identifier: product.id,
          Name: product.name,
          Scopes: Object.entries(product.scopes).map(([scope, description]) => ({
            ScopeName: scope.slice(product.id.length + 1),
            ScopeDescription: description,
          })),
        },
      },
    ]),
  );
}
