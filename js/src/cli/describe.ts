/** What a command takes, in the words of the Rust program; parser and help read it. */

/** An option, or the one positional argument of a command. */
export interface Option {
  /** Without dashes; for a positional argument, what the code calls it. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value; none for a flag. */
  readonly value?: string;
  readonly help: string;
  /** The only values it takes, each with a line of help. */
  readonly values?: readonly (readonly [name: string, help: string])[];
  /** Whether the help leaves those out. */
  readonly hidesValues?: boolean;
  readonly default?: string;
  /** The variable that is read when the option is not given. */
  readonly env?: string;
  readonly isPositional?: boolean;
  readonly isRequired?: boolean;
  /** Needed unless this one is given. */
  readonly requiredUnless?: string;
  /** Needs this one too. */
  readonly requires?: string;
  readonly conflicts?: readonly string[];
  /** Whether a value may begin with a dash. */
  readonly takesDashes?: boolean;
  /** Why a text is no value of it; nothing if it is one. */
  readonly check?: (text: string) => string | undefined;
}

/** A command. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** The paragraph below it. */
  readonly more: string;
  readonly options: readonly Option[];
  readonly examples: string;
}

/** Options of every command. */
export const GLOBAL: readonly Option[] = [
  {
    name: 'home',
    value: 'DIR',
    env: 'AGENT_IDENTITY_HOME',
    help: 'Folder of the identity: key, record, tasks, settings [default: ~/.config/agent-identity]',
  },
  {
    name: 'storage',
    value: 'WHERE',
    env: 'AGENT_IDENTITY_STORAGE',
    values: ['file', 'keyring', 'encrypted', 'auto', 'strongest', 'memory'].map((name) => [name, ''] as const),
    hidesValues: true,
    help: 'Where the identity is kept [default: what was named when it was made, else file]',
  },
  {
    name: 'storage-key-file',
    value: 'FILE',
    env: 'AGENT_IDENTITY_STORAGE_KEY_FILE',
    help: 'File with age identities that open the encrypted file [default: a pass phrase in the keyring]',
  },
  {
    name: 'storage-passphrase-file',
    value: 'FILE|-',
    conflicts: ['storage-key-file'],
    help: 'File with the pass phrase that opens the encrypted file',
  },
  { name: 'json', help: 'Answer with JSON on standard output, errors included' },
  { name: 'quiet', short: 'q', help: 'No progress and no notes on standard error' },
];

/** The backend, where it is not the remembered one. */
export const AUTHAPI_BASE: Option = {
  name: 'authapi-base',
  value: 'URL',
  env: 'AGENT_IDENTITY_AUTHAPI_BASE',
  help: 'Base URL of the registration endpoints [default: what `init` or `login` remembered, else the production service]',
};

/** A whole number of 32 bits, as the Rust program reads it. */
export function u32(text: string): string | undefined {
  if (text === '') return 'cannot parse integer from empty string';
  if (!/^[+-]?\d+$/.test(text)) return 'invalid digit found in string';
  const number = BigInt(text.replace('+', ''));
  if (number >= 1n << 63n) return 'number too large to fit in target type';
  return number < 0n || number > 0xffff_ffffn ? `${number} is not in 0..=4294967295` : undefined;
}
