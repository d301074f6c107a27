import type { TranslationBundle } from '@jupyterlab/translation';

import type { IDescription, IShareKernel } from './tokens';

/** What another place told of a link, as it must be to be shown; null: it is something else. */
export function toldAbroad(answer: unknown): IDescription | null {
  const { name, size, revision, cells, once, outputs, ...more } =
    fields(answer);
  if (
    typeof name !== 'string' ||
    typeof size !== 'number' ||
    typeof revision !== 'number'
  ) {
    return null;
  }
  const { sender, updated, expires, kernel, options } = more;
  return {
    name,
    size,
    revision,
    sender: text(sender),
    updated: text(updated),
    expires: text(expires),
    once: once === true,
    outputs: outputs !== false,
    cells: typeof cells === 'number' ? cells : 0,
    kernel: kernelOf(kernel),
    kernel_here: null,
    kernels: [],
    options: { server: fields(fields(options).server) },
    mine: []
  };
}

/** That a browser got no answer: it is not told why. */
export function awayWords(host: string, trans: TranslationBundle): string {
  return trans.__(
    '%1 does not answer, or answers only people who are signed in there.',
    host
  );
}

function kernelOf(value: unknown): IShareKernel | null {
  const { name, display_name, language } = fields(value);
  return typeof name === 'string'
    ? { name, display_name: text(display_name), language: text(language) }
    : null;
}

function fields(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
