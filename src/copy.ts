import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

/** Copy a text; false where the browser forbids it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copy a link and say so; false where the browser forbids it. */
export async function copyLink(
  link: string,
  name: string,
  trans: TranslationBundle
): Promise<boolean> {
  const copied = await copyText(link);
  if (copied) {
    const message = trans.__('The link to %1 is copied', name);
    Notification.success(message, { autoClose: 2_000 });
  }
  return copied;
}
