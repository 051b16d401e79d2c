import type { Placeholder, Prerequisite } from '../catalogue/prerequisite.ts';
import type { NewTask } from '../tickets/ports.ts';
import { fillIn, say } from '../tickets/wording.ts';

/**
 * Builds the text of the task that asks the assignment group for the prerequisite.
 * @param description the requester's own words; may be empty
 * @returns a `title` of at most 160 characters, which is ServiceNow's limit, and a `text`
 */
export function prerequisiteTask(
  { task }: Prerequisite,
  values: Readonly<Record<Placeholder, string>>,
  description: string,
): Pick<NewTask, 'title' | 'text'> {
  const wish = description === '' ? [] : [say`The requester writes: ${description}`];
  return {
    title: Array.from(fillIn(task.title, values)).slice(0, 160).join(''),
    text: [fillIn(task.text, values), ...wish].join('\n'),
  };
}
