/** Markup that may be sent as it is. Only `html` makes it, so nothing else can pass for it. */
class Markup {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

export type { Markup as Html };

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Template tag for HTML. What stands in the template is taken as it is, backslashes too; every string put into it is escaped,
 * for text and for quoted attribute values alike.
 */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Markup | readonly Markup[])[]
): Markup {
  return new Markup(String.raw(parts, ...values.map(rendered)));
}

function rendered(value: string | Markup | readonly Markup[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => entities[character] ?? '');
  return value instanceof Markup ? value.toString() : value.join('');
}
