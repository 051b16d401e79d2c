import { describe, expect, test } from 'vitest';
import { readCode } from '../../functions/credential-pickup/read-code.ts';

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';
const read = (contentType: string | undefined, body: string | Buffer) =>
  readCode(contentType, Buffer.from(body));
const missing = {
  refusal: {
    status: 422,
    code: 'code_missing',
    title: 'The code is missing: eight letters and digits, with or without the hyphen.',
  },
};
const otherType = {
  refusal: {
    status: 415,
    code: 'unsupported_media_type',
    title: `The body must be one of: ${form}, ${json}.`,
  },
};
const tooLarge = { refusal: { status: 413, code: 'too_large', title: 'The body is larger than 4 KB.' } };

describe('X-5 the code of a POST', () => {
  test.each([
    [form, 'code=7K3M-01XZ'],
    [`${form}; charset=UTF-8`, 'other=1&code=7K3M-01XZ'],
    [form, 'code=7K3M%2D01XZ&submit='],
    [json, '{"code":"7K3M-01XZ","other":1}'],
    ['Application/JSON;charset=utf-8', ' {"code":"7K3M-01XZ"} '],
  ])('%s %s', (contentType, body) => {
    expect(read(contentType, body)).toEqual({ code: '7K3M01XZ' });
  });

  test('is read through whatever was typed around it, in 64 characters', () => {
    expect(read(form, 'code=+7k3m%0A01xz')).toEqual({ code: '7K3M01XZ' });
    expect(read(form, `code=${'-'.repeat(56)}7K3M01XZ`)).toEqual({ code: '7K3M01XZ' });
  });

  test.each(['x'.repeat(64), 'x'.repeat(65), `${' '.repeat(64)}7K3M01XZ`, '-'])(
    '%j cannot be one',
    (typed) => {
      expect(read(json, JSON.stringify({ code: typed }))).toEqual({
        refusal: {
          status: 422,
          code: 'code_malformed',
          title:
            'That cannot be a code, so no try was used up. A code has eight letters and digits, such as 7K3M-9QXZ.',
        },
      });
    },
  );

  test.each([
    [form, ''],
    [form, 'code='],
    [form, 'Code=7K3M-01XZ'],
    [form, '{"code":"7K3M-01XZ"}'],
    [json, ''],
    [json, '{'],
    [json, '[]'],
    [json, 'null'],
    [json, '"7K3M-01XZ"'],
    [json, '{"code":73}'],
    [json, '{"code":["7K3M-01XZ"]}'],
    [json, '{"code":null}'],
    [json, 'code=7K3M-01XZ'],
    [json, '{"code":""}'],
    [json, '{"__proto__":{"code":"7K3M-01XZ"}}'],
  ])('is missing in %s %j', (contentType, body) => {
    expect(read(contentType, body)).toEqual(missing);
  });

  test.each([
    undefined,
    '',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json+x',
    '__proto__',
    'constructor',
    'toString',
  ])('of type %j is not read', (contentType) => {
    expect(read(contentType, 'code=7K3M-01XZ')).toEqual(otherType);
  });

  test('in more than 4 KB is not read, whatever its type', () => {
    expect(read(form, `code=7K3M-01XZ&x=${'y'.repeat(4096 - 17)}`)).toEqual({ code: '7K3M01XZ' });
    expect(read(form, `code=7K3M-01XZ&x=${'y'.repeat(4097 - 17)}`)).toEqual(tooLarge);
    expect(read('text/plain', Buffer.alloc(5000))).toEqual(tooLarge);
  });
});
