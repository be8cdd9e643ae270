/**
 * What whoever publishes a model says of it that no program can measure: whose images it was trained on, who labelled them, how it fails.
 * The entry `pneumoscope.statement` of a model file, written by `card --statement`. Files of before have none.
 */
import { z } from 'zod';
import { budgets } from '../../base/budgets.ts';

/** A text in English, and in other languages by their BCP 47 tag, such as `zh-Hans`. */
export type LocalisedText = { readonly en: string } & Readonly<Record<string, string>>;

export interface Statement {
  /** Of the people on the training images, in years, both included; null: not known. */
  readonly ages: { readonly low: number; readonly high: number } | null;
  /** Where the training images were taken; empty: not known. */
  readonly hospitals: readonly LocalisedText[];
  /** The data set, where it can be had and under which licence. */
  readonly source: LocalisedText;
  /** Who labelled the images, and from what. */
  readonly labels: LocalisedText;
  /** Known failures, a sentence or two each, the gravest first. */
  readonly limits: readonly LocalisedText[];
}

const most = budgets.modelStatementTexts.limit;
const language = /^[a-z]{2,3}(-[A-Za-z\d]{2,8})*$/;

/** For the service's description as well: what a file may hold is what it answers. */
export const localisedTextSchema: z.ZodType<LocalisedText> = z
  .object({ en: z.string().trim().min(1).max(budgets.modelStatementCharacters.limit) })
  .catchall(z.string().trim().min(1).max(budgets.modelStatementCharacters.limit))
  .refine((texts) => Object.keys(texts).every((tag) => language.test(tag)), {
    error: 'a language is named by a tag such as en or zh-Hans',
  })
  .refine((texts) => Object.keys(texts).length <= most, { error: `there are more than ${most} languages` });

const years = z.number().min(0).max(150);

export const statementSchema: z.ZodType<Statement> = z.strictObject({
  ages: z
    .strictObject({ low: years, high: years })
    .refine(({ low, high }) => low <= high, { error: 'the lower age is above the higher' })
    .nullable(),
  hospitals: z.array(localisedTextSchema).max(most),
  source: localisedTextSchema,
  labels: localisedTextSchema,
  limits: z.array(localisedTextSchema).max(most),
});
