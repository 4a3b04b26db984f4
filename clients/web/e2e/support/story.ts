// A story in steps: what one step leaves is where the next begins. When one has failed, the rest are not told.

import { test } from "node:test";

export function story(): (name: string, step: () => Promise<void> | void) => void {
  let failed = "";
  return (name, step) => {
    test(name, async (told) => {
      if (failed) {
        told.skip(`"${failed}" failed`);
        return;
      }
      try {
        await step();
      } catch (error) {
        failed = name;
        throw error;
      }
    });
  };
}
