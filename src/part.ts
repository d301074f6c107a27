import { showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * A part of the page that is loaded when first used; null: the user was told why
 * not, unless somebody else says it (`quiet`).
 */
export async function part<T>(
  loading: Promise<T>,
  trans: TranslationBundle,
  quiet = false
): Promise<T | null> {
  try {
    return await loading;
  } catch (error) {
    if (quiet) {
      return null;
    }
    const words = error instanceof Error ? error.message : String(error);
    await showErrorMessage(
      trans.__('This part of the page could not be loaded'),
      trans.__(
        '%1. Try it again; reload the page when the server was updated.',
        words.replace(/\.$/, '')
      )
    );
    return null;
  }
}
