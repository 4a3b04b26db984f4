// The frame: five big-endian 32-bit numbers, options, a body (PROTOCOL.md, F1 to F9). It knows no socket and no protobuf.

export const HEADER_LENGTH = 20;
export const FRAME_LENGTH_MAX = 1_048_576;

export const SEQ_PUSH = 0;
export const SEQ_NOOP = 0xffff_ffff;
/** The greatest sequence that a request may have. */
export const SEQ_REQUEST_MAX = 0xffff_ffef;

export interface Frame {
  clientVersion: number;
  cmdId: number;
  seq: number;
  body: Uint8Array;
}

export type FrameFault =
  | { kind: "HEAD_TOO_SHORT"; headLength: number }
  | { kind: "FRAME_TOO_LONG"; length: number; limit: number };

/** The bytes are no frame, and nothing behind them can be read. */
export class FrameError extends Error {
  constructor(readonly fault: FrameFault) {
    super(
      fault.kind === "HEAD_TOO_SHORT"
        ? `head_length is ${fault.headLength}, less than ${HEADER_LENGTH}`
        : `frame is ${fault.length} bytes, more than ${fault.limit}`,
    );
  }
}

export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_LENGTH + frame.body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, HEADER_LENGTH);
  view.setUint32(4, frame.clientVersion);
  view.setUint32(8, frame.cmdId);
  view.setUint32(12, frame.seq);
  view.setUint32(16, frame.body.length);
  bytes.set(frame.body, HEADER_LENGTH);
  return bytes;
}

/** The frame at the beginning of `bytes` and how long it is, or nothing while it is not whole. */
export function readFrame(bytes: Uint8Array, limit = FRAME_LENGTH_MAX): { frame: Frame; length: number } | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = view.getUint32(0);
  // Numbers here are 64-bit floats, so the sum of two 32-bit numbers is exact (F3).
  const length = headLength + view.getUint32(16);
  if (headLength < HEADER_LENGTH) throw new FrameError({ kind: "HEAD_TOO_SHORT", headLength });
  if (length > limit) throw new FrameError({ kind: "FRAME_TOO_LONG", length, limit });
  if (bytes.length < length) return undefined;
  const frame = {
    clientVersion: view.getUint32(4),
    cmdId: view.getUint32(8),
    seq: view.getUint32(12),
    body: bytes.subarray(headLength, length),
  };
  return { frame, length };
}

/** The one frame that a WebSocket message is (W2), or nothing if it is anything else. */
export function frameOfMessage(bytes: Uint8Array): Frame | undefined {
  try {
    const read = readFrame(bytes);
    return read && read.length === bytes.length ? read.frame : undefined;
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}

/** Frames out of a stream that is cut anywhere. */
export class FrameReader {
  private waiting = new Uint8Array(0);

  constructor(private readonly limit = FRAME_LENGTH_MAX) {}

  /** The frames that are whole now. After a `FrameError` the stream is at its end. */
  *feed(bytes: Uint8Array): Generator<Frame> {
    const joined = new Uint8Array(this.waiting.length + bytes.length);
    joined.set(this.waiting);
    joined.set(bytes, this.waiting.length);
    this.waiting = joined;
    for (let read = readFrame(this.waiting, this.limit); read; read = readFrame(this.waiting, this.limit)) {
      this.waiting = this.waiting.slice(read.length);
      yield read.frame;
    }
  }

  /** What waits for more. */
  rest(): Uint8Array {
    return this.waiting;
  }
}
