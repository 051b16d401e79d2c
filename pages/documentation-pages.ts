import { apiUrlOf, documentationUrlOf, openApiPath } from '../core/catalogue/addresses.ts';
import type { Brand, Product } from '../core/catalogue/catalogue.ts';
import { firstCallOf } from '../core/credentials/access-details.ts';
import { callErrors, type DocumentedError } from '../core/documentation/call-errors.ts';
import { limitsInWords, limitsOf } from '../core/documentation/limits.ts';
import type { DocumentationDependencies } from '../core/documentation/openapi.ts';
import { tokenErrors } from '../core/documentation/token-errors.ts';
import { programSections, value } from './copyable.ts';
import { firstCallPrograms } from './first-call.ts';
import { type Html, html } from './html.ts';
import { linked } from './linked.ts';
import { page } from './page.ts';

/** Stands for the client id in the programs. */
const clientIdPlaceholder = 'YOUR-CLIENT-ID';

/** Returns the page that lists the documentation of every product. */
export const productsPage = (documentation: DocumentationDependencies): string =>
  page(
    'APIs',
    html`
<h1>APIs</h1>
<p>How to call the APIs in the environment <strong>${documentation.environment}</strong>:</p>
${productList(documentation)}`,
  );

/** Returns the page for a product that there is not (404). */
export const unknownProductPage = (documentation: DocumentationDependencies): string =>
  page(
    'No such API',
    html`
<h1>There is no such API</h1>
<p>These are the APIs that there are:</p>
${productList(documentation)}`,
  );

const productList = ({ catalogue, publicUrl }: DocumentationDependencies): Html => html`<ul>
${Object.values(catalogue.products).map(
  ({ id, name, brand }) =>
    html`<li><a href="${documentationUrlOf(publicUrl, id)}">${name}</a> by ${catalogue.brands[brand]?.name ?? brand}</li>
`,
)}</ul>`;

/** Returns the documentation of a product for developers: how to call it, its routes, its limits, its errors. */
export function productPage(
  documentation: DocumentationDependencies,
  product: Product,
  brand: Brand | undefined,
): string {
  const { catalogue, environment, publicUrl } = documentation;
  const apiUrl = apiUrlOf(publicUrl, product.id);
  const tokenUrl = `${publicUrl}/oauth2/token`;
  return page(
    `${product.name} API, ${environment}`,
    html`
<p class="brand">${brand?.name ?? product.brand}</p>
<h1>${product.name} API</h1>
<p>How to call it in the environment <strong>${environment}</strong>.</p>
<nav aria-label="On this page"><ul>
<li><a href="#start">Addresses</a></li>
<li><a href="#token">Get a token and call</a></li>
<li><a href="#routes">Routes and scopes</a></li>
<li><a href="#limits">Limits</a></li>
<li><a href="#errors">Errors</a></li>
</ul></nav>
<h2 id="start">Addresses</h2>
<dl>
${value('API base address', 'api-url', apiUrl)}
${value('Token URL', 'token-url', tokenUrl)}
${value('OpenAPI description', 'openapi-url', apiUrl + openApiPath)}
</dl>
<p><a href="${apiUrl + openApiPath}">Open the description</a>, or give its address to a generator of clients. <a href="${publicUrl}/.well-known/oauth-authorization-server">The metadata of the token endpoint</a> are what libraries for OAuth ask for.</p>
<p class="unseen" role="status"></p>
${tokenSection(product, apiUrl, tokenUrl)}
<h2 id="routes">Routes and scopes</h2>
<p>The paths follow the base address. A token needs the scope of the route.</p>
<dl class="facts">
${product.routes.map(({ method, path, scope }) => routeGroup(product, method, path, scope))}
</dl>
<h2 id="limits">Limits</h2>
<ul>
${limitsInWords(limitsOf(catalogue, product.id)).map(
  (limit) => html`<li>${limit}</li>
`,
)}</ul>
<h2 id="errors">Errors</h2>
<p>An error is a problem (<a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>) with a stable <code>code</code>. If you ask the support about a refusal, tell them its <code>evaluationId</code>, or the header <code>x-amzn-requestid</code>. Answers without one of these codes come from the API itself.</p>
<dl class="facts">
${callErrors.map(errorGroup)}
</dl>
<p>A path is plain if it has no empty segment, no slash at the end, no <code>.</code> or <code>..</code>, and percent-encodes only what needs it: <code>%2F</code>, <code>%3F</code>, <code>%23</code> and <code>%25</code> are blocked. Put such values into the query or the body.</p>
<h3 id="token-errors">Errors of the token endpoint</h3>
<p>They have the form of <a href="https://www.rfc-editor.org/rfc/rfc6749#section-5.2">RFC 6749</a>: <code>error</code> and <code>error_description</code>.</p>
<dl class="facts">
${tokenErrors.map(errorGroup)}
</dl>
${brand === undefined ? html`` : html`<p class="soft">Questions? ${linked(brand.support)}</p>`}`,
    brand,
  );
}

function tokenSection(product: Product, apiUrl: string, tokenUrl: string): Html {
  const { scopes } = product.defaultTerms;
  const routes = product.routes.filter(({ scope }) => scopes.includes(scope));
  const programs = firstCallPrograms({
    clientId: clientIdPlaceholder,
    tokenUrl,
    scopes,
    firstCall: firstCallOf(apiUrl, product, routes.length === 0 ? product.routes : routes),
  });
  return html`<h2 id="token">Get a token and call</h2>
<p>Every call carries an access token in the header <code>Authorization: Bearer …</code>. A client gets it from the token endpoint by the grant <code>client_credentials</code>, with the client ID and the secret that it has picked up, and uses it until it expires: the answer says in <code>expires_in</code> after how many seconds.</p>
<p>Each of these does both. Replace <code>${clientIdPlaceholder}</code> by your client ID; the page on which you picked up the credentials has them with it. They ask for the client secret, so that it stands in no file and no history.</p>
${programs === undefined ? html`` : programSections(programs)}`;
}

const routeGroup = (
  { scopes, parameters }: Product,
  method: string,
  path: string,
  scope: string,
): Html => html`<div><dt><code>${method} ${path}</code></dt>
<dd>${scopes[scope] ?? ''}, with the scope <code>${scope}</code>${Object.entries(parameters).flatMap(
  ([name, pattern]) =>
    path.includes(`{${name}}`) ? [html`; <code>${name}</code> matches <code>${pattern}</code>`] : [],
)}</dd></div>
`;

const errorGroup = ({
  status,
  code,
  means,
  whatToDo,
}: DocumentedError): Html => html`<div id="${code}"><dt>${String(status)} <code>${code}</code> <a class="anchor" href="#${code}" aria-label="Link to ${code}">#</a></dt>
<dd>${withCode(sentence(means))}</dd>
<dd>What to do: ${withCode(whatToDo)}.</dd></div>
`;

const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;

/** Returns a text as markup. What is between backticks becomes code. */
const withCode = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;
