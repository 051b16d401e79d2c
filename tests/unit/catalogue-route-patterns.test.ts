import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Route } from '../../core/catalogue/route.ts';
import { covers, inseparable, overlaps, patternOf } from '../../core/catalogue/route-patterns.ts';

/** An IAM pattern by definition, over texts short enough to try them all. */
const texts = ['', ...letters(1), ...letters(2), ...letters(3), ...letters(4), ...letters(5), ...letters(6)];
function letters(length: number): readonly string[] {
  const shorter = length === 1 ? [''] : letters(length - 1);
  return shorter.flatMap((text) => ['a', 'b', '/'].map((letter) => text + letter));
}
const matchedBy = (pattern: string): readonly string[] => {
  const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
  return texts.filter((text) => expression.test(text));
};
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 4 });
const route = (text: string, scope: string): Route => {
  const [method, path = ''] = text.split(' ');
  return { method: method === 'POST' ? 'POST' : 'GET', path, scope };
};

describe('WF-6 routes as IAM sees them', () => {
  test('a parameter becomes the wildcard', () => {
    expect(patternOf({ method: 'GET', path: '/reports/{id}/pages/{n}' })).toBe('GET/reports/*/pages/*');
    expect(patternOf({ method: 'POST', path: '/reports' })).toBe('POST/reports');
  });

  test.each([
    ['GET/reports/*', 'GET/reports/7', true],
    ['GET/reports/*', 'GET/reports/7/admin', true],
    ['GET/reports/*', 'GET/reports/*/admin', true],
    ['GET/reports/*', 'GET/reports', false],
    ['GET/reports/*/admin', 'GET/reports/*', false],
    ['GET/a*a', 'GET/a', false],
    ['GET/reports', 'GET/reports', true],
    ['GET/reports', 'GET/*', false],
    ['POST/*', 'GET/reports', false],
  ])('%s covers %s: %s', (outer, inner, answer) => {
    expect(covers(outer, inner)).toBe(answer);
  });

  test.each([
    ['GET/reports/*/pages', 'GET/reports/latest/*', true],
    ['GET/reports/*/pages', 'GET/reports/latest', false],
    ['GET/a/*', 'GET/b/*', false],
    ['GET/*/a', 'GET/*/b', false],
    ['POST/reports', 'GET/reports', false],
    ['GET/reports', 'GET/reports', true],
  ])('%s overlaps %s: %s', (one, other, answer) => {
    expect(overlaps(one, other)).toBe(answer);
    expect(overlaps(other, one)).toBe(answer);
  });

  test('to cover is to match everything that the other matches', () => {
    fc.assert(
      fc.property(pattern, pattern, (outer, inner) => {
        // A letter that stands in no pattern, as it exists for every real route, keeps "everything" honest in a small alphabet.
        const everything = [...matchedBy(inner), inner.replaceAll('*', 'z')];
        const expression = new RegExp(`^${outer.replaceAll('*', '.*')}$`);
        expect(covers(outer, inner)).toBe(everything.every((text) => expression.test(text)));
      }),
      { numRuns: 300 },
    );
  });

  test('to overlap is to match one text in common', () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const common = new Set(matchedBy(one));
        expect(overlaps(one, other)).toBe(matchedBy(other).some((text) => common.has(text)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('WF-6 routes that no policy can tell apart', () => {
  const found = (...routes: readonly Route[]) =>
    inseparable(routes).map((group) => group.map(({ method, path }) => `${method} ${path}`));

  test('two that overlap, neither within the other, with different scopes', () => {
    const [pages, latest] = [
      route('GET /reports/{id}/pages', 'p/read'),
      route('GET /reports/latest/{part}', 'p/write'),
    ];
    expect(found(pages, latest)).toEqual([['GET /reports/{id}/pages', 'GET /reports/latest/{part}']]);
    expect(found(pages, { ...latest, scope: 'p/read' })).toEqual([]);
    expect(found(pages, { ...latest, method: 'POST' })).toEqual([]);
  });

  test('one within another is fine: it can be denied on its own', () => {
    expect(found(route('GET /reports/{id}', 'p/read'), route('GET /reports/{id}/admin', 'p/admin'))).toEqual(
      [],
    );
  });

  test('one between two others of other scopes: its denial would take the innermost along', () => {
    const [all, some, one] = [
      route('GET /a/{x}', 'p/all'),
      route('GET /a/b/{x}', 'p/some'),
      route('GET /a/b/c', 'p/all'),
    ];
    expect(found(all, some, one)).toEqual([['GET /a/{x}', 'GET /a/b/{x}', 'GET /a/b/c']]);
    expect(found(all, some, { ...one, scope: 'p/some' })).toEqual([]);
  });

  test('where nothing is found, allowing what is granted and denying what lies within it decides every call rightly', () => {
    const segment = fc.constantFrom('a', 'b', '{x}');
    const routes = fc.uniqueArray(
      fc.record({
        method: fc.constant('GET' as const),
        path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
        scope: fc.constantFrom('p/1', 'p/2', 'p/3'),
      }),
      { minLength: 2, maxLength: 5, selector: ({ path }) => path },
    );
    fc.assert(
      fc.property(routes, fc.subarray(['p/1', 'p/2', 'p/3']), (all, scopes) => {
        fc.pre(inseparable(all).length === 0);
        const granted = all.filter(({ scope }) => scopes.includes(scope)).map(patternOf);
        const denied = all
          .filter(({ scope }) => !scopes.includes(scope))
          .map(patternOf)
          .filter((hidden) => granted.some((wide) => covers(wide, hidden)));
        for (const called of all) {
          for (const filling of ['a', 'b', 'z']) {
            const path = called.path.replaceAll('{x}', filling);
            if (gatewayRoute(all, path) !== called) continue;
            const call = `GET${path}`;
            const allowed =
              granted.some((wide) => covers(wide, call)) && !denied.some((hidden) => covers(hidden, call));
            expect(allowed, `${path} as ${called.path}`).toBe(scopes.includes(called.scope));
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** API Gateway walks the tree of resources segment by segment, a literal before a parameter, and does not go back. */
function gatewayRoute(routes: readonly Route[], path: string): Route | undefined {
  const segments = path.split('/');
  const last = segments.reduce<readonly Route[]>((candidates, segment, depth) => {
    const literal = candidates.filter((candidate) => candidate.path.split('/')[depth] === segment);
    return literal.length > 0
      ? literal
      : candidates.filter((candidate) => candidate.path.split('/')[depth] === '{x}');
  }, routes);
  return last.find((candidate) => candidate.path.split('/').length === segments.length);
}
