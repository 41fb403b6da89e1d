import { createRequire } from 'node:module';
import { KafkaHeaders, ServerKafka } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { Type } from '@nestjs/common';
import { withToken } from 'nestjs-jwt-extended/microservices';
import { jwtModule, type JwtAppSetup } from '../jwt-app.js';
import type { CallAnswer, TransportDriver } from './driver.js';
import { MessageHandlers } from './microservice.js';

interface Message {
  readonly key?: string;
  readonly value: string;
  readonly headers?: Record<string, string>;
}

interface DecodedMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]>;
}

const load = createRequire(import.meta.url);
const protocol = 'kafkajs/src/protocol';
const encodeRecord = load(`${protocol}/recordBatch/record/v0/index.js`) as (message: Message) => { buffer: Buffer };
const decodeRecord = load(`${protocol}/recordBatch/record/v0/decoder.js`) as (
  decoder: unknown,
  batch: object,
) => DecodedMessage;
const Decoder = load(`${protocol}/decoder.js`) as new (bytes: Buffer) => { readVarInt(): number };

/** A message as a consumer of kafkajs receives it: written by the encoder of kafkajs and read by its decoder. */
export function overTheWire(message: Message): DecodedMessage {
  const decoder = new Decoder(encodeRecord(message).buffer);
  decoder.readVarInt();
  return decodeRecord(decoder, { firstOffset: '0', firstTimestamp: '0', magicByte: 2 });
}

/**
 * Nest's server for Kafka without a broker, because Debian has none. Messages come from `receive()`, and answers go to it. All
 * between them is Nest's own code.
 */
export class OfflineKafka extends ServerKafka {
  private readonly waiting = new Map<string, (answer: DecodedMessage) => void>();

  constructor() {
    super({});
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    await Promise.resolve();
    const send = ({ messages: [answer] }: { messages: [Message & { headers: Record<string, string> }] }) => {
      const read = overTheWire({ ...answer, value: answer.value ?? '' });
      this.waiting.get(String(read.headers[KafkaHeaders.CORRELATION_ID]))?.(read);
      return Promise.resolve([]);
    };
    Object.assign(this, { producer: { send } });
    callback();
  }

  override async close(): Promise<void> {
    await Promise.resolve();
  }

  /** Handles a message as the consumer of kafkajs does. A promise that rejects makes kafkajs deliver the message again. */
  receive(topic: string, message: Message): Promise<unknown> {
    const payload = {
      topic,
      partition: 0,
      message: overTheWire(message),
      heartbeat: () => Promise.resolve(),
      pause: () => () => undefined,
    };
    return this.handleMessage(payload as unknown as Parameters<ServerKafka['handleMessage']>[0]);
  }

  /** Sends a message that expects an answer. */
  async ask(topic: string, message: Message): Promise<DecodedMessage> {
    const id = String(this.waiting.size);
    const answer = new Promise<DecodedMessage>((resolve) => this.waiting.set(id, resolve));
    const reply = { [KafkaHeaders.CORRELATION_ID]: id, [KafkaHeaders.REPLY_TOPIC]: `${topic}.reply` };
    await this.receive(topic, { ...message, headers: { ...message.headers, ...reply } });
    return answer;
  }
}

/** Starts a microservice on Kafka. */
export async function startKafka(options: JwtAppSetup['options'], controllers: Type[]) {
  const module = await Test.createTestingModule({ imports: [jwtModule(options)], controllers }).compile();
  const strategy = new OfflineKafka();
  const app = module.createNestMicroservice({ strategy, logger: false });
  await app.listen();
  return { app, kafka: strategy };
}

export const kafkaDriver: TransportDriver = {
  name: 'Kafka, with records of kafkajs and no broker',
  async start(options) {
    const { app, kafka } = await startKafka(options, [MessageHandlers]);
    return {
      async call(handler, token): Promise<CallAnswer> {
        const message = { value: '{}' };
        const { value, headers } = await kafka.ask(handler, token === null ? message : withToken(message, token));
        const failure = headers[KafkaHeaders.NEST_ERR];
        if (failure === undefined) return { ok: (JSON.parse(String(value)) as { identity: unknown }).identity };
        const { code, message: text } = JSON.parse(String(failure)) as { code: string; message: string };
        return { code, message: text };
      },
      close: () => app.close(),
    };
  },
};
