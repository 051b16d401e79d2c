import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** A check of a grant in the sources: its name, and the error that the caller receives. */
export interface Check {
  readonly name: string;
  readonly error: string | undefined;
}

const sources = globSync('core/tokens/*.ts').map((file) =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true),
);

type Body = ts.FunctionDeclaration | ts.ArrowFunction;

/** Every function of the token endpoint, by the name that it is called with. */
const functions = new Map<string, Body>();

for (const source of sources) {
  const visit = (node: ts.Node, within: string): void => {
    const name =
      (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) &&
      node.name !== undefined
        ? node.name.getText()
        : within;
    if (ts.isFunctionDeclaration(node)) functions.set(name, node);
    if (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) {
      const value = node.initializer;
      if (value !== undefined && ts.isArrowFunction(value)) functions.set(name, value);
    }
    ts.forEachChild(node, (child) => {
      visit(child, name);
    });
  };
  visit(source, '');
}

/** Returns the checks that a function makes, in order, each once. */
export function checksOf(name: string): readonly Check[] {
  const found = new Map<string, Check>();
  const within = new Set<ts.Node>();
  /** How many calls of `asSubjectToken` the walk is in: it reports `invalid_grant` as RFC 8693 wants it. */
  let asSubjectToken = 0;
  const walk = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'asSubjectToken') {
      asSubjectToken += 1;
      node.arguments.forEach(walk);
      asSubjectToken -= 1;
      return;
    }
    // A function is followed where it is called. One that is passed as an argument counts as called.
    if (ts.isArrowFunction(node) && !ts.isCallExpression(node.parent)) return;
    ts.forEachChild(node, walk);
    if (ts.isNewExpression(node) && node.expression.getText() === 'OAuthError') {
      const [error, , check] = node.arguments ?? [];
      add(literalIn(check), literalIn(error));
    }
    if (!ts.isCallExpression(node)) return;
    const called = ts.isPropertyAccessExpression(node.expression)
      ? node.expression.name.text
      : node.expression.getText();
    const [check, , error] = node.arguments;
    if (called === 'assertCheck') add(literalIn(check), errorIn(error));
    else {
      const body = functions.get(called)?.body;
      if (body === undefined || within.has(body)) return;
      within.add(body);
      walk(body);
      within.delete(body);
    }
  };
  const add = (check: string | undefined, error: string | undefined): void => {
    if (check === undefined || found.has(check)) return;
    const told = asSubjectToken > 0 && error === 'invalid_grant' ? 'invalid_request' : error;
    found.set(check, { name: check, error: told });
  };
  const body = functions.get(name)?.body;
  if (body === undefined) throw new Error(`core/tokens has no function ${name}`);
  walk(body);
  return [...found.values()];
}

/**
 * Returns the last of several texts, which names a check if nothing more specific does. For a template,
 * returns its beginning.
 */
function literalIn(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isConditionalExpression(node)) return literalIn(node.whenFalse);
  if (ts.isBinaryExpression(node)) return literalIn(node.right);
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => literalIn(span.expression) ?? '').join('');
  }
  throw new Error(`what is this check called? ${node.getText()}`);
}

/** Returns the code itself, or the first of a pair that is spread. */
function errorIn(node: ts.Node | undefined): string | undefined {
  if (node === undefined || !ts.isSpreadElement(node)) return literalIn(node);
  for (let around: ts.Node = node; !ts.isSourceFile(around); around = around.parent) {
    const statements =
      ts.isBlock(around.parent) || ts.isSourceFile(around.parent) ? around.parent.statements : [];
    for (const statement of statements) {
      for (const { name, initializer } of ts.isVariableStatement(statement)
        ? statement.declarationList.declarations
        : []) {
        const pair =
          initializer !== undefined && ts.isAsExpression(initializer) ? initializer.expression : undefined;
        if (
          name.getText() === node.expression.getText() &&
          pair !== undefined &&
          ts.isArrayLiteralExpression(pair)
        ) {
          return literalIn(pair.elements[0]);
        }
      }
    }
  }
  return undefined;
}
