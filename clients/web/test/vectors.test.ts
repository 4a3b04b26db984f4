// The protocol's own vectors (proto/vectors): frames, what is no frame, streams, bodies.

import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import * as chat from "../src/gen/longlink/v1/chat_pb.js";
import * as group from "../src/gen/longlink/v1/group_pb.js";
import * as link from "../src/gen/longlink/v1/link_pb.js";
import * as people from "../src/gen/longlink/v1/people_pb.js";
import { FRAME_LENGTH_MAX, FrameError, FrameReader, HEADER_LENGTH, encodeFrame, readFrame } from "../src/wire/frame.js";
import type { Frame } from "../src/wire/frame.js";

const folder = resolve(import.meta.dirname, "../../../../../proto/vectors");
const load = <T>(name: string): T[] => (JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8")) as Record<string, T[]>)[name]!;
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = (data: Uint8Array) => Buffer.from(data).toString("hex");

interface Header {
  head_length: number;
  client_version: number;
  cmd_id: number;
  seq: number;
  body_length: number;
}
interface FrameVector {
  name: string;
  hex: string;
  fill?: { hex: string; times: number };
  header: Header;
  body?: string;
  limit?: number;
}

for (const vector of load<FrameVector>("frames")) {
  test(`frame: ${vector.name}`, () => {
    const { header } = vector;
    const filled = vector.fill ? bytes(vector.fill.hex.repeat(vector.fill.times)) : new Uint8Array(0);
    const whole = new Uint8Array([...bytes(vector.hex), ...filled]);
    const limit = vector.limit ?? FRAME_LENGTH_MAX;
    const read = readFrame(whole, limit);
    assert.ok(read);
    assert.equal(read.length, whole.length);
    const { clientVersion, cmdId, seq, body } = read.frame;
    assert.deepEqual([clientVersion, cmdId, seq, body.length], [header.client_version, header.cmd_id, header.seq, header.body_length]);
    const expected = whole.subarray(header.head_length);
    // Not `deepEqual`: a megabyte that differs would be printed.
    assert.ok(Buffer.compare(body, expected) === 0, "the body is what follows the head");
    if (!vector.fill) assert.equal(hexOf(body), vector.body ?? "");
    const cuts = whole.length < 4_096 ? Array.from({ length: whole.length }, (_, at) => at) : [0, 19, 20, whole.length - 1];
    for (const cut of cuts) assert.equal(readFrame(whole.subarray(0, cut), limit), undefined);
    if (header.head_length === HEADER_LENGTH) assert.ok(Buffer.compare(encodeFrame(read.frame), whole) === 0, "the same bytes are written");
    if (vector.limit !== undefined) assert.throws(() => readFrame(whole, vector.limit! - 1), FrameError);
  });
}

interface BadFrame {
  name: string;
  hex: string;
  limit?: number;
  error: string;
  values: Record<string, number | string>;
}

for (const vector of load<BadFrame>("bad_frames")) {
  test(`no frame: ${vector.name}`, () => {
    const whole = bytes(vector.hex);
    const limit = vector.limit ?? FRAME_LENGTH_MAX;
    assert.equal(readFrame(whole.subarray(0, HEADER_LENGTH - 1), limit), undefined, "not before 20 bytes are there");
    assert.throws(
      () => readFrame(whole.subarray(0, HEADER_LENGTH), limit),
      (error) => {
        assert.ok(error instanceof FrameError);
        const { fault } = error;
        assert.equal(fault.kind, vector.error);
        const values: Record<string, number> = fault.kind === "HEAD_TOO_SHORT" ? { head_length: fault.headLength } : { length: fault.length, max: fault.limit };
        for (const [name, value] of Object.entries(vector.values)) assert.equal(String(values[name]), String(value), name);
        return true;
      },
    );
  });
}

interface Stream {
  name: string;
  limit?: number;
  hex: string;
  frames: { client_version: number; cmd_id: number; seq: number; body: string }[];
  rest?: string;
  error?: string;
}

const told = ({ clientVersion, cmdId, seq, body }: Frame) => ({ client_version: clientVersion, cmd_id: cmdId, seq, body: hexOf(body) });

function readAll(pieces: Uint8Array[], limit: number) {
  const reader = new FrameReader(limit);
  const frames: ReturnType<typeof told>[] = [];
  try {
    for (const piece of pieces) for (const frame of reader.feed(piece)) frames.push(told(frame));
    return { frames, rest: hexOf(reader.rest()) };
  } catch (error) {
    assert.ok(error instanceof FrameError);
    return { frames, error: error.fault.kind };
  }
}

const streams = load<Stream>("streams");

for (const stream of streams) {
  test(`stream: ${stream.name}`, () => {
    const whole = bytes(stream.hex);
    const limit = stream.limit ?? FRAME_LENGTH_MAX;
    const expected = stream.error === undefined ? { frames: stream.frames, rest: stream.rest } : { frames: stream.frames, error: stream.error };
    assert.deepEqual(readAll([whole], limit), expected);
    assert.deepEqual(readAll(Array.from(whole, (byte) => Uint8Array.of(byte)), limit), expected);
    for (let cut = 0; cut <= whole.length; cut += 1) assert.deepEqual(readAll([whole.subarray(0, cut), whole.subarray(cut)], limit), expected);
  });
}

test("all streams that leave nothing are one stream", () => {
  const whole = streams.filter((stream) => stream.rest === "");
  assert.ok(whole.length > 3);
  const read = readAll([bytes(whole.map((stream) => stream.hex).join(""))], FRAME_LENGTH_MAX);
  assert.deepEqual(read, { frames: whole.flatMap((stream) => stream.frames), rest: "" });
});

interface Body {
  name: string;
  message: string;
  hex: string;
  fields: JsonValue;
  canonical?: boolean;
  unreadable?: boolean;
}

const schemas = { ...chat, ...group, ...link, ...people } as unknown as Record<string, DescMessage>;

for (const body of load<Body>("bodies")) {
  test(`body: ${body.message}, ${body.name}`, () => {
    const schema = schemas[`${body.message}Schema`];
    assert.ok(schema, `no message ${body.message}`);
    if (body.unreadable) {
      // A client need not notice all of them; what it must not do is to hang or to run on.
      try {
        fromBinary(schema, bytes(body.hex));
      } catch (error) {
        assert.ok(error instanceof Error);
      }
      return;
    }
    assert.deepEqual(toJson(schema, fromBinary(schema, bytes(body.hex))), body.fields);
    if (body.canonical !== false) assert.equal(hexOf(toBinary(schema, fromJson(schema, body.fields))), body.hex);
  });
}
