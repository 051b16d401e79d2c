import { type Placeholder, type Prerequisite, titleLimit } from '../catalogue/prerequisite.ts';
import type { NewTask } from '../tickets/ports.ts';
import { fillIn, say } from '../tickets/wording.ts';

/**
 * Builds the text of the task that asks the assignment group for the prerequisite.
 * @param description the requester's own words; may be empty
 * @param warning what whoever does the task has to know first
 * @returns a `title`, cut with an ellipsis if it is longer than a title may be, and a `text`
 */
export function prerequisiteTask(
  { task }: Prerequisite,
  values: Readonly<Record<Placeholder, string>>,
  description: string,
  warning?: string,
): Pick<NewTask, 'title' | 'text'> {
  const wish = description === '' ? [] : [say`The requester writes: ${description}`];
  return {
    title: cut(fillIn(task.title, values)),
    text: [...(warning === undefined ? [] : [warning]), fillIn(task.text, values), ...wish].join('\n'),
  };
}

function cut(title: string): string {
  const characters = Array.from(title);
  if (characters.length <= titleLimit) return title;
  return `${characters
    .slice(0, titleLimit - 1)
    .join('')
    .trimEnd()}…`;
}
