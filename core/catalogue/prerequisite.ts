/** What the texts of a prerequisite may mention, written in braces: `{company}`. */
export const placeholders = ['company', 'product', 'userId', 'assignmentGroup'] as const;
export type Placeholder = (typeof placeholders)[number];

/** The maximum number of characters in the title of a task, at any desk. */
export const titleLimit = 160;

/** Returns the fixed part of a text, in characters. */
export const withoutPlaceholders = (text: string): readonly string[] =>
  Array.from(text.replaceAll(/\{\w+\}/g, ''));

/**
 * Something that a person must do before access is given, such as creating an account in another system, and
 * what tickets say about it. Placeholders are filled in in `title`, `text`, `withdrawn`, `comesFirst` and
 * `confirmed`.
 */
export interface Prerequisite {
  /** Follows "the": `EWACS account`. */
  readonly name: string;
  /** Whose task it is. Without it, the task is one of the group that the request's region has. */
  readonly assignmentGroup?: string;
  /** The task that asks the assignment group for it. */
  readonly task: {
    readonly title: string;
    /** May have several lines. */
    readonly text: string;
    /** A note for the task's readers when the request that it belongs to is rolled back. */
    readonly withdrawn: string;
    /** The reason of a failure, for operators: the task was closed, and nothing came of it. */
    readonly unmet: string;
  };
  /** What the ticket of the request says. */
  readonly ticket: {
    /** Sentences: that everything else waits for it, and that it is there. */
    readonly comesFirst: string;
    readonly confirmed: string;
    /** Clauses: that it could not be asked for, and that it did not come in time or at all. */
    readonly notAskedFor: string;
    readonly notMet: string;
    /** What the requester is told to do after `notMet`. */
    readonly advice: string;
  };
}

/** A prerequisite of the catalogue, with the names of the form's variables that concern it. */
export interface CataloguePrerequisite extends Prerequisite {
  readonly variables: {
    /** In a request: `true` if what is required is there already. */
    readonly met: string;
    /** In the task: the id of what was created. */
    readonly id: string;
  };
}

/** Returns whose task the prerequisite is, given the group of the request's region. */
export const groupOf = ({ assignmentGroup }: Prerequisite, regionGroup: string): string =>
  assignmentGroup ?? regionGroup;

/** What is said of requests that wait for a prerequisite which the catalogue no longer has. */
const formerPrerequisite: Prerequisite = {
  name: 'prerequisite',
  task: {
    title: 'Prepare the access of {userId} for {company}',
    text: '{company} is to get access to {product}. Close this task as complete to let the request go on.',
    withdrawn:
      'The request that this task belongs to has been rolled back. There is nothing left to do here.',
    unmet: 'the task was closed as not completed',
  },
  ticket: {
    comesFirst: 'First, {assignmentGroup} is asked to prepare it by a task of its own.',
    confirmed: 'The task that comes first is completed. The request goes on by itself.',
    notAskedFor: 'the task that comes first could not be created',
    notMet: 'the task that comes first was not completed in time',
    advice: 'Please submit a new request.',
  },
};

/** Returns the catalogue's prerequisite, or neutral words if it has none any more. */
export const prerequisiteOf = ({
  prerequisite,
}: {
  readonly prerequisite?: Prerequisite | undefined;
}): Prerequisite => prerequisite ?? formerPrerequisite;
