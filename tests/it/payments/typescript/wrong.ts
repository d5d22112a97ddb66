// What our client's types do not let pass. Where one of these compiles, the compiler says that it should not.

import type { Client } from "./client";

export async function wrong(client: Client): Promise<void> {
    const id = "5b2f7b1e-0d6c-4a53-9d38-1f6f2c1a8f10";
    const password = "some-password";
    // @ts-expect-error: the password is missing.
    await client.ask("patch", "/payments/histories/{id}", { path: { id } });
    // @ts-expect-error: the id is missing.
    await client.ask("patch", "/payments/histories/{id}", { body: { password } });
    // @ts-expect-error: nobody reads in bulk.
    await client.ask("get", "/payments/histories");
    // @ts-expect-error: nobody is there.
    await client.ask("get", "/payments/nowhere");
    const history = await client.ask("patch", "/payments/histories/{id}", { path: { id }, body: { password } });
    // @ts-expect-error: a history has no such field.
    void history.total;
    // @ts-expect-error: what was given back may be nothing.
    void history.refund.toFixed();
    // @ts-expect-error: gateways speak in the clear, and this client does not.
    await client.ask("post", "/payments/webhooks/toss", { body: { data: null } });
}
