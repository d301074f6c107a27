import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { durationText, sizeText } from '../durations';
import { possibilities, valueOf } from '../offers';
import type { Texts } from '../offers';
import {
  byHindrance,
  byReason,
  choiceWords,
  chosenWords,
  doubtWords,
  problemWords,
  usualWords
} from '../submitwords';
import type { IMissing, IOfferField, IOffers } from '../tokens';

/** Characters that can be read in a closed list. */
const ROOM = 30;

interface IProps {
  readonly offers: IOffers;
  readonly texts: Texts;
  readonly field: IOfferField;
  /** What stood here until it was emptied by another choice. */
  readonly cleared: string;
  readonly setText: (name: string, text: string) => void;
  readonly trans: TranslationBundle;
}

/** One field of the form, with what is to be said about it. */
export function SubmitField(props: IProps): React.JSX.Element {
  const { offers, texts, field, cleared, trans } = props;
  const id = `${React.useId()}-${field.name}`;
  const problem = problemWords(offers, texts, field, trans);
  const missing = offers.missing.filter(one => one.field === field.name);
  return (
    <div
      className="jp-RemoteSubmit-field"
      data-field={field.name}
      data-kind={field.kind}
    >
      <label htmlFor={id}>{field.label}</label>
      <Input {...props} id={id} problem={problem} missing={missing} />
      <div id={`${id}-words`} className="jp-RemoteSubmit-words">
        {problem ? (
          <p data-words="problem">{problem}</p>
        ) : (
          <Hint {...props} cleared={cleared} />
        )}
      </div>
      {missing.length > 0 && <Missing missing={missing} trans={trans} />}
    </div>
  );
}

/** What was emptied, how a text was read, or what the field is for. */
function Hint(props: IProps): React.JSX.Element | null {
  const { offers, field, texts, cleared, trans } = props;
  if (cleared) {
    return (
      <p data-words="cleared">
        {trans.__(
          '%1 was taken out: it does not go with the other choices.',
          cleared
        )}
      </p>
    );
  }
  const doubt = doubtWords(offers, texts, field, trans);
  if (doubt) {
    return <p data-words="doubt">{doubt}</p>;
  }
  const read = readAs(field, texts[field.name] ?? '');
  const choice = field.choices.find(one => one.value === texts[field.name]);
  const note = choice && choiceWords(choice).length > ROOM ? choice.note : '';
  const words = read ? trans.__('That is %1.', read) : note || field.caption;
  return words ? <p>{words}</p> : null;
}

/** A length of time or a size in other words than those typed. */
function readAs(field: IOfferField, typed: string): string {
  const value = valueOf(field, typed);
  if (typeof value !== 'number' || field.kind === 'whole') {
    return '';
  }
  const text = field.kind === 'seconds' ? durationText(value) : sizeText(value);
  return text.replace(/ /g, '') === typed.replace(/ /g, '') ? '' : text;
}

interface IInputProps extends IProps {
  readonly id: string;
  readonly problem: string;
  readonly missing: readonly IMissing[];
}

function Input(props: IInputProps): React.JSX.Element {
  const { offers, texts, field, id, problem, setText } = props;
  const text = texts[field.name] ?? '';
  const common = {
    id,
    'aria-describedby': `${id}-words`,
    'aria-invalid': problem !== ''
  };
  switch (field.kind) {
    case 'choice':
      return <Select {...props} common={common} />;
    case 'switch':
      return (
        <input
          {...common}
          type="checkbox"
          checked={(text || String(field.default)) === 'true'}
          onChange={({ target: { checked } }) => {
            const same = checked === (field.default === true);
            setText(field.name, same ? '' : String(checked));
          }}
        />
      );
    default:
      return (
        <input
          {...common}
          className="jp-mod-styled"
          value={text}
          spellCheck={false}
          autoComplete="off"
          inputMode={field.kind === 'whole' ? 'numeric' : 'text'}
          placeholder={usualWords(offers, texts, field)}
          onChange={event => {
            setText(field.name, event.target.value);
          }}
        />
      );
  }
}

/**
 * What can be had now; then, in grey, what another choice stands against: it
 * can be chosen, and takes that one out.
 */
function Select(
  props: IInputProps & { readonly common: object }
): React.JSX.Element {
  const { offers, texts, field, missing, common, setText, trans } = props;
  const all = possibilities(offers, texts, field);
  const usual = usualWords(offers, texts, field);
  const free = all.filter(({ against, never }) => !never && !against.length);
  const others = all.filter(({ never }) => !never);
  const never = all.filter(one => one.never).map(({ choice }) => choice);
  const gone = missing.map(({ value, why }) => ({ value, why }));
  const nowhere = trans.__('It cannot be combined with anything.');
  return (
    <HTMLSelect
      {...common}
      value={texts[field.name] ?? ''}
      onChange={event => {
        setText(field.name, event.target.value);
      }}
    >
      <option value="">
        {usual
          ? trans.__('as the script says, else %1', usual)
          : trans.__('as the script says')}
      </option>
      {free.map(({ choice }) => (
        <option key={choice.value} value={choice.value}>
          {choiceWords(choice)}
        </option>
      ))}
      {[...byHindrance(others)].map(([key, group]) => (
        <optgroup
          key={key}
          label={trans.__(
            'Not with %1, which choosing one takes out:',
            chosenWords(offers, texts, key.split('\n'))
          )}
        >
          {group.map(({ choice }) => (
            <option key={choice.value} value={choice.value} data-against="true">
              {choiceWords(choice)}
            </option>
          ))}
        </optgroup>
      ))}
      {gone.length + never.length > 0 && (
        <optgroup label={trans.__('Not for you:')}>
          {[...gone, ...never.map(c => ({ value: c.value, why: nowhere }))].map(
            ({ value, why }) => (
              <option key={value} value={value} disabled title={why}>
                {value}
              </option>
            )
          )}
        </optgroup>
      )}
    </HTMLSelect>
  );
}

function Missing(props: {
  readonly missing: readonly IMissing[];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { missing, trans } = props;
  return (
    <details className="jp-RemoteSubmit-missing">
      <summary>{trans.__('Why are some missing?')}</summary>
      <dl>
        {[...byReason(missing)].map(([why, values]) => (
          <React.Fragment key={why}>
            <dt>{values.join(', ')}</dt>
            <dd>{why}</dd>
          </React.Fragment>
        ))}
      </dl>
    </details>
  );
}
