import type { TranslationBundle } from '@jupyterlab/translation';

import { fieldOf, textOf } from './offers';
import type { Texts } from './offers';
import type { SubmitMemory } from './submitmemory';
import type { IJobRequest, IOffers, IRemoteJobs, JobOption } from './tokens';

/** What the user has written, as it comes back after a reload. */
export interface IDraft {
  readonly backend: string;
  readonly name: string;
  readonly folder: string;
  /** Null: what a new script begins with. */
  readonly script: string | null;
  /** What stands in the fields, as texts or values; null: what was last used. */
  readonly options: Readonly<Record<string, JobOption>> | null;
}

/** What the form needs. */
export interface ISubmitOptions {
  readonly jobs: IRemoteJobs;
  readonly memory: SubmitMemory;
  readonly draft: IDraft;
  /** Id of a draft that comes back. */
  readonly id?: string;
  readonly trans: TranslationBundle;
}

/** Why a request failed. */
export interface IFailure {
  readonly asked: 'submit' | 'test';
  readonly words: string;
  /** The answer was lost: the job may exist. */
  readonly lost: boolean;
}

/** What an error says. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The label of a choice. */
export function labelOf(
  offers: IOffers | null,
  name: string,
  value: string
): string {
  const field = offers && fieldOf(offers, name);
  const choice = field?.choices.find(one => one.value === value);
  return choice?.label ? choice.label : value;
}

/** What stands in the fields for values; strange names are left out. */
export function textsOf(
  { fields }: IOffers,
  given: Readonly<Record<string, JobOption>>
): Texts {
  return Object.fromEntries(
    fields
      .filter(({ name }) => name in given)
      .map(field => [field.name, textOf(field, given[field.name] ?? '')])
  );
}

/** What is submitted; a name or folder that is empty is left out. */
export function requestOf(
  { backend, name, folder }: IDraft,
  script: string,
  options: Readonly<Record<string, JobOption>>
): IJobRequest {
  const given = { name: name.trim(), folder: folder.trim() };
  return {
    backend,
    script,
    ...(given.name && { name: given.name }),
    ...(given.folder && { folder: given.folder }),
    options
  };
}
