// The SDK before a sandbox, for kinds.mjs and organizations.mjs.
// CLERK_API_URL is the sandbox without /v1, CLERK_SECRET_KEY any key.
import assert from "node:assert/strict";
import { createClerkClient } from "@clerk/backend";

export const apiUrl = process.env.CLERK_API_URL;
export const secretKey = process.env.CLERK_SECRET_KEY;
export const clerk = createClerkClient({ apiUrl, secretKey, telemetry: { disabled: true } });

export async function refused(status, code, promise) {
  const error = await promise.then(
    () => assert.fail(`expected ${status} ${code}`),
    (reason) => reason,
  );
  assert.equal(error.status, status, error);
  assert.equal(error.errors[0].code, code);
}

export function listed(page, ...ids) {
  assert.deepEqual(page.data.map((object) => object.id), ids);
  assert.equal(page.totalCount, ids.length);
}
