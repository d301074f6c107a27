import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { limitsOf } from '../everestlimits';
import type { AppFormModel } from '../everestmodel';
import { isMissing, kindOf, problemOf, textOf } from '../everestports';
import type { PortKind } from '../everestports';
import { filesOf } from '../everestfiles';
import { fullSentence } from '../format';
import type { IEverestPort } from '../tokens';
import type { IFormProps } from './everestapp';
import type { ICommon } from './filesfield';
import { FilesField } from './filesfield';
import { Picks } from './picks';

export interface IPortProps extends IFormProps {
  readonly port: IEverestPort;
}

/** One input of an application, with what is to be said about it. */
export function PortField(props: IPortProps): React.JSX.Element {
  const { form, port, trans } = props;
  const id = React.useId();
  const kind = kindOf(port);
  const problem = wrongWords(form, port, trans);
  const common: ICommon = {
    id,
    'aria-describedby': `${id}-words`,
    'aria-invalid': problem !== '',
    'aria-required': port.required
  };
  return (
    <div
      className="jp-RemoteSubmit-field"
      data-field={port.name}
      data-kind={kind}
    >
      <label htmlFor={id}>
        {port.title || port.name}
        {port.required && <span aria-hidden="true"> *</span>}
      </label>
      {port.file ? (
        <Files {...props} common={common} />
      ) : (
        <Input {...props} kind={kind} common={common} />
      )}
      <div id={`${id}-words`} className="jp-RemoteSubmit-words">
        {problem && <p data-words="problem">{problem}</p>}
        <Hint port={port} kind={kind} trans={trans} />
      </div>
    </div>
  );
}

function Files(
  props: IPortProps & { readonly common: ICommon }
): React.JSX.Element {
  const { form, port, common, actions, trans } = props;
  return (
    <FilesField
      drop={port.name}
      label={port.title || port.name}
      several={port.type === 'array'}
      files={form.draft.files[port.name] ?? []}
      common={common}
      busy={form.busy !== ''}
      sent={form.uploads.all}
      cancel={path => {
        form.uploads.cancel(path);
      }}
      add={files => {
        form.addFiles(port, files);
      }}
      remove={file => {
        form.removeFile(port.name, file);
      }}
      read={filesOf}
      actions={actions}
      trans={trans}
    />
  );
}

/** What is wrong with an input, with its name; what is missing only when it was wanted. */
function wrongWords(
  form: AppFormModel,
  port: IEverestPort,
  trans: TranslationBundle
): string {
  if (form.tried && isMissing(port, form.draft)) {
    return trans.__('%1 is needed.', port.name);
  }
  const problem = problemOf(port, form.draft, trans);
  return problem && trans.__('%1: %2', port.name, problem);
}

function Hint(props: {
  readonly port: IEverestPort;
  readonly kind: PortKind;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { port, kind, trans } = props;
  const picks = kind === 'lines' && Boolean(port.items_enum);
  const usual = picks ? textOf(kind, port.default) : '';
  const limits = picks || kind === 'choice' ? [] : limitsOf(port, trans);
  const parts = [
    port.description && fullSentence(port.description),
    ...limits.map(({ words }) => words),
    usual && trans.__('Usual: %1.', usual.replaceAll('\n', ', ')),
    kind === 'lines' && !picks && trans.__('One on each line.'),
    kind === 'json' && trans.__('In JSON.'),
    port.secret && trans.__('It is not remembered.')
  ];
  const words = parts.filter(Boolean).join(' ');
  return words ? <p>{words}</p> : null;
}

interface IInputProps extends IPortProps {
  readonly kind: PortKind;
  readonly common: ICommon;
}

function Input(props: IInputProps): React.JSX.Element {
  const { form, port, kind, common } = props;
  const text = form.draft.texts[port.name] ?? '';
  const usual = textOf(kind, port.default);
  const change = (
    event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>
  ) => {
    form.setText(port.name, event.target.value);
  };
  const plain = {
    ...common,
    // What is typed into several lines cannot be hidden by a type.
    className: `jp-mod-styled${port.secret ? ' jp-mod-secret' : ''}`,
    value: text,
    placeholder: usual,
    spellCheck: false,
    autoComplete: 'off',
    onChange: change
  };
  switch (kind) {
    case 'boolean':
    case 'choice':
      return <Select {...props} />;
    case 'lines':
      return port.items_enum ? (
        <Several {...props} allowed={port.items_enum} />
      ) : (
        <textarea {...plain} rows={3} />
      );
    case 'json':
      return <textarea {...plain} rows={3} />;
    case 'text':
      return usual.includes('\n') || text.includes('\n') ? (
        <textarea {...plain} rows={3} />
      ) : (
        <input {...plain} />
      );
    default:
      return (
        <input
          {...plain}
          type={port.secret ? 'password' : 'text'}
          inputMode={kind === 'integer' ? 'numeric' : undefined}
        />
      );
  }
}

/** Some of the values that a list may have: a line of its text for each. */
function Several(
  props: IInputProps & { readonly allowed: readonly unknown[] }
): React.JSX.Element {
  const { form, port, allowed } = props;
  const texts = allowed.map(one => textOf('text', one));
  return (
    <Picks
      label={port.title || port.name}
      all={texts.map(value => ({ value, words: value }))}
      chosen={(form.draft.texts[port.name] ?? '').split('\n').filter(Boolean)}
      choose={chosen => {
        form.setText(port.name, chosen.join('\n'));
      }}
    />
  );
}

/** Yes or no, or one of some values; nothing, unless it must be something. */
function Select({
  form,
  port,
  kind,
  common,
  trans
}: IInputProps): React.JSX.Element {
  const usual = textOf(kind, port.default);
  const shown = (text: string) => {
    if (kind === 'boolean') {
      return text === 'true' ? trans.__('yes') : trans.__('no');
    }
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  };
  const values =
    kind === 'boolean'
      ? ['true', 'false']
      : (port.enum ?? []).map(value => JSON.stringify(value));
  const nothing = usual
    ? trans.__('%1 (usual)', shown(usual))
    : port.required
      ? trans.__('Choose…')
      : trans.__('not given');
  const chosen = form.draft.texts[port.name] ?? '';
  const strange = chosen !== '' && !values.includes(chosen);
  return (
    <HTMLSelect
      {...common}
      value={chosen}
      onChange={event => {
        form.setText(port.name, event.target.value);
      }}
    >
      <option value="">{nothing}</option>
      {strange && (
        <option value={chosen}>{trans.__('%1 (not allowed)', chosen)}</option>
      )}
      {values.map(text => (
        <option key={text} value={text}>
          {shown(text)}
        </option>
      ))}
    </HTMLSelect>
  );
}
