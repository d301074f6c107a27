import type { TranslationBundle } from '@jupyterlab/translation';

/** A value and the words shown for it. */
export type IChoice = readonly [value: string, label: string];

/** Picture qualities; the setting `quality` has the same. */
export function qualityChoices(trans: TranslationBundle): IChoice[] {
  return [
    ['auto', trans.__('Automatic quality')],
    ['lossless', trans.__('Lossless')],
    ['low', trans.__('Low bandwidth')]
  ];
}

/** Keyboard layouts by their XKB names; the setting `keyboardLayout` has the same. */
export function layoutChoices(trans: TranslationBundle): IChoice[] {
  return [
    ['', trans.__('Automatic keyboard')],
    ['us', trans.__('English (US)')],
    ['gb', trans.__('English (UK)')],
    ['de', trans.__('German')],
    ['ch', trans.__('German (Switzerland)')],
    ['fr', trans.__('French')],
    ['be', trans.__('Belgian')],
    ['es', trans.__('Spanish')],
    ['it', trans.__('Italian')],
    ['pt', trans.__('Portuguese')],
    ['br', trans.__('Portuguese (Brazil)')],
    ['nl', trans.__('Dutch')],
    ['dk', trans.__('Danish')],
    ['no', trans.__('Norwegian')],
    ['se', trans.__('Swedish')],
    ['fi', trans.__('Finnish')],
    ['pl', trans.__('Polish')],
    ['cz', trans.__('Czech')],
    ['hu', trans.__('Hungarian')],
    ['ru', trans.__('Russian')],
    ['ua', trans.__('Ukrainian')],
    ['gr', trans.__('Greek')],
    ['tr', trans.__('Turkish')],
    ['il', trans.__('Hebrew')],
    ['jp', trans.__('Japanese')],
    ['kr', trans.__('Korean')]
  ];
}
