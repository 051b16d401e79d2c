import { problem, type WholeAnswer } from './whole-answer.ts';

type Headers = Readonly<Record<string, string>>;

/** What a program is told that sends a wrong code. */
export const wrongCodeProblem = (triesLeft: number, headers: Headers = {}): WholeAnswer =>
  problem(
    403,
    'wrong_code',
    'That is not the right code. The link is locked once no try is left.',
    { triesLeft },
    headers,
  );

/** What a program is told of a link that gives nothing, whatever the reason. */
export const linkGoneProblem = (headers: Headers = {}): WholeAnswer =>
  problem(
    410,
    'link_gone',
    'The link was used, has expired, is locked or was never valid. Ask for a new one.',
    {},
    headers,
  );
