// How the parts of the store ask the server.

import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Row } from "../wire/commands.js";

/** Fails with `Refused`, or with `Lost` when there is no link or no answer. */
export type Ask = <Q extends DescMessage, R extends DescMessage>(
  row: Row<Q, R>,
  init: MessageInitShape<Q>,
) => Promise<MessageShape<R>>;
