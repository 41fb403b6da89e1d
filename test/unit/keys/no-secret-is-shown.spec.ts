import { KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import {
  ApplicationConfig,
  DiscoveryService,
  HttpAdapterHost,
  MetadataScanner,
  ModuleRef,
  ModulesContainer,
} from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { JwtExtendedModule, KeyRing, TokenService, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { OTHER_SECRET, SECRET } from '../../support/forge.js';
import { pem, privateKeyFor } from '../../support/key-pairs.js';

const PEM = pem(privateKeyFor('ES256'));
const JWK = privateKeyFor('EdDSA').export({ format: 'jwk' });

/** Options with keys of every kind, and the secrets in them. */
const CASES: [what: string, options: JwtExtendedOptions, secrets: string[]][] = [
  ['a secret', { secret: SECRET }, [SECRET]],
  ['several secrets', { secret: [SECRET, Buffer.from(OTHER_SECRET)] }, [SECRET, OTHER_SECRET]],
  ['a private key', { algorithm: 'ES256', privateKey: PEM }, [PEM.split('\n')[1] ?? '']],
  [
    'the option keys',
    {
      keys: [
        { kid: 'a', key: JWK, algorithm: 'EdDSA', use: 'sign' },
        { kid: 'b', key: SECRET, algorithm: 'HS256', use: 'verify' },
      ],
    },
    [JWK.d ?? '', SECRET],
  ],
  ['callbacks that choose keys', { encodeKey: () => SECRET, decodeKey: () => SECRET, secret: SECRET }, [SECRET]],
];

/** Nest's own providers, from which the whole application can be reached. */
const NESTS = [ApplicationConfig, DiscoveryService, HttpAdapterHost, MetadataScanner, ModuleRef, ModulesContainer];
const isNests = (value: unknown) => NESTS.some((type) => value instanceof type);

/** Every provider of the module, by name, after a token was made and verified. */
async function providersOf(jwt: ReturnType<typeof JwtExtendedModule.forRoot>): Promise<[string, unknown][]> {
  const app = await Test.createTestingModule({ imports: [jwt] }).compile();
  const tokens = app.get(TokenService);
  await tokens.verify(await tokens.createAccessToken('alice'));
  const modules = [...app.get(ModulesContainer).values()];
  const own = modules.filter(({ metatype }) => metatype === JwtExtendedModule);
  const providers = own.flatMap((module) => [...module.providers]);
  return providers
    .map(([token, wrapper]): [string, unknown] => [String(token), wrapper.instance])
    .filter(([name, instance]) => !isNests(instance) && !name.includes('StartChecks'));
}

/** The forms in which an inspection can print a secret. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64'), inspect(bytes).slice(8, 60), [...bytes].join(',')];
}

/** Everything that a program can reach from an object by reading properties, getters included. */
function reachable(root: unknown, found = new Set<unknown>()): Set<unknown> {
  if (found.has(root)) return found;
  found.add(root);
  if ((typeof root !== 'object' && typeof root !== 'function') || root === null) return found;
  if (root instanceof KeyObject || isNests(root)) return found;
  if (root instanceof Map || root instanceof Set) for (const item of [...root].flat()) reachable(item, found);
  for (let link: object | null = root; link !== null && link !== Object.prototype; link = prototypeOf(link)) {
    if (link === Function.prototype) break;
    for (const name of Reflect.ownKeys(link)) reachable(read(root, name), found);
  }
  return found;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

function read(object: object, name: string | symbol): unknown {
  try {
    return Reflect.get(object, name) as unknown;
  } catch {
    return undefined;
  }
}

const isSecretKey = (value: unknown) => value instanceof KeyObject && value.type !== 'public';

describe.each(CASES)('with %s', (_what, options, secrets) => {
  const hidden = secrets.flatMap(spellings);

  it.each([
    ['forRoot', () => JwtExtendedModule.forRoot(options)],
    ['forRootAsync', () => JwtExtendedModule.forRootAsync({ useFactory: () => options })],
  ])('no provider prints a secret, by %s', async (_how, jwt) => {
    const providers = await providersOf(jwt());
    expect(providers.length).toBeGreaterThan(15);
    for (const [name, instance] of providers) {
      const printed = inspect(instance, { depth: Infinity, showHidden: true, getters: true, maxStringLength: null });
      const shown = `${printed}${toJson(instance)}`;
      expect([name, hidden.filter((text) => shown.includes(text))]).toEqual([name, []]);
    }
  });

  it('no provider holds a secret as text or bytes', async () => {
    for (const [name, instance] of await providersOf(JwtExtendedModule.forRoot(options))) {
      const texts = [...reachable(instance)].map((value) => (value instanceof Uint8Array ? textOf(value) : value));
      const found = texts.filter((value) => typeof value === 'string' && secrets.some((text) => value.includes(text)));
      expect([name, found]).toEqual([name, []]);
    }
  });

  it('no secret or private key can be reached from KeyRing', async () => {
    const app = await Test.createTestingModule({ imports: [JwtExtendedModule.forRoot(options)] }).compile();
    const ring = app.get(KeyRing);
    const all = [...reachable(ring), ...reachable(ring.publicKeys()), ...reachable(ring.onChange(() => undefined))];
    expect(all.filter(isSecretKey)).toEqual([]);
    expect(Object.keys(ring)).toEqual([]);
  });
});

it('the walk finds a key that can be reached through a getter', () => {
  const key = privateKeyFor('ES256');
  class Leaking {
    get signing() {
      return new Map([['key', { key }]]);
    }
  }
  expect([...reachable(new Leaking())].filter(isSecretKey)).toEqual([key]);
});

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** JSON cannot show cyclic objects, which some providers have. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
